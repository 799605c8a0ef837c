package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.model.quantize.QuantizationPlan;
import org.blossomlm.model.tensor.TensorType;

/** What quantising does to a model, for people. */
public final class QuantizationReport {
  private final QuantizationPlan plan;
  private final Messages messages;

  public QuantizationReport(QuantizationPlan plan, Messages messages) {
    this.plan = plan;
    this.messages = messages;
  }

  /** One line for each tensor: name, shape, type before and after. */
  public String tensors() {
    List<List<String>> rows = new ArrayList<>();
    for (QuantizationPlan.Step step : plan.steps()) {
      String shape =
          step.source().dimensions().stream()
              .map(String::valueOf)
              .collect(Collectors.joining(" × "));
      rows.add(
          List.of(
              step.source().name(),
              "[" + shape + "]",
              step.copied() ? step.type().name() : step.source().type() + " → " + step.type(),
              Quantities.size(step.bytes())));
    }
    return TextTable.format(rows);
  }

  /** Size and bits per weight before and after, the types, and everything that is not as asked. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    text.append(
        messages.text(
            "quantize.summary",
            Quantities.size(plan.sourceBytes()),
            plan.sourceBitsPerWeight(),
            Quantities.size(plan.bytes()),
            plan.bitsPerWeight()));
    text.append('\n');
    text.append(TextTable.format(types()));
    Map<String, Integer> fallBacks = new LinkedHashMap<>();
    for (QuantizationPlan.Step step : plan.fallBacks()) {
      String role = step.source().name().replaceFirst("^blk\\.\\d+\\.", "blk.*.");
      String change =
          messages.text(
              "quantize.fall-back",
              role,
              step.choice().wanted(),
              step.type(),
              step.source().columns(),
              step.choice().wanted().blockElements());
      fallBacks.merge(change, 1, Integer::sum);
    }
    if (!fallBacks.isEmpty()) {
      text.append(
          messages.text("quantize.fall-backs", plan.fallBacks().size(), plan.steps().size()));
      text.append('\n');
      fallBacks.forEach((change, count) ->
          text.append("    ").append(count).append(" × ").append(change).append('\n'));
    }
    if (!plan.withoutImportance().isEmpty()) {
      text.append(
          messages.text(
              "quantize.without-importance",
              plan.withoutImportance().size(),
              shortened(plan.withoutImportance())));
      text.append('\n');
    }
    for (String rule : plan.unusedRules()) {
      text.append(messages.text("quantize.unused-rule", rule)).append('\n');
    }
    return text.toString();
  }

  private static String shortened(List<String> names) {
    String first = names.stream().limit(4).collect(Collectors.joining(", "));
    return names.size() > 4 ? first + ", …" : first;
  }

  private List<List<String>> types() {
    Map<TensorType, List<QuantizationPlan.Step>> byType =
        plan.steps().stream()
            .collect(
                Collectors.groupingBy(
                    QuantizationPlan.Step::type, LinkedHashMap::new, Collectors.toList()));
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            messages.text("show.column.type"),
            messages.text("show.column.tensors"),
            messages.text("show.column.weights"),
            messages.text("show.column.size")));
    byType.forEach((type, steps) ->
        rows.add(
            List.of(
                type.name(),
                Integer.toString(steps.size()),
                Quantities.count(steps.stream().mapToLong(step -> step.source().elements()).sum()),
                Quantities.size(steps.stream().mapToLong(QuantizationPlan.Step::bytes).sum()))));
    return rows;
  }

  /** Bits of each weight on average, with two digits. */
  static String bits(double bitsPerWeight) {
    return String.format(Locale.ROOT, "%.2f", bitsPerWeight);
  }
}
