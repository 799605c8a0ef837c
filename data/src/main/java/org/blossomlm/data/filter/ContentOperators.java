package org.blossomlm.data.filter;

import static org.blossomlm.data.filter.Parameters.ASSISTANT;
import static org.blossomlm.data.filter.Parameters.CASE_SENSITIVE;
import static org.blossomlm.data.filter.Parameters.EVERYBODY;
import static org.blossomlm.data.filter.Parameters.FILTER_REASONING;
import static org.blossomlm.data.filter.Parameters.REVERSE;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;

/**
 * Operators on what a text contains: filter, replace, trim, length, repetition.
 *
 * <p>Decided differently from BlossomData: a replacement is always literal, also where case does
 * not matter (there it was a template in which {@code \1} had a meaning); white space is what
 * Unicode calls white space, the ideographic space included; lengths are Unicode characters.
 */
final class ContentOperators {
  private ContentOperators() {}

  static List<OperatorSpec> all() {
    List<OperatorSpec> specs = new ArrayList<>();
    specs.addAll(
        RecordKind.twins(
            "content_filter",
            "Drops records that contain one of the given texts.",
            ASSISTANT,
            List.of(
                Parameter.required(
                    "contents", Parameter.Kind.TEXTS, "texts, or patterns, to look for"),
                Parameter.choice(
                    "match",
                    List.of("substring", "word", "regex"),
                    "substring: anywhere; word: not inside a longer word; regex: a Java pattern"),
                CASE_SENSITIVE,
                REVERSE,
                FILTER_REASONING),
            ContentOperators::contentFilter));
    List<Parameter> replacerParameters =
        List.of(
            Parameter.required(
                "replacements",
                Parameter.Kind.MAP,
                "text to find: text to put there, applied in this order, both literal"),
            CASE_SENSITIVE,
            Parameters.flag("replace_reasoning", false, "whether reasoning is changed as well"));
    specs.addAll(
        RecordKind.twins(
            "content_replacer",
            "Replaces texts.",
            ASSISTANT,
            replacerParameters,
            ContentOperators::replacer));
    List<Parameter> trimmerParameters =
        List.of(
            Parameter.optional(
                "strip_chars",
                Parameter.Kind.TEXT,
                "characters to remove from both ends; white space where absent"),
            Parameters.flag("trim_reasoning", true, "whether reasoning is trimmed as well"));
    specs.addAll(
        RecordKind.twins(
            "content_trimmer",
            "Removes white space, or other characters, from both ends of texts.",
            ASSISTANT,
            trimmerParameters,
            ContentOperators::trimmer));
    specs.addAll(
        RecordKind.twins(
            "repetition_filter",
            "Drops records with a text whose most frequent character n-grams make up too much, or"
                + " too little, of it.",
            ASSISTANT,
            List.of(
                Parameters.integer("n", 10, "characters of an n-gram"),
                Parameters.number("min_ratio", 0.0, "the least share that stays"),
                Parameters.number("max_ratio", 0.5, "the largest share that stays"),
                REVERSE,
                FILTER_REASONING),
            ContentOperators::repetitionFilter));
    specs.add(
        RecordKind.TEXT.spec(
            "text_length_filter",
            "Drops texts that are too short or too long.",
            textLengths(),
            ContentOperators::textLengthFilter));
    List<Parameter> rowLengths = new ArrayList<>(textLengths());
    rowLengths.add(TextScope.fieldsParameter());
    specs.add(
        RecordKind.ROW.spec(
            "row_length_filter",
            "Drops rows whose texts together are too short or too long.",
            rowLengths,
            ContentOperators::textLengthFilter));
    specs.add(
        RecordKind.anyKind(
            "language_tagger",
            "Writes the language into the metadata: zh-Hans, zh-Hant, en, mixed or other.",
            EVERYBODY,
            List.of(Parameters.text("field", "language", "the metadata entry")),
            ContentOperators::languageTagger));
    specs.add(
        RecordKind.anyKind(
            "language_filter",
            "Keeps records in the given languages.",
            EVERYBODY,
            List.of(
                Parameter.required(
                    "languages",
                    Parameter.Kind.TEXTS,
                    "of zh-Hans, zh-Hant, zh (either), en, mixed, other"),
                REVERSE),
            ContentOperators::languageFilter));
    return specs;
  }

  private static List<Parameter> textLengths() {
    return List.of(
        Parameters.integer("min_len", 0, "the least number of characters"),
        Parameters.integer("max_len", 16384, "the largest number of characters"),
        REVERSE);
  }

  /** A filter: {@code drops} says what goes, {@code reverse} turns it round. */
  static RecordOperator filter(boolean reverse, String reason, Predicate<DataRecord> drops) {
    String because = reverse ? "not: " + reason : reason;
    return (record, context) ->
        drops.test(record) != reverse ? Outcome.drop(because) : Outcome.keep(record);
  }

  private static RecordOperator contentFilter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "filter_reasoning");
    String match = arguments.text("match");
    List<Pattern> patterns =
        arguments.texts("contents").stream()
            .map(content -> pattern(content, match, arguments.flag("case_sensitive")))
            .toList();
    return filter(
        arguments.flag("reverse"),
        "contains a given text",
        record ->
            scope.texts(record).stream()
                .anyMatch(text -> patterns.stream().anyMatch(p -> p.matcher(text).find())));
  }

  private static Pattern pattern(String content, String match, boolean caseSensitive) {
    int flags = caseSensitive ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    if (content.isEmpty()) {
      throw new DataException("contents: an empty text is in every record; remove it");
    }
    try {
      return switch (match) {
        case "regex" -> Pattern.compile(content, flags);
        // Chinese is written without spaces: a letter of Han beside the text is no longer word.
        case "word" ->
            Pattern.compile(
                "(?<![\\p{L}\\p{N}&&[^\\p{IsHan}]])"
                    + Pattern.quote(content)
                    + "(?![\\p{L}\\p{N}&&[^\\p{IsHan}]])",
                flags);
        default -> Pattern.compile(Pattern.quote(content), flags);
      };
    } catch (PatternSyntaxException e) {
      throw new DataException(
          "contents: '" + content + "' is not a pattern: " + e.getDescription(), e);
    }
  }

  private static RecordOperator replacer(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "replace_reasoning");
    int flags =
        arguments.flag("case_sensitive") ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    Map<Pattern, String> replacements = new LinkedHashMap<>();
    arguments
        .map("replacements")
        .forEach((from, to) -> {
          if (from.isEmpty()) {
            throw new DataException("replacements: the text to find is empty");
          }
          replacements.put(
              Pattern.compile(Pattern.quote(from), flags),
              Matcher.quoteReplacement(String.valueOf(to)));
        });
    UnaryOperator<String> replace =
        text -> {
          String changed = text;
          for (Map.Entry<Pattern, String> entry : replacements.entrySet()) {
            changed = entry.getKey().matcher(changed).replaceAll(entry.getValue());
          }
          return changed;
        };
    return (record, context) -> Outcome.keep(scope.map(record, replace));
  }

  private static RecordOperator trimmer(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "trim_reasoning");
    String characters = arguments.optionalText("strip_chars").orElse("");
    return (record, context) -> Outcome.keep(scope.map(record, text -> trim(text, characters)));
  }

  /** {@code text} without {@code characters}, or without white space where there are none. */
  static String trim(String text, String characters) {
    int start = 0;
    int end = text.length();
    while (start < end && strips(text.codePointAt(start), characters)) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (end > start && strips(text.codePointBefore(end), characters)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean strips(int c, String characters) {
    return characters.isEmpty()
        ? Character.isWhitespace(c) || Character.isSpaceChar(c)
        : characters.indexOf(c) >= 0;
  }

  private static RecordOperator repetitionFilter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "filter_reasoning");
    int n = positive(arguments, "n");
    double least = arguments.number("min_ratio");
    double most = arguments.number("max_ratio");
    return filter(
        arguments.flag("reverse"),
        "repeats itself",
        record ->
            scope.texts(record).stream()
                .anyMatch(text -> {
                  double ratio = CharacterRepetition.ratio(text, n);
                  return ratio < least || ratio > most;
                }));
  }

  /** An integer argument from 1. */
  static int positive(Arguments arguments, String name) {
    long value = arguments.integer(name);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new DataException(name + " is " + value + "; it must be at least 1");
    }
    return (int) value;
  }

  private static RecordOperator textLengthFilter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "");
    long least = arguments.integer("min_len");
    long most = arguments.integer("max_len");
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      long length =
          scope.texts(record).stream()
              .mapToLong(text -> text.codePointCount(0, text.length()))
              .sum();
      boolean wrong = length < least || length > most;
      if (wrong == reverse) {
        return Outcome.keep(record);
      }
      return Outcome.drop(
          reverse ? "not: too short or too long" : length < least ? "too short" : "too long");
    };
  }

  private static RecordOperator languageTagger(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "");
    String field = arguments.text("field");
    return (record, context) -> {
      Language language = Language.of(scope.joined(record));
      context.count(language.tag(), 1);
      return Outcome.keep(record.withMetadata(field, language.tag()));
    };
  }

  private static RecordOperator languageFilter(Arguments arguments) {
    TextScope scope = TextScope.from(arguments, "");
    List<String> wanted = arguments.texts("languages");
    List<String> allowed = new ArrayList<>(List.of("zh"));
    for (Language language : Language.values()) {
      allowed.add(language.tag());
    }
    for (String tag : wanted) {
      if (!allowed.contains(tag)) {
        throw new DataException(
            "languages: '" + tag + "' is not known; allowed: " + String.join(", ", allowed));
      }
    }
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      Language language = Language.of(scope.joined(record));
      boolean matches =
          wanted.contains(language.tag()) || (wanted.contains("zh") && language.isChinese());
      return matches != reverse
          ? Outcome.keep(record)
          : Outcome.drop("language is " + language.tag());
    };
  }
}
