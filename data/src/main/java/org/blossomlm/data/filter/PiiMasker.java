package org.blossomlm.data.filter;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;

/**
 * Replaces what identifies a person or opens an account by a label such as {@code [EMAIL]}, in
 * texts, in what tools were called with, and in the metadata entries that are named.
 */
final class PiiMasker {
  private PiiMasker() {}

  static List<OperatorSpec> all() {
    return RecordKind.twins(
        "pii_masker",
        "Replaces mail addresses, telephone numbers, identity numbers, card numbers, IP addresses"
            + " and keys by labels.",
        Parameters.EVERYBODY,
        List.of(
            Parameters.texts("kinds", Parameters.names(PiiKind.class), "what is replaced"),
            Parameter.of(
                "label",
                Parameter.Kind.TEXT,
                "[%s]",
                "what is put there; %s becomes the kind, in capitals"),
            Parameters.flag("mask_reasoning", true, "whether reasoning is changed as well"),
            Parameters.flag(
                "mask_tool_calls", true, "whether the arguments of tool calls are changed as well"),
            Parameters.texts(
                "metadata_fields", List.of(), "metadata entries whose texts are changed as well"),
            Parameters.flag("drop", false, "drops the record instead of changing it")),
        PiiMasker::masker);
  }

  private static RecordOperator masker(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "mask_reasoning");
    List<PiiKind> kinds =
        Parameters.choices(arguments, "kinds", PiiKind.class).stream().sorted().toList();
    boolean toolCalls = arguments.flag("mask_tool_calls");
    List<String> metadata = arguments.texts("metadata_fields");
    boolean drop = arguments.flag("drop");
    Map<PiiKind, String> labels = new EnumMap<>(PiiKind.class);
    for (PiiKind kind : kinds) {
      labels.put(kind, arguments.text("label").replace("%s", kind.name()));
    }
    return (record, context) -> {
      Map<PiiKind, Long> found = new EnumMap<>(PiiKind.class);
      UnaryOperator<String> mask = text -> mask(text, labels, found);
      DataRecord masked = scope.map(record, mask);
      if (toolCalls) {
        masked = scope.mapToolArguments(masked, mask);
      }
      for (String field : metadata) {
        Object value = masked.head().metadata().get(field);
        if (value != null) {
          masked = masked.withMetadata(field, JsonTexts.map(value, mask));
        }
      }
      if (found.isEmpty()) {
        return Outcome.keep(record);
      }
      if (drop) {
        return Outcome.drop("has personal data");
      }
      found.forEach(
          (kind, count) -> context.count("masked " + kind.name().toLowerCase(Locale.ROOT), count));
      return Outcome.keep(masked);
    };
  }

  /** {@code text} with labels; in the order of {@link PiiKind}, the most certain first. */
  static String mask(String text, Map<PiiKind, String> labels, Map<PiiKind, Long> found) {
    String masked = text;
    for (Map.Entry<PiiKind, String> entry : labels.entrySet()) {
      PiiKind kind = entry.getKey();
      masked = kind.replaceAll(masked, entry.getValue(), () -> found.merge(kind, 1L, Long::sum));
    }
    return masked;
  }
}
