package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Methods of str that cut, pad, replace and join; all keep the marks of what they copy. */
final class StringEdits {
  private static final StringValue SPACE = StringValue.trusted(" ");

  private StringEdits() {}

  static Value strip(StringValue self, Arguments arguments) {
    return strip(self, stripped("strip", arguments), true, true);
  }

  static Value lstrip(StringValue self, Arguments arguments) {
    return strip(self, stripped("lstrip", arguments), true, false);
  }

  static Value rstrip(StringValue self, Arguments arguments) {
    return strip(self, stripped("rstrip", arguments), false, true);
  }

  private static @Nullable StringValue stripped(String name, Arguments arguments) {
    return arguments.bindPositional(name, 0, 1).stringOrNone(0);
  }

  /**
   * @param characters to remove; null for whitespace
   */
  static StringValue strip(
      StringValue self, @Nullable StringValue characters, boolean left, boolean right) {
    IntPredicate removed =
        characters == null
            ? PythonText::isSpace
            : codePoint -> characters.text().indexOf(codePoint) >= 0;
    String text = self.text();
    int from = 0;
    int to = text.length();
    while (left && from < to && removed.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && removed.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return self.substring(from, to);
  }

  static Value removePrefix(StringValue self, Arguments arguments, Runtime runtime) {
    String prefix = arguments.bindPositional("removeprefix", 1, 1).string(0).text();
    return self.text().startsWith(prefix)
        ? self.substring(prefix.length(), self.text().length())
        : self;
  }

  static Value removeSuffix(StringValue self, Arguments arguments, Runtime runtime) {
    String suffix = arguments.bindPositional("removesuffix", 1, 1).string(0).text();
    return self.text().endsWith(suffix)
        ? self.substring(0, self.text().length() - suffix.length())
        : self;
  }

  static Value center(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("center", 1, 2);
    return center(self, bound.integer(0), fill(self, bound, runtime), runtime.budget());
  }

  /** Python puts the odd blank on the left where the width is odd as well. */
  static StringValue center(StringValue self, int width, StringValue fill, Budget budget) {
    int missing = Math.max(0, width - self.size());
    int left = missing / 2 + (missing & width & 1);
    return pad(self, left, missing - left, fill, budget);
  }

  static Value ljust(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("ljust", 1, 2);
    int missing = Math.max(0, bound.integer(0) - self.size());
    return pad(self, 0, missing, fill(self, bound, runtime), runtime.budget());
  }

  static Value rjust(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("rjust", 1, 2);
    int missing = Math.max(0, bound.integer(0) - self.size());
    return pad(self, missing, 0, fill(self, bound, runtime), runtime.budget());
  }

  private static StringValue fill(StringValue self, Arguments.Bound bound, Runtime runtime) {
    StringValue fill = bound.string(1, SPACE);
    if (fill.size() != 1) {
      throw new JinjaException("the fill character must be exactly one character long");
    }
    return coerced(self, fill, runtime);
  }

  static StringValue pad(StringValue self, int left, int right, StringValue fill, Budget budget) {
    if (left == 0 && right == 0) {
      return self;
    }
    budget.text(self.text().length() + ((long) left + right) * fill.text().length());
    TextBuilder out = new TextBuilder(budget);
    out.append(fill.text().repeat(left), fill.isData());
    out.append(self);
    out.append(fill.text().repeat(right), fill.isData());
    return finish(self, out);
  }

  static Value zfill(StringValue self, Arguments arguments, Runtime runtime) {
    int width = arguments.bindPositional("zfill", 1, 1).integer(0);
    int missing = Math.max(0, width - self.size());
    String text = self.text();
    int sign = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    runtime.budget().text((long) missing + text.length());
    TextBuilder out = new TextBuilder(runtime.budget());
    out.append(self, 0, sign);
    out.appendTrusted("0".repeat(missing));
    out.append(self, sign, text.length());
    return finish(self, out);
  }

  static Value expandTabs(StringValue self, Arguments arguments, Runtime runtime) {
    int tabSize = arguments.bind("expandtabs", 0, "tabsize").integer(0, 8);
    TextBuilder out = new TextBuilder(runtime.budget());
    String text = self.text();
    int column = 0;
    for (int i = 0; i < text.length(); ) {
      int width = Character.charCount(text.codePointAt(i));
      char c = text.charAt(i);
      if (c == '\t') {
        int blanks = tabSize > 0 ? tabSize - column % tabSize : 0;
        runtime.budget().text((long) out.length() + blanks);
        out.append(" ".repeat(blanks), self.isDataAt(i));
        column += blanks;
      } else {
        out.append(self, i, i + width);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
      i += width;
    }
    return finish(self, out);
  }

  static Value replace(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
    return replace(
        self,
        bound.string(0),
        coerced(self, bound.string(1), runtime),
        bound.integer(2, -1),
        runtime.budget());
  }

  /**
   * @param count of replacements; negative for all
   */
  static StringValue replace(
      StringValue self, StringValue old, StringValue replacement, int count, Budget budget) {
    String text = self.text();
    String wanted = old.text();
    TextBuilder out = new TextBuilder(budget);
    int position = 0;
    int done = 0;
    while (count < 0 || done < count) {
      int found = text.indexOf(wanted, position);
      if (found < 0) {
        break;
      }
      done++;
      if (wanted.isEmpty()) {
        out.append(replacement);
        if (position == text.length()) {
          break;
        }
        int width = Character.charCount(text.codePointAt(position));
        out.append(self, position, position + width);
        position += width;
      } else {
        out.append(self, position, found).append(replacement);
        position = found + wanted.length();
      }
      budget.work(1);
    }
    if (done == 0) {
      return self;
    }
    return finish(self, out.append(self, Math.min(position, text.length()), text.length()));
  }

  static Value split(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("split", 0, "sep", "maxsplit");
    StringValue separator = separator(bound);
    int limit = limit(bound);
    List<Value> parts =
        separator == null ? splitAtSpace(self, limit) : splitAt(self, separator.text(), limit);
    return runtime.budget().list(parts);
  }

  static Value rsplit(StringValue self, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("rsplit", 0, "sep", "maxsplit");
    StringValue separator = separator(bound);
    int limit = limit(bound);
    List<Value> parts =
        separator == null
            ? splitAtSpaceFromRight(self, limit)
            : splitAtFromRight(self, separator.text(), limit);
    return runtime.budget().list(parts);
  }

  private static @Nullable StringValue separator(Arguments.Bound bound) {
    StringValue separator = bound.stringOrNone(0);
    if (separator != null && separator.isEmpty()) {
      throw new JinjaException("empty separator");
    }
    return separator;
  }

  private static int limit(Arguments.Bound bound) {
    int limit = bound.integer(1, -1);
    return limit < 0 ? Integer.MAX_VALUE : limit;
  }

  private static List<Value> splitAt(StringValue self, String separator, int limit) {
    List<Value> parts = new ArrayList<>();
    int from = 0;
    int found = self.text().indexOf(separator);
    while (found >= 0 && parts.size() < limit) {
      parts.add(self.substring(from, found));
      from = found + separator.length();
      found = self.text().indexOf(separator, from);
    }
    parts.add(self.substring(from, self.text().length()));
    return parts;
  }

  static List<Value> splitAtFromRight(StringValue self, String separator, int limit) {
    List<Value> parts = new ArrayList<>();
    int to = self.text().length();
    int found = self.text().lastIndexOf(separator);
    while (found >= 0 && parts.size() < limit) {
      parts.add(self.substring(found + separator.length(), to));
      to = found;
      found = self.text().lastIndexOf(separator, to - separator.length());
    }
    parts.add(self.substring(0, to));
    Collections.reverse(parts);
    return parts;
  }

  private static List<Value> splitAtSpace(StringValue self, int limit) {
    List<Value> parts = new ArrayList<>();
    String text = self.text();
    int i = skip(text, 0, true);
    while (i < text.length()) {
      if (parts.size() == limit) {
        parts.add(self.substring(i, text.length()));
        break;
      }
      int end = skip(text, i, false);
      parts.add(self.substring(i, end));
      i = skip(text, end, true);
    }
    return parts;
  }

  private static int skip(String text, int from, boolean space) {
    int i = from;
    while (i < text.length() && PythonText.isSpace(text.charAt(i)) == space) {
      i++;
    }
    return i;
  }

  private static List<Value> splitAtSpaceFromRight(StringValue self, int limit) {
    List<Value> parts = new ArrayList<>();
    String text = self.text();
    int end = skipBack(text, text.length(), true);
    while (end > 0) {
      if (parts.size() == limit) {
        parts.add(self.substring(0, end));
        break;
      }
      int start = skipBack(text, end, false);
      parts.add(self.substring(start, end));
      end = skipBack(text, start, true);
    }
    Collections.reverse(parts);
    return parts;
  }

  private static int skipBack(String text, int from, boolean space) {
    int i = from;
    while (i > 0 && PythonText.isSpace(text.charAt(i - 1)) == space) {
      i--;
    }
    return i;
  }

  static Value splitLines(StringValue self, Arguments arguments, Runtime runtime) {
    boolean keepEnds = arguments.bind("splitlines", 0, "keepends").flag(0, false);
    return runtime.budget().list(List.copyOf(lines(self, keepEnds)));
  }

  static List<StringValue> lines(StringValue self, boolean keepEnds) {
    List<StringValue> lines = new ArrayList<>();
    String text = self.text();
    int from = 0;
    while (from < text.length()) {
      int end = from;
      while (end < text.length() && !PythonText.isLineBreak(text.charAt(end))) {
        end++;
      }
      int next = Math.min(end + 1, text.length());
      if (text.startsWith("\r\n", end)) {
        next = end + 2;
      }
      lines.add(self.substring(from, keepEnds ? next : end));
      from = next;
    }
    return lines;
  }

  static Value partition(StringValue self, Arguments arguments, Runtime runtime) {
    StringValue separator = arguments.bindPositional("partition", 1, 1).string(0);
    int found = separator.isEmpty() ? -2 : self.text().indexOf(separator.text());
    return partition(self, separator, found, false, runtime);
  }

  static Value rpartition(StringValue self, Arguments arguments, Runtime runtime) {
    StringValue separator = arguments.bindPositional("rpartition", 1, 1).string(0);
    int found = separator.isEmpty() ? -2 : self.text().lastIndexOf(separator.text());
    return partition(self, separator, found, true, runtime);
  }

  private static Value partition(
      StringValue self, StringValue separator, int found, boolean fromRight, Runtime runtime) {
    if (found == -2) {
      throw new JinjaException("empty separator");
    }
    StringValue none = self.substring(0, 0);
    List<Value> parts;
    if (found < 0) {
      parts = fromRight ? List.of(none, none, self) : List.of(self, none, none);
    } else {
      int end = found + separator.text().length();
      parts =
          List.of(
              self.substring(0, found),
              self.substring(found, end),
              self.substring(end, self.text().length()));
    }
    return runtime.budget().tuple(parts);
  }

  static Value join(StringValue self, Arguments arguments, Runtime runtime) {
    TextBuilder out = new TextBuilder(runtime.budget());
    List<Value> items = runtime.elements(arguments.bindPositional("join", 1, 1).get(0));
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(self);
      }
      if (!(items.get(i) instanceof StringValue string)) {
        throw new JinjaException(
            "sequence item "
                + i
                + ": expected str instance, "
                + items.get(i).typeName()
                + " found");
      }
      out.append(coerced(self, string, runtime));
    }
    return finish(self, out);
  }

  /** {@code other}, escaped if {@code self} is markup. */
  private static StringValue coerced(StringValue self, StringValue other, Runtime runtime) {
    return self.isMarkup() ? Html.escape(other, runtime.budget()) : other;
  }

  private static StringValue finish(StringValue self, TextBuilder out) {
    StringValue result = out.build();
    return self.isMarkup() ? result.asMarkup() : result;
  }
}
