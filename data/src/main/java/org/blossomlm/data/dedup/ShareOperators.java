package org.blossomlm.data.dedup;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator;

/** Operators on how many records of which kind there are, and in which order. */
final class ShareOperators {
  static final String FIELD =
      "a field of the row or of the metadata, dots lead into maps; or id, source, @length, @turns,"
          + " @language, @kind";

  private ShareOperators() {}

  static List<OperatorSpec> all() {
    return List.of(
        new OperatorSpec(
            "shuffle", "Puts the records into random order.", List.of(), arguments -> shuffle()),
        new OperatorSpec(
            "sample",
            "Keeps some records at random, in their order.",
            List.of(
                Parameter.optional("count", Parameter.Kind.INTEGER, "how many stay"),
                Parameter.optional(
                    "fraction", Parameter.Kind.NUMBER, "which share stays, 0 to 1; or count")),
            ShareOperators::sample),
        new OperatorSpec(
            "balance",
            "Leaves as many records of each group as the smallest one has, at random: 1:1.",
            List.of(
                Parameter.required("field", Parameter.Kind.TEXT, "what makes a group: " + FIELD),
                Parameter.of(
                    "groups",
                    Parameter.Kind.TEXTS,
                    List.of(),
                    "groups to balance, others are dropped; none means all there are")),
            arguments ->
                new Mixture(
                    arguments.text("field"),
                    Mixture.equalWeights(arguments.texts("groups")),
                    0,
                    false)),
        new OperatorSpec(
            "mix",
            "Leaves groups in given proportions, at random.",
            List.of(
                Parameter.required("field", Parameter.Kind.TEXT, "what makes a group: " + FIELD),
                Parameter.required(
                    "weights",
                    Parameter.Kind.MAP,
                    "group: weight; 2 and 1 leave twice as many of the first; others are dropped"),
                Parameter.of(
                    "size",
                    Parameter.Kind.INTEGER,
                    0,
                    "records of the result; 0: as many as there are without repeating any"),
                Parameter.of(
                    "repeat",
                    Parameter.Kind.FLAG,
                    false,
                    "with size: repeats records, as name#2, where a group has too few")),
            arguments ->
                new Mixture(
                    arguments.text("field"),
                    Mixture.weights(arguments.map("weights")),
                    arguments.integer("size"),
                    arguments.flag("repeat"))));
  }

  private static SetOperator shuffle() {
    return (input, output, context) -> {
      int[] order = Permutation.of(Math.toIntExact(input.size()), context.random());
      input.forEach(Arrays.stream(order).asLongStream().toArray(), output::keep);
    };
  }

  private static SetOperator sample(Arguments arguments) {
    if (arguments.has("count") == arguments.has("fraction")) {
      throw new DataException("sample takes either count or fraction");
    }
    double fraction =
        arguments.has("fraction") ? DedupOperators.fraction(arguments, "fraction", 0) : 0;
    long count = arguments.has("count") ? arguments.integer("count") : -1;
    if (arguments.has("count") && count < 0) {
      throw new DataException("count is " + count + "; it must be at least 0");
    }
    return (input, output, context) -> {
      LongList usable = new LongList();
      int[] next = {0};
      input.forEach(record -> {
        int i = next[0]++;
        if (record.failure().isEmpty()) {
          usable.add(i);
        }
      });
      int[] order = Permutation.of(usable.size(), context.random());
      long stay = count >= 0 ? count : Math.round(fraction * usable.size());
      BitSet dropped = new BitSet();
      for (int i = (int) Math.min(stay, order.length); i < order.length; i++) {
        dropped.set((int) usable.get(order[i]));
      }
      next[0] = 0;
      input.forEach(record -> {
        if (dropped.get(next[0]++)) {
          output.drop(record, "not in the sample");
        } else {
          output.keep(record);
        }
      });
    };
  }
}
