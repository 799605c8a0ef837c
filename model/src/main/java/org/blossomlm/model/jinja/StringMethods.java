package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Methods of str that search, test and change case; see also {@link StringEdits}. */
final class StringMethods {
  /** A method of str. */
  interface Method {
    Value call(StringValue self, Arguments arguments, Runtime runtime);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          Map.entry("capitalize", changeCase("capitalize", TextCase::capitalize)),
          Map.entry("casefold", changeCase("casefold", TextCase::casefold)),
          Map.entry("lower", changeCase("lower", TextCase::lower)),
          Map.entry("swapcase", changeCase("swapcase", TextCase::swapcase)),
          Map.entry("title", changeCase("title", TextCase::title)),
          Map.entry("upper", changeCase("upper", TextCase::upper)),
          Map.entry("isalnum", test("isalnum", TextCase::isAlphanumeric)),
          Map.entry("isalpha", test("isalpha", TextCase::isAlphabetic)),
          Map.entry("isascii", test("isascii", TextCase::isAscii)),
          Map.entry("isdecimal", test("isdecimal", TextCase::isDecimal)),
          Map.entry("isdigit", test("isdigit", TextCase::isDigit)),
          Map.entry("isidentifier", test("isidentifier", TextCase::isIdentifier)),
          Map.entry("islower", test("islower", TextCase::isLower)),
          Map.entry("isnumeric", test("isnumeric", TextCase::isNumeric)),
          Map.entry("isprintable", test("isprintable", TextCase::isPrintable)),
          Map.entry("isspace", test("isspace", TextCase::isSpace)),
          Map.entry("istitle", test("istitle", TextCase::isTitle)),
          Map.entry("isupper", test("isupper", TextCase::isUpper)),
          Map.entry("startswith", (self, arguments, runtime) -> affix(self, arguments, true)),
          Map.entry("endswith", (self, arguments, runtime) -> affix(self, arguments, false)),
          Map.entry("find", (self, arguments, runtime) -> find("find", self, arguments, false)),
          Map.entry("rfind", (self, arguments, runtime) -> find("rfind", self, arguments, true)),
          Map.entry("index", (self, arguments, runtime) -> index("index", self, arguments, false)),
          Map.entry("rindex", (self, arguments, runtime) -> index("rindex", self, arguments, true)),
          Map.entry("count", (self, arguments, runtime) -> count(self, arguments)),
          Map.entry("center", StringEdits::center),
          Map.entry("ljust", StringEdits::ljust),
          Map.entry("rjust", StringEdits::rjust),
          Map.entry("zfill", StringEdits::zfill),
          Map.entry("expandtabs", StringEdits::expandTabs),
          Map.entry("strip", (self, arguments, runtime) -> StringEdits.strip(self, arguments)),
          Map.entry("lstrip", (self, arguments, runtime) -> StringEdits.lstrip(self, arguments)),
          Map.entry("rstrip", (self, arguments, runtime) -> StringEdits.rstrip(self, arguments)),
          Map.entry("removeprefix", StringEdits::removePrefix),
          Map.entry("removesuffix", StringEdits::removeSuffix),
          Map.entry("replace", StringEdits::replace),
          Map.entry("split", StringEdits::split),
          Map.entry("rsplit", StringEdits::rsplit),
          Map.entry("splitlines", StringEdits::splitLines),
          Map.entry("partition", StringEdits::partition),
          Map.entry("rpartition", StringEdits::rpartition),
          Map.entry("join", StringEdits::join),
          Map.entry("format", BraceFormat::format),
          Map.entry("format_map", BraceFormat::formatMap),
          Map.entry("encode", unsupported("encode", "bytes do not exist in templates")),
          Map.entry("maketrans", unsupported("maketrans", "use replace")),
          Map.entry("translate", unsupported("translate", "use replace")));

  private StringMethods() {}

  static @Nullable Value find(StringValue self, String name, Runtime runtime) {
    Method method = METHODS.get(name);
    return method == null
        ? null
        : BoundMethod.of(self, name, arguments -> method.call(self, arguments, runtime));
  }

  private static Method changeCase(String name, UnaryOperator<String> operation) {
    return (self, arguments, runtime) -> {
      arguments.bindPositional(name, 0, 0);
      runtime.budget().text(self.text().length());
      return self.map(operation);
    };
  }

  private interface TextTest {
    boolean holds(String text);
  }

  private static Method test(String name, TextTest test) {
    return (self, arguments, runtime) -> {
      arguments.bindPositional(name, 0, 0);
      return Value.of(test.holds(self.text()));
    };
  }

  private static Method unsupported(String name, String reason) {
    return (self, arguments, runtime) -> {
      throw new JinjaException("str." + name + " is not supported: " + reason);
    };
  }

  /** The part of {@code self} that the optional arguments {@code start} and {@code end} select. */
  private record Window(int from, int to) {
    /** Null if the window lies outside the text, where even the empty string is not found. */
    static @Nullable Window of(StringValue self, Arguments.Bound bound) {
      int size = self.size();
      int start = bound.find(1) == Value.None.NONE ? 0 : bound.integer(1, 0);
      int end = bound.find(2) == Value.None.NONE ? size : bound.integer(2, size);
      int first = Indices.bound(start, size);
      int last = Indices.bound(end, size);
      return start > size || first > last
          ? null
          : new Window(self.offset(first), self.offset(last));
    }
  }

  private static Value affix(StringValue self, Arguments arguments, boolean prefix) {
    String name = prefix ? "startswith" : "endswith";
    Arguments.Bound bound = arguments.bindPositional(name, 1, 3);
    Window window = Window.of(self, bound);
    List<Value> wanted =
        bound.get(0) instanceof TupleValue tuple ? tuple.elements() : List.of(bound.get(0));
    boolean found = false;
    for (Value value : wanted) {
      if (!(value instanceof StringValue affix)) {
        throw new JinjaException(
            name + " first arg must be str or a tuple of str, not " + value.typeName());
      }
      found |= window != null && hasAffix(self.text(), affix.text(), window, prefix);
    }
    return Value.of(found);
  }

  private static boolean hasAffix(String text, String affix, Window window, boolean prefix) {
    int length = affix.length();
    if (length > window.to() - window.from()) {
      return false;
    }
    return text.startsWith(affix, prefix ? window.from() : window.to() - length);
  }

  private static int position(String name, StringValue self, Arguments arguments, boolean fromEnd) {
    Arguments.Bound bound = arguments.bindPositional(name, 1, 3);
    String wanted = bound.string(0).text();
    Window window = Window.of(self, bound);
    if (window == null) {
      return -1;
    }
    int unit;
    if (fromEnd) {
      unit = self.text().lastIndexOf(wanted, window.to() - wanted.length());
      unit = unit < window.from() ? -1 : unit;
    } else {
      unit = self.text().indexOf(wanted, window.from());
      unit = unit + wanted.length() > window.to() ? -1 : unit;
    }
    return unit < 0 ? -1 : self.index(unit);
  }

  private static Value find(String name, StringValue self, Arguments arguments, boolean fromEnd) {
    return Value.of(position(name, self, arguments, fromEnd));
  }

  private static Value index(String name, StringValue self, Arguments arguments, boolean fromEnd) {
    int position = position(name, self, arguments, fromEnd);
    if (position < 0) {
      throw new JinjaException("substring not found");
    }
    return Value.of(position);
  }

  private static Value count(StringValue self, Arguments arguments) {
    Arguments.Bound bound = arguments.bindPositional("count", 1, 3);
    String wanted = bound.string(0).text();
    Window window = Window.of(self, bound);
    if (window == null) {
      return Value.of(0);
    }
    String text = self.text().substring(window.from(), window.to());
    if (wanted.isEmpty()) {
      return Value.of(text.codePointCount(0, text.length()) + 1L);
    }
    long count = 0;
    for (int i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length())) {
      count++;
    }
    return Value.of(count);
  }
}
