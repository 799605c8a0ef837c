package org.blossomlm.data.filter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;

/**
 * Drops records with code that cannot be right: a fence that is not closed; Java, JSON or YAML that
 * its parser refuses. Other languages have no parser at hand, so their fences only have to be
 * closed.
 */
final class CodeFenceFilter {
  private CodeFenceFilter() {}

  static List<OperatorSpec> all() {
    return RecordKind.twins(
        "code_fence_filter",
        "Drops records with an unclosed code block, or one that does not parse.",
        Parameters.ASSISTANT,
        List.of(
            Parameters.texts(
                "parse",
                List.of("java", "json", "yaml"),
                "languages whose blocks must parse: java, json, yaml"),
            Parameters.flag(
                "allow_elisions",
                true,
                "whether a block with an ellipsis, as in {...}, may fail to parse"),
            Parameters.REVERSE),
        CodeFenceFilter::filter);
  }

  private static RecordOperator filter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "");
    Set<CodeParser> parsers = Set.copyOf(Parameters.choices(arguments, "parse", CodeParser.class));
    boolean elisions = arguments.flag("allow_elisions");
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      Optional<String> fault =
          scope.texts(record).stream()
              .flatMap(text -> fault(text, parsers, elisions).stream())
              .findFirst();
      if (reverse) {
        return fault.isPresent() ? Outcome.keep(record) : Outcome.drop("not: broken code");
      }
      return fault.map(Outcome::drop).orElseGet(() -> Outcome.keep(record));
    };
  }

  private static Optional<String> fault(String text, Set<CodeParser> parsers, boolean elisions) {
    for (CodeFence fence : CodeFence.in(text)) {
      if (!fence.closed()) {
        return Optional.of("a code block is not closed");
      }
      Optional<CodeParser> parser = CodeParser.of(fence.language()).filter(parsers::contains);
      if (parser.isPresent()
          && !(elisions && (fence.code().contains("...") || fence.code().contains("…")))
          && !parser.get().parses(fence.code())) {
        return Optional.of("a block of " + fence.language() + " does not parse");
      }
    }
    return Optional.empty();
  }
}
