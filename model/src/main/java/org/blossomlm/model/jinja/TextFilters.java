package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Map;

/** Filters whose result is a string. */
final class TextFilters {
  private static final StringValue NEWLINE = StringValue.trusted("\n");
  private static final int PPRINT_WIDTH = 80;

  private TextFilters() {}

  static Map<String, Builtins.Filter> all() {
    return Map.ofEntries(
        Map.entry("capitalize", TextFilters::capitalize),
        Map.entry("center", TextFilters::center),
        Map.entry("e", TextFilters::escape),
        Map.entry("escape", TextFilters::escape),
        Map.entry("forceescape", TextFilters::forceEscape),
        Map.entry("format", TextFilters::format),
        Map.entry("indent", TextFilters::indent),
        Map.entry("lower", TextFilters::lower),
        Map.entry("pprint", TextFilters::prettyPrint),
        Map.entry("replace", TextFilters::replace),
        Map.entry("safe", TextFilters::safe),
        Map.entry("string", TextFilters::string),
        Map.entry("striptags", Html::stripTags),
        Map.entry("title", TextFilters::title),
        Map.entry("tojson", JsonWriter::toJson),
        Map.entry("trim", TextFilters::trim),
        Map.entry("truncate", TextFilters::truncate),
        Map.entry("upper", TextFilters::upper),
        Map.entry("urlencode", Html::urlEncode),
        Map.entry("urlize", TextFilters::urlize),
        Map.entry("wordwrap", TextFilters::wordWrap),
        Map.entry("xmlattr", Html::xmlAttributes));
  }

  private static Value capitalize(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("capitalize", 0);
    return runtime.str(input).map(TextCase::capitalize);
  }

  private static Value lower(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("lower", 0);
    return runtime.str(input).map(TextCase::lower);
  }

  private static Value upper(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("upper", 0);
    return runtime.str(input).map(TextCase::upper);
  }

  private static Value title(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("title", 0);
    return runtime.str(input).map(TextFilters::titleWords);
  }

  /** Capitalises after blanks, hyphens and opening brackets; unlike {@code str.title}. */
  private static String titleWords(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      int start = i;
      while (i < text.length() && isWordBorder(text.charAt(i))) {
        i++;
      }
      out.append(text, start, i);
      if (i < text.length()) {
        int first = i + Character.charCount(text.codePointAt(i));
        out.append(TextCase.upper(text.substring(i, first)));
        i = first;
        while (i < text.length() && !isWordBorder(text.charAt(i))) {
          i++;
        }
        out.append(TextCase.lower(text.substring(first, i)));
      }
    }
    return out.toString();
  }

  private static boolean isWordBorder(char c) {
    return "-({[<".indexOf(c) >= 0 || PythonText.isSpace(c);
  }

  private static Value center(Value input, Arguments arguments, Runtime runtime) {
    int width = arguments.bind("center", 0, "width").integer(0, 80);
    return StringEdits.center(
        runtime.str(input), width, StringValue.trusted(" "), runtime.budget());
  }

  private static Value escape(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("escape", 0);
    return Html.escape(input, runtime.budget());
  }

  private static Value forceEscape(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("forceescape", 0);
    return Html.forceEscape(runtime.str(input), runtime.budget());
  }

  private static Value safe(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("safe", 0);
    return runtime.str(input).asMarkup();
  }

  private static Value string(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("string", 0);
    return runtime.str(input);
  }

  private static Value format(Value input, Arguments arguments, Runtime runtime) {
    if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
      throw new JinjaException("format: cannot mix positional and keyword arguments");
    }
    Value values =
        arguments.named().isEmpty()
            ? runtime.budget().tuple(arguments.positional())
            : Globals.dictOf(arguments.named(), runtime);
    return PercentFormat.format(runtime.str(input), values, runtime.budget());
  }

  private static Value trim(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("trim", 0, "chars");
    return StringEdits.strip(runtime.str(input), bound.stringOrNone(0), true, true);
  }

  private static Value replace(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
    int count = bound.get(2, Value.None.NONE) == Value.None.NONE ? -1 : bound.integer(2);
    return StringEdits.replace(
        runtime.str(input).asPlain(),
        runtime.str(bound.get(0)),
        runtime.str(bound.get(1)),
        count,
        runtime.budget());
  }

  private static StringValue requireString(String filter, Value input) {
    return switch (input) {
      case StringValue string -> string;
      case Undefined undefined -> throw undefined.failure();
      default -> throw new JinjaException(filter + " needs a string, not " + input.typeName());
    };
  }

  private static Value indent(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
    StringValue string = requireString("indent", input);
    Budget budget = runtime.budget();
    StringValue indentation =
        bound.find(0) instanceof StringValue text
            ? text
            : StringValue.trusted(" ".repeat(budget.text(Math.max(0, bound.integer(0, 4)))));
    boolean blank = bound.flag(2, false);
    List<StringValue> lines =
        StringEdits.lines(runtime.operators().concatenate(string, NEWLINE), false);
    TextBuilder out = new TextBuilder(budget);
    if (bound.flag(1, false)) {
      out.append(indentation);
    }
    for (int i = 0; i < lines.size(); i++) {
      if (i > 0) {
        out.append(NEWLINE);
        if (blank || !lines.get(i).isEmpty()) {
          out.append(indentation);
        }
      }
      out.append(lines.get(i));
    }
    return string.isMarkup() ? out.build().asMarkup() : out.build();
  }

  private static Value truncate(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = bound.integer(0, 255);
    StringValue end = bound.string(2, StringValue.trusted("..."));
    int leeway = bound.get(3, Value.None.NONE) == Value.None.NONE ? 5 : bound.integer(3);
    if (length < end.size() || leeway < 0) {
      throw new JinjaException(
          "truncate: length must be at least " + end.size() + " and leeway not negative");
    }
    if (Iteration.length(input) <= (long) length + leeway) {
      return input;
    }
    StringValue string = requireString("truncate", input);
    StringValue kept = string.substring(0, string.offset(length - end.size()));
    if (!bound.flag(1, false)) {
      int blank = kept.text().lastIndexOf(' ');
      kept = blank < 0 ? kept : kept.substring(0, blank);
    }
    return runtime.operators().concatenate(kept, end);
  }

  private static Value wordWrap(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound =
        arguments.bind(
            "wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    StringValue string = requireString("wordwrap", input);
    int width = bound.integer(0, 79);
    if (width <= 0) {
      throw new JinjaException("invalid width " + width + " (must be > 0)");
    }
    StringValue separator = bound.stringOrNone(2);
    WordWrap wrap = new WordWrap(width, bound.flag(1, true), bound.flag(3, true), runtime.budget());
    TextBuilder out = new TextBuilder(runtime.budget());
    boolean first = true;
    for (StringValue paragraph : StringEdits.lines(string, false)) {
      List<StringValue> lines = wrap.wrap(paragraph);
      for (StringValue line : lines.isEmpty() ? List.of(StringValue.EMPTY) : lines) {
        if (!first) {
          out.append(separator == null ? NEWLINE : separator);
        }
        first = false;
        out.append(line);
      }
    }
    return out.build();
  }

  private static Value prettyPrint(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("pprint", 0);
    StringValue text =
        Printer.repr(SequenceFilters.withSortedKeys(input, runtime), runtime.budget());
    if (text.size() > PPRINT_WIDTH) {
      throw new JinjaException(
          "pprint of values wider than "
              + PPRINT_WIDTH
              + " columns is not supported; use tojson(indent=2)");
    }
    return text;
  }

  private static Value urlize(Value input, Arguments arguments, Runtime runtime) {
    throw new JinjaException("urlize is not supported: prompts are not HTML");
  }
}
