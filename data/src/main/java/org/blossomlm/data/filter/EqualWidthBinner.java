package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator;

/**
 * Puts the number of a field into one of several intervals of the same width. Without a given range
 * it takes the smallest and largest number there is, in a first pass. A number outside a given
 * range belongs to the first or last interval, a record without a number to none.
 */
final class EqualWidthBinner implements SetOperator {
  static final OperatorSpec SPEC =
      new OperatorSpec(
          "equal_width_binner",
          "Writes into the metadata in which of several intervals of equal width a number lies.",
          List.of(
              Parameter.required("field", Parameter.Kind.TEXT, RecordOperators.FIELD),
              Parameters.integer("num_bins", 10, "how many intervals"),
              Parameters.texts(
                  "labels", List.of(), "their names; none means the number each begins with"),
              Parameter.optional("range_min", Parameter.Kind.NUMBER, "where the first one begins"),
              Parameter.optional("range_max", Parameter.Kind.NUMBER, "where the last one ends"),
              Parameters.text("bin_field", "bin", "metadata entry for the number, from 0"),
              Parameters.text("bin_label_field", "bin_label", "metadata entry for the name")),
          EqualWidthBinner::new);

  private final RecordField field;
  private final int bins;
  private final List<String> labels;
  private final Optional<Double> least;
  private final Optional<Double> most;
  private final String binField;
  private final String labelField;

  private EqualWidthBinner(Arguments arguments) {
    field = RecordField.of(arguments.text("field"));
    bins = ContentOperators.positive(arguments, "num_bins");
    labels = List.copyOf(arguments.texts("labels"));
    least = bound(arguments, "range_min");
    most = bound(arguments, "range_max");
    binField = arguments.text("bin_field");
    labelField = arguments.text("bin_label_field");
    if (!labels.isEmpty() && labels.size() != bins) {
      throw new DataException(
          "labels: " + labels.size() + " names for " + bins + " intervals; give one for each");
    }
    if (least.isPresent() && most.isPresent() && !(least.get() < most.get())) {
      throw new DataException("range_min must be less than range_max");
    }
  }

  private static Optional<Double> bound(Arguments arguments, String name) {
    return arguments.has(name) ? Optional.of(arguments.number(name)) : Optional.empty();
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    double[] range = {
      least.orElse(Double.POSITIVE_INFINITY), most.orElse(Double.NEGATIVE_INFINITY)
    };
    if (least.isEmpty() || most.isEmpty()) {
      input.forEach(record ->
          number(record)
              .ifPresent(value -> {
                if (least.isEmpty()) {
                  range[0] = Math.min(range[0], value);
                }
                if (most.isEmpty()) {
                  range[1] = Math.max(range[1], value);
                }
              }));
    }
    List<String> names = names(range[0], range[1]);
    input.forEach(record -> {
      Optional<Double> value = number(record);
      if (value.isEmpty()) {
        output.keep(record);
        return;
      }
      int bin = bin(value.get(), range[0], range[1]);
      output.keep(record.withMetadata(binField, bin).withMetadata(labelField, names.get(bin)));
    });
  }

  private Optional<Double> number(DataRecord record) {
    return record.failure().isPresent()
        ? Optional.empty()
        : field.number(record).filter(Double::isFinite);
  }

  private int bin(double value, double from, double to) {
    double width = to - from;
    int bin = width > 0 ? (int) Math.floor((value - from) / width * bins) : 0;
    return Math.clamp(bin, 0, bins - 1);
  }

  private List<String> names(double from, double to) {
    if (!labels.isEmpty()) {
      return labels;
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < bins; i++) {
      double edge = from + (to - from) * i / bins;
      names.add(edge == Math.rint(edge) ? String.valueOf((long) edge) : String.valueOf(edge));
    }
    return names;
  }
}
