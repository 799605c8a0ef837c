package org.blossomlm.data.recipe;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;

/** The operators of a catalogue as a page of Markdown: {@code docs/operators.md}. */
public final class OperatorReference {
  private OperatorReference() {}

  public static String markdown(OperatorCatalog catalog) {
    StringBuilder page = new StringBuilder();
    page.append("# Operators of data recipes\n\n");
    page.append(
        """
        Made from the program by `blossom data operators`; do not edit. A step of a recipe is an operator's name, or
        its name with arguments: `- chat_length_filter: {total_max_len: 8000}`. Parameters without a default are
        needed, unless they are called optional.

        """);
    Collection<OperatorSpec> all = catalog.all();
    page.append("| operator | what it does |\n|---|---|\n");
    for (OperatorSpec spec : all) {
      page.append(
          "| [`%s`](#%s) | %s |\n".formatted(spec.name(), spec.name(), cell(spec.summary())));
    }
    for (OperatorSpec spec : all) {
      page.append("\n## ").append(spec.name()).append("\n\n").append(spec.summary()).append('\n');
      if (!spec.parameters().isEmpty()) {
        page.append("\n| parameter | kind | default | meaning |\n|---|---|---|---|\n");
        spec.parameters().forEach(parameter -> page.append(row(parameter)));
      }
    }
    return page.toString();
  }

  private static String row(Parameter parameter) {
    String kind =
        switch (parameter.kind()) {
          case TEXT -> "text";
          case INTEGER -> "whole number";
          case NUMBER -> "number";
          case FLAG -> "true or false";
          case CHOICE -> codes(parameter.allowed());
          case TEXTS ->
              parameter.allowed().isEmpty()
                  ? "list of texts"
                  : "list of " + codes(parameter.allowed());
          case MAP -> "keys and values";
          case TEACHER -> "teacher";
          case LOCAL_TEACHER -> "teacher with a local model";
          case FILE -> "file";
        };
    String value =
        parameter
            .defaultValue()
            .map(OperatorReference::written)
            .orElse(parameter.optional() ? "optional" : "");
    return "| `%s` | %s | %s | %s |\n"
        .formatted(parameter.name(), kind, value, cell(parameter.summary()));
  }

  private static String codes(List<String> values) {
    return values.stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
  }

  private static String written(Object value) {
    String text =
        value instanceof String string
            ? "\"" + string.replace("\n", "\\n") + "\""
            : value instanceof Object[] array ? Arrays.toString(array) : String.valueOf(value);
    String code = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return "`" + code.replace("|", "\\|") + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replaceAll("\\s*\\n\\s*", " ");
  }
}
