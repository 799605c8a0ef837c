package org.blossomlm.data.filter;

import static org.blossomlm.data.filter.Parameters.REVERSE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.operator.SetOperator;
import org.jspecify.annotations.Nullable;

/**
 * Operators on records of any kind: metadata, order, number, failures.
 *
 * <p>Decided differently from BlossomData: {@code failed_item_filter} is the only operator that
 * failed records do not pass by, and no other drops them, reversed or not; records without the
 * value to sort by come last, in their old order.
 */
final class RecordOperators {
  private RecordOperators() {}

  static List<OperatorSpec> all() {
    return List.of(
        new OperatorSpec(
            "failed_item_filter",
            "Drops failed records.",
            List.of(
                Parameters.flag("reverse", false, "keeps failed records only, to look at them")),
            arguments -> failedItemFilter(arguments.flag("reverse"))),
        new OperatorSpec(
            "metadata_clearer",
            "Removes metadata.",
            List.of(
                Parameters.texts("fields", List.of(), "entries to remove; none means all"),
                Parameters.texts("keep", List.of(), "entries that stay")),
            RecordOperators::metadataClearer),
        new OperatorSpec(
            "metadata_renamer",
            "Renames metadata entries; they keep their place.",
            List.of(Parameter.required("names", Parameter.Kind.MAP, "old name: new name")),
            RecordOperators::metadataRenamer),
        new OperatorSpec(
            "metadata_setter",
            "Adds metadata entries, or replaces them.",
            List.of(
                Parameter.required("values", Parameter.Kind.MAP, "name: any JSON value"),
                Parameters.flag("overwrite", true, "whether an entry that is there is replaced")),
            RecordOperators::metadataSetter),
        new OperatorSpec(
            "value_filter",
            "Keeps records with one of the given values, or a number within bounds.",
            List.of(
                Parameter.required("field", Parameter.Kind.TEXT, FIELD),
                Parameters.texts("values", List.of(), "allowed values; none allows all"),
                Parameter.optional("min", Parameter.Kind.NUMBER, "the least number that stays"),
                Parameter.optional("max", Parameter.Kind.NUMBER, "the largest number that stays"),
                REVERSE),
            RecordOperators::valueFilter),
        new OperatorSpec(
            "value_counter",
            "Counts the values of a field for the report of the run; changes nothing.",
            List.of(Parameter.required("field", Parameter.Kind.TEXT, FIELD)),
            RecordOperators::valueCounter),
        new OperatorSpec(
            "sort",
            "Sorts by a value, numbers before texts, records without one last; stable.",
            List.of(
                Parameter.required("field", Parameter.Kind.TEXT, FIELD),
                Parameters.flag("descending", false, "the largest first")),
            RecordOperators::sort),
        new OperatorSpec(
            "limit",
            "Keeps the first records.",
            List.of(Parameter.required("count", Parameter.Kind.INTEGER, "how many stay")),
            RecordOperators::limit),
        EqualWidthBinner.SPEC,
        Aggregation.SPEC);
  }

  static final String FIELD =
      "a field of the row or of the metadata, dots lead into maps; or id, source, @length, @turns,"
          + " @language, @kind";

  private static SetOperator failedItemFilter(boolean reverse) {
    String reason = reverse ? "did not fail" : "failed";
    return (input, output, context) ->
        input.forEach(record -> {
          if (record.failure().isPresent() == reverse) {
            output.keep(record);
          } else {
            output.drop(record, reason);
          }
        });
  }

  private static RecordOperator metadataClearer(Arguments arguments) {
    List<String> fields = arguments.texts("fields");
    List<String> keep = arguments.texts("keep");
    return (record, context) ->
        Outcome.keep(
            record.mapHead(head -> {
              Map<String, @Nullable Object> left = new LinkedHashMap<>(head.metadata());
              left.keySet()
                  .removeIf(
                      name -> (fields.isEmpty() || fields.contains(name)) && !keep.contains(name));
              return head.withMetadata(left);
            }));
  }

  private static RecordOperator metadataRenamer(Arguments arguments) {
    Map<String, Object> names = arguments.map("names");
    return (record, context) ->
        Outcome.keep(
            record.mapHead(head -> {
              Map<String, @Nullable Object> renamed = new LinkedHashMap<>();
              head.metadata()
                  .forEach((name, value) -> {
                    String now = String.valueOf(names.getOrDefault(name, name));
                    boolean taken =
                        !now.equals(name)
                            && head.metadata().containsKey(now)
                            && !names.containsKey(now);
                    if (taken || renamed.containsKey(now)) {
                      throw new DataException("metadata already has an entry '" + now + "'");
                    }
                    renamed.put(now, value);
                  });
              return head.withMetadata(renamed);
            }));
  }

  private static RecordOperator metadataSetter(Arguments arguments) {
    Map<String, Object> values = arguments.map("values");
    boolean overwrite = arguments.flag("overwrite");
    return (record, context) -> {
      DataRecord changed = record;
      for (Map.Entry<String, Object> entry : values.entrySet()) {
        if (overwrite || !record.head().metadata().containsKey(entry.getKey())) {
          changed = changed.withMetadata(entry.getKey(), entry.getValue());
        }
      }
      return Outcome.keep(changed);
    };
  }

  private static RecordOperator valueFilter(Arguments arguments) {
    RecordField field = RecordField.of(arguments.text("field"));
    List<String> values = arguments.texts("values");
    double least = arguments.has("min") ? arguments.number("min") : Double.NEGATIVE_INFINITY;
    double most = arguments.has("max") ? arguments.number("max") : Double.POSITIVE_INFINITY;
    boolean bounded = arguments.has("min") || arguments.has("max");
    return ContentOperators.filter(
        arguments.flag("reverse"),
        field.name() + " is not within what is allowed",
        record -> {
          boolean listed =
              values.isEmpty()
                  || field.value(record).map(v -> values.contains(String.valueOf(v))).orElse(false);
          boolean within =
              !bounded || field.number(record).map(v -> v >= least && v <= most).orElse(false);
          return !listed || !within;
        });
  }

  private static RecordOperator valueCounter(Arguments arguments) {
    RecordField field = RecordField.of(arguments.text("field"));
    return (record, context) -> {
      context.count(field.name() + " = " + field.group(record), 1);
      return Outcome.keep(record);
    };
  }

  /** A value to sort by, and where its record stands. */
  private record Key(int position, int rank, double number, String text) {}

  private static SetOperator sort(Arguments arguments) {
    RecordField field = RecordField.of(arguments.text("field"));
    Comparator<Key> byValue = Comparator.comparingDouble(Key::number).thenComparing(Key::text);
    Comparator<Key> order =
        Comparator.comparingInt(Key::rank)
            .thenComparing(arguments.flag("descending") ? byValue.reversed() : byValue)
            .thenComparingInt(Key::position);
    return (input, output, context) -> {
      List<Key> keys = new ArrayList<>();
      input.forEach(record -> keys.add(key(field, record, keys.size())));
      keys.sort(order);
      input.forEach(keys.stream().mapToLong(Key::position).toArray(), output::keep);
    };
  }

  private static Key key(RecordField field, DataRecord record, int position) {
    Object value = record.failure().isPresent() ? null : field.value(record).orElse(null);
    return switch (value) {
      case null -> new Key(position, 2, 0, "");
      case Number number -> new Key(position, 0, number.doubleValue(), "");
      default -> new Key(position, 1, 0, String.valueOf(value));
    };
  }

  private static SetOperator limit(Arguments arguments) {
    long count = arguments.integer("count");
    if (count < 0) {
      throw new DataException("count is " + count + "; it must be at least 0");
    }
    return (input, output, context) -> {
      long[] kept = {0};
      input.forEach(record -> {
        if (record.failure().isPresent()) {
          output.keep(record);
        } else if (kept[0] < count) {
          kept[0]++;
          output.keep(record);
        } else {
          output.drop(record, "beyond the limit");
        }
      });
    };
  }
}
