package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The simple regular expressions of pre-tokenizers, matched without backtracking: an optional
 * character class, then either one class repeated, or several classes one after the other.
 *
 * <pre>{@code
 * \s?\p{L}+    [\r\n]    \p{N}{1,3}     ?[^(\s|.,!?)]+    [0-9][0-9][0-9]
 * }</pre>
 */
final class ClassPattern implements Matcher {
  private static final int MOST_REPEATS = 1000;

  private final Optional<CodePointSet> lead;
  private final List<CodePointSet> body;
  private final int least;
  private final int most;

  private ClassPattern(Optional<CodePointSet> lead, List<CodePointSet> body, int least, int most) {
    this.lead = lead;
    this.body = body;
    this.least = least;
    this.most = most;
  }

  /** Compiles {@code regex}, or gives nothing if it has another shape. */
  static Optional<ClassPattern> compile(String regex) {
    return new Parser(regex).pattern();
  }

  @Override
  public int match(char[] s, int from, int end) {
    if (lead.isPresent() && lead.get().at(s, from, end)) {
      int match = body(s, from + CharClass.width(s, from), end);
      if (match > 0) {
        return match;
      }
    }
    return body(s, from, end);
  }

  private int body(char[] s, int from, int end) {
    int i = from;
    if (body.size() > 1) {
      for (CodePointSet set : body) {
        if (!set.at(s, i, end)) {
          return -1;
        }
        i += CharClass.width(s, i);
      }
      return i;
    }
    CodePointSet set = body.getFirst();
    int n = 0;
    while (n < most && set.at(s, i, end)) {
      i += CharClass.width(s, i);
      n++;
    }
    return n >= least ? i : -1;
  }

  /** A class with its quantifier. */
  private record Item(CodePointSet set, int least, int most) {}

  /** Recursive descent over the few constructs above; anything else is not understood. */
  private static final class Parser {
    private final int[] regex;
    private int at;

    Parser(String regex) {
      this.regex = regex.codePoints().toArray();
    }

    Optional<ClassPattern> pattern() {
      List<Item> items = new ArrayList<>();
      while (at < regex.length) {
        Optional<CodePointSet> set = regex[at] == '[' ? bracket() : atom();
        Optional<Item> item = set.flatMap(this::quantified);
        if (item.isEmpty()) {
          return Optional.empty();
        }
        items.add(item.get());
      }
      Optional<CodePointSet> lead = Optional.empty();
      if (items.size() > 1 && items.getFirst().least == 0 && items.getFirst().most == 1) {
        lead = Optional.of(items.removeFirst().set);
      }
      if (items.isEmpty() || items.size() > MOST_REPEATS) {
        return Optional.empty();
      }
      Item first = items.getFirst();
      boolean single = items.size() == 1 && first.least >= 1;
      boolean fixed = items.stream().allMatch(item -> item.least == 1 && item.most == 1);
      return single || fixed
          ? Optional.of(
              new ClassPattern(
                  lead, items.stream().map(Item::set).toList(), first.least, first.most))
          : Optional.empty();
    }

    private Optional<Item> quantified(CodePointSet set) {
      int c = at < regex.length ? regex[at] : 0;
      if (c == '?') {
        at++;
        return Optional.of(new Item(set, 0, 1));
      }
      if (c == '+') {
        at++;
        // A second + or ? would make it possessive or lazy.
        boolean plain = at == regex.length || (regex[at] != '?' && regex[at] != '+');
        return plain ? Optional.of(new Item(set, 1, Integer.MAX_VALUE)) : Optional.empty();
      }
      if (c == '{') {
        return counted(set);
      }
      return Optional.of(new Item(set, 1, 1));
    }

    private Optional<Item> counted(CodePointSet set) {
      int close = at;
      while (close < regex.length && regex[close] != '}') {
        close++;
      }
      if (close == regex.length) {
        return Optional.empty();
      }
      String[] bounds = new String(regex, at + 1, close - at - 1).split(",", -1);
      at = close + 1;
      if (bounds.length != 2
          || !bounds[0].matches("[0-9]{1,4}")
          || !bounds[1].matches("[0-9]{1,4}")) {
        return Optional.empty();
      }
      int least = Integer.parseInt(bounds[0]);
      int most = Integer.parseInt(bounds[1]);
      return least >= 1 && least <= most && most <= MOST_REPEATS
          ? Optional.of(new Item(set, least, most))
          : Optional.empty();
    }

    /** A class outside brackets: an escape or a plain character. */
    private Optional<CodePointSet> atom() {
      if (regex[at] == '\\') {
        ClassBuilder set = new ClassBuilder();
        return escape(set) ? Optional.of(set.build(false)) : Optional.empty();
      }
      if (".()[]{}|^$*+?".indexOf(regex[at]) >= 0) {
        return Optional.empty();
      }
      ClassBuilder set = new ClassBuilder();
      set.range(regex[at], regex[at]);
      at++;
      return Optional.of(set.build(false));
    }

    private Optional<CodePointSet> bracket() {
      at++;
      boolean negated = at < regex.length && regex[at] == '^';
      if (negated) {
        at++;
      }
      ClassBuilder set = new ClassBuilder();
      while (at < regex.length && regex[at] != ']') {
        int c = regex[at];
        boolean intersection = c == '&' && at + 1 < regex.length && regex[at + 1] == '&';
        if (c == '[' || intersection) {
          return Optional.empty();
        }
        if (c == '\\' && isClassEscape()) {
          if (!escape(set)) {
            return Optional.empty();
          }
          continue;
        }
        int first = literal();
        int last = first;
        if (at + 1 < regex.length && regex[at] == '-' && regex[at + 1] != ']') {
          at++;
          last = isClassEscape() ? -1 : literal();
        }
        if (first < 0 || last < first) {
          return Optional.empty();
        }
        set.range(first, last);
      }
      if (at == regex.length || set.isEmpty()) {
        return Optional.empty();
      }
      at++;
      return Optional.of(set.build(negated));
    }

    private boolean isClassEscape() {
      return regex[at] == '\\'
          && at + 1 < regex.length
          && (regex[at + 1] == 'p' || regex[at + 1] == 's');
    }

    /** A character of a bracket, escaped or not; -1 if it is not understood. */
    private int literal() {
      int c = regex[at++];
      if (c != '\\') {
        return c;
      }
      int escaped = at < regex.length ? regex[at++] : -1;
      return switch (escaped) {
        case 'r' -> '\r';
        case 'n' -> '\n';
        case 't' -> '\t';
        default -> escaped < 0x80 && !Character.isLetterOrDigit(escaped) ? escaped : -1;
      };
    }

    private boolean escape(ClassBuilder set) {
      if (!isClassEscape()) {
        int c = literal();
        if (c >= 0) {
          set.range(c, c);
        }
        return c >= 0;
      }
      at += 2;
      if (regex[at - 1] == 's') {
        set.whiteSpace = true;
        return true;
      }
      int close = at;
      while (close < regex.length && regex[close] != '}') {
        close++;
      }
      if (close == regex.length || regex[at] != '{') {
        return false;
      }
      int categories = categories(new String(regex, at + 1, close - at - 1));
      set.categories |= categories;
      at = close + 1;
      return categories != 0;
    }

    private static int categories(String name) {
      return IntStream.range(0, CATEGORIES.length)
          .filter(type -> !CATEGORIES[type].isEmpty() && !name.isEmpty())
          .filter(type ->
              CATEGORIES[type].equals(name)
                  || (CATEGORIES[type].startsWith(name) && name.length() == 1))
          .map(type -> 1 << type)
          .reduce(0, (a, b) -> a | b);
    }
  }

  /** Unicode's names of general categories by the number {@link Character#getType} gives. */
  private static final String[] CATEGORIES = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc",
    "Cf", "", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"
  };

  private static final class ClassBuilder {
    private final IntSink ranges = new IntSink(16);
    private int categories;
    private boolean whiteSpace;

    void range(int first, int last) {
      ranges.add(first);
      ranges.add(last);
    }

    boolean isEmpty() {
      return ranges.size() == 0 && categories == 0 && !whiteSpace;
    }

    CodePointSet build(boolean negated) {
      return CodePointSet.of(ranges.toArray(), categories, whiteSpace, negated);
    }
  }
}
