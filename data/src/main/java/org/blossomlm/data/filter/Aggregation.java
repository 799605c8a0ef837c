package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.blossomlm.data.DataException;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator;
import org.jspecify.annotations.Nullable;

/**
 * One row for each group of records, with sums, means and so on. Groups come in the order of their
 * names. Variance is the sample's, computed by Welford's method: a sum of squares, as BlossomData
 * takes it, loses all digits of large numbers. A statistic that a group has too few numbers for is
 * null. Failed records do not count.
 */
final class Aggregation implements SetOperator {
  static final OperatorSpec SPEC =
      new OperatorSpec(
          "aggregate",
          "Replaces the records by one row for each group, with its statistics.",
          List.of(
              Parameters.texts(
                  "group_by", List.of(), "fields; none means one group. " + RecordOperators.FIELD),
              Parameter.required(
                  "values",
                  Parameter.Kind.MAP,
                  "name: count, or STATISTIC(FIELD) with sum, mean, min, max, variance, stddev or"
                      + " unique")),
          Aggregation::new);

  private static final List<String> STATISTICS =
      List.of("sum", "mean", "min", "max", "variance", "stddev", "unique");

  /** A statistic of a field; of none for {@code count}. */
  private record Value(String name, String statistic, Optional<RecordField> field) {}

  private final List<RecordField> groupBy;
  private final List<Value> values = new ArrayList<>();

  private Aggregation(Arguments arguments) {
    groupBy = arguments.texts("group_by").stream().map(RecordField::of).toList();
    arguments.map("values").forEach((name, text) -> values.add(parse(name, String.valueOf(text))));
    if (values.isEmpty()) {
      throw new DataException("values: nothing to compute; try  n: count");
    }
  }

  private static Value parse(String name, String text) {
    if (text.equals("count")) {
      return new Value(name, text, Optional.empty());
    }
    int open = text.indexOf('(');
    if (open > 0 && text.endsWith(")") && STATISTICS.contains(text.substring(0, open))) {
      return new Value(
          name,
          text.substring(0, open),
          Optional.of(RecordField.of(text.substring(open + 1, text.length() - 1))));
    }
    throw new DataException(
        "values: '"
            + text
            + "' is not count or STATISTIC(FIELD), with one of "
            + String.join(", ", STATISTICS));
  }

  /** What is kept of one field of one group. */
  private static final class Moments {
    private long count;
    private double sum;
    private double mean;
    private double squares;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private final TreeSet<String> unique = new TreeSet<>();

    void add(double value) {
      count++;
      sum += value;
      double delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }

    @Nullable Object value(String statistic) {
      return switch (statistic) {
        case "unique" -> List.copyOf(unique);
        case "sum" -> sum;
        case "mean" -> count > 0 ? (Object) mean : null;
        case "min" -> count > 0 ? (Object) min : null;
        case "max" -> count > 0 ? (Object) max : null;
        case "variance" -> count > 1 ? (Object) (squares / (count - 1)) : null;
        default -> count > 1 ? (Object) Math.sqrt(squares / (count - 1)) : null;
      };
    }
  }

  private final class Group {
    private final List<@Nullable Object> key;
    private final List<Moments> moments = values.stream().map(value -> new Moments()).toList();
    private long count;

    private Group(List<@Nullable Object> key) {
      this.key = key;
    }
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    Map<String, Group> groups = new TreeMap<>();
    input.forEach(record -> {
      if (record.failure().isPresent()) {
        return;
      }
      List<String> names = groupBy.stream().map(field -> field.group(record)).toList();
      Group group =
          groups.computeIfAbsent(
              String.join("\0", names),
              name -> {
                List<@Nullable Object> key = new ArrayList<>();
                groupBy.forEach(field -> key.add(field.value(record).orElse(null)));
                return new Group(key);
              });
      group.count++;
      for (int i = 0; i < values.size(); i++) {
        Moments moments = group.moments.get(i);
        Value value = values.get(i);
        if (value.field().isEmpty()) {
          continue;
        }
        if (value.statistic().equals("unique")) {
          value.field().get().value(record).ifPresent(v -> moments.unique.add(v.toString()));
        } else {
          value.field().get().number(record).ifPresent(moments::add);
        }
      }
    });
    int row = 0;
    for (Group group : groups.values()) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      for (int i = 0; i < groupBy.size(); i++) {
        fields.put(groupBy.get(i).name(), group.key.get(i));
      }
      for (int i = 0; i < values.size(); i++) {
        Value value = values.get(i);
        fields.put(
            value.name(),
            value.field().isEmpty()
                ? (Object) group.count
                : group.moments.get(i).value(value.statistic()));
      }
      row++;
      output.keep(new RowRecord(RecordHead.of(context.step() + "-" + row), fields));
    }
  }
}
