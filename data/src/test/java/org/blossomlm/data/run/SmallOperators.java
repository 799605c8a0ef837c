package org.blossomlm.data.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.operator.SetOperator;

/** Operators with which recipes and runs are tested: one for each thing that can happen. */
public final class SmallOperators {
  private SmallOperators() {}

  public static OperatorCatalog catalog() {
    return OperatorCatalog.of(
        new OperatorSpec(
            "shout",
            "Capitals.",
            List.of(
                Parameter.of("mark", Parameter.Kind.TEXT, "!", "put behind the text"),
                Parameter.choice("place", List.of("end", "both"), "where marks go")),
            arguments -> {
              String mark = arguments.text("mark");
              String before = arguments.text("place").equals("both") ? mark : "";
              return (RecordOperator)
                  (record, context) ->
                      Outcome.keep(
                          text(record)
                              .withText(
                                  before + text(record).text().toUpperCase(Locale.ROOT) + mark));
            }),
        new OperatorSpec(
            "length_filter",
            "Drops long texts.",
            List.of(Parameter.required("max", Parameter.Kind.INTEGER, "characters")),
            arguments -> {
              long max = arguments.integer("max");
              if (max < 1) {
                throw new IllegalArgumentException(
                    "max: found " + max + ", allowed are 1 and more");
              }
              return (RecordOperator)
                  (record, context) ->
                      text(record).text().length() > max
                          ? Outcome.drop("too long")
                          : Outcome.keep(record);
            }),
        new OperatorSpec(
            "fail_on",
            "Throws at texts with a word.",
            List.of(Parameter.required("word", Parameter.Kind.TEXT, "the word")),
            arguments -> {
              String word = arguments.text("word");
              return (RecordOperator)
                  (record, context) -> {
                    if (text(record).text().contains(word)) {
                      throw new IllegalStateException("found the word");
                    }
                    return Outcome.keep(record);
                  };
            }),
        new OperatorSpec(
            "overflow_on",
            "Overflows the stack at texts with a word.",
            List.of(Parameter.required("word", Parameter.Kind.TEXT, "the word")),
            arguments -> {
              String word = arguments.text("word");
              return (RecordOperator)
                  (record, context) -> {
                    if (text(record).text().contains(word)) {
                      descend(0);
                    }
                    return Outcome.keep(record);
                  };
            }),
        new OperatorSpec(
            "twice",
            "Every record two times.",
            List.of(),
            arguments ->
                (RecordOperator)
                    (record, context) -> {
                      context.count("copies", 1);
                      return new Outcome.Keep(List.of(record, record));
                    }),
        new OperatorSpec(
            "dice",
            "A random number into the metadata.",
            List.of(),
            arguments ->
                (RecordOperator)
                    (record, context) ->
                        Outcome.keep(
                            record.withMetadata("dice", context.random(record).nextInt(1, 7)))),
        new OperatorSpec(
            "slowly",
            "Waits for a while that differs between records.",
            List.of(Parameter.of("millis", Parameter.Kind.INTEGER, 4, "the most")),
            arguments -> {
              long most = arguments.integer("millis");
              return (RecordOperator)
                  (record, context) -> {
                    Thread.sleep(Math.floorMod(record.id().hashCode() * 31, most + 1));
                    return Outcome.keep(record);
                  };
            }),
        new OperatorSpec(
            "unique",
            "Drops texts that were there before.",
            List.of(),
            arguments ->
                (SetOperator)
                    (input, output, context) -> {
                      Set<String> seen = new HashSet<>();
                      input.forEach(record -> {
                        if (seen.add(text(record).text())) {
                          output.keep(record);
                        } else {
                          output.drop(record, "duplicate");
                        }
                      });
                    }),
        new OperatorSpec(
            "shuffle",
            "Another order.",
            List.of(),
            arguments ->
                (SetOperator)
                    (input, output, context) -> {
                      long[] order = new long[Math.toIntExact(input.size())];
                      RandomGenerator random = context.random();
                      for (int i = 0; i < order.length; i++) {
                        int j = random.nextInt(i + 1);
                        order[i] = order[j];
                        order[j] = i;
                      }
                      input.forEach(order, output::keep);
                    }),
        new OperatorSpec(
            "ask",
            "Takes all kinds of arguments, for recipes that are only read.",
            List.of(
                Parameter.required("teacher", Parameter.Kind.TEACHER, "who is asked"),
                Parameter.of("temperature", Parameter.Kind.NUMBER, 0.5, "randomness"),
                Parameter.of("again", Parameter.Kind.FLAG, false, "ask twice"),
                Parameter.optional("roles", Parameter.Kind.TEXTS, "whose texts"),
                Parameter.optional("extra", Parameter.Kind.MAP, "more of the request"),
                Parameter.optional("prompt", Parameter.Kind.FILE, "a file with the prompt")),
            arguments -> (RecordOperator) (record, context) -> Outcome.keep(record)));
  }

  private static int descend(int depth) {
    return depth < 0 ? 0 : 1 + descend(depth + 1);
  }

  static TextRecord text(DataRecord record) {
    return (TextRecord) record;
  }

  /** Records with texts of which every tenth comes again. */
  static List<DataRecord> records(int count) {
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i % 10 == 9 ? i - 9 : i;
      records.add(
          new TextRecord(
              RecordHead.of("r" + i).withMetadata("parity", i % 2 == 0 ? "even" : "odd"),
              "text number %d, 第%d个%s".formatted(number, number, "·".repeat(number % 13))));
    }
    return records;
  }
}
