package org.blossomlm.data.filter;

import static org.blossomlm.data.filter.Parameters.ASSISTANT;
import static org.blossomlm.data.filter.Parameters.REVERSE;

import java.util.List;
import java.util.Optional;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;

/**
 * Rules of quality that suit turns of a chat. Those that are published for web pages (Gopher, C4)
 * are too strict here: an answer may be one word, a list or a program. So nothing is said about the
 * number of words, code is not looked at, and shares count only in texts that are long enough to
 * have them.
 */
final class QualityOperators {
  private QualityOperators() {}

  static List<OperatorSpec> all() {
    return RecordKind.twins(
        "quality_filter",
        "Drops records with a text that looks damaged: symbols, mojibake, control characters, an"
            + " ending in the middle of a sentence.",
        ASSISTANT,
        List.of(
            Parameters.number(
                "max_symbol_ratio",
                0.3,
                "symbols (neither letter, digit, punctuation nor space) per character"),
            Parameters.number(
                "max_ellipsis_ratio", 0.5, "lines that end with an ellipsis, of all lines"),
            Parameters.number(
                "max_bullet_ratio", 1.0, "lines that begin with a bullet, of all lines"),
            Parameters.integer(
                "min_lines", 4, "shares of lines count in texts of at least so many lines"),
            Parameters.integer(
                "min_symbol_length",
                20,
                "the share of symbols counts in texts of at least so many characters"),
            Parameters.flag("mojibake", true, "whether text in a wrong encoding goes"),
            Parameters.flag("control_characters", true, "whether control characters go"),
            Parameters.flag("truncated_ending", true, "whether a text that breaks off goes"),
            REVERSE,
            Parameters.FILTER_REASONING),
        QualityOperators::qualityFilter);
  }

  private static RecordOperator qualityFilter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "filter_reasoning");
    QualityRules rules =
        new QualityRules(
            arguments.number("max_symbol_ratio"),
            arguments.number("max_ellipsis_ratio"),
            arguments.number("max_bullet_ratio"),
            arguments.integer("min_lines"),
            arguments.integer("min_symbol_length"),
            arguments.flag("mojibake"),
            arguments.flag("control_characters"),
            arguments.flag("truncated_ending"));
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      Optional<String> fault =
          scope.texts(record).stream().flatMap(text -> rules.fault(text).stream()).findFirst();
      if (reverse) {
        return fault.isPresent() ? Outcome.keep(record) : Outcome.drop("not: damaged");
      }
      return fault.map(Outcome::drop).orElseGet(() -> Outcome.keep(record));
    };
  }
}
