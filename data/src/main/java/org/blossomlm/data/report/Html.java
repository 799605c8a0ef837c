package org.blossomlm.data.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pieces of a page for people: one file without references, in English and Chinese, light or dark.
 * All text from outside is escaped here.
 */
public final class Html {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private final StringBuilder page = new StringBuilder();

  /** Text from outside: nothing in it is markup. */
  public static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      switch (unit) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(unit < ' ' && unit != '\n' && unit != '\t' ? '\uFFFD' : unit);
      }
    }
    return escaped.toString();
  }

  /** A label in both languages; the page shows one of them. */
  public static String label(String english, String chinese) {
    return "<span lang=\"en\">"
        + escaped(english)
        + "</span><span lang=\"zh\">"
        + escaped(chinese)
        + "</span>";
  }

  /** Markup as it is. */
  public Html raw(String markup) {
    page.append(markup);
    return this;
  }

  /** A heading of level 1 to 6. */
  public Html heading(int level, String markup) {
    page.append("<h%d>%s</h%d>\n".formatted(level, markup, level));
    return this;
  }

  /** Rows of markup; the first is the head. */
  public Html table(List<List<String>> rows) {
    page.append("<div class=\"scroll\"><table>\n");
    String cell = "th";
    for (List<String> row : rows) {
      page.append("<tr>");
      for (String each : row) {
        page.append('<').append(cell).append('>').append(each);
        page.append("</").append(cell).append('>');
      }
      page.append("</tr>\n");
      cell = "td";
    }
    page.append("</table></div>\n");
    return this;
  }

  /** Horizontal bars. Labels are markup. */
  public Html bars(String title, Map<String, Long> values) {
    return bars(title, "", values);
  }

  /** Horizontal bars for long labels. */
  Html wideBars(String title, Map<String, Long> values) {
    return bars(title, " class=\"wide\"", values);
  }

  private Html bars(String title, String kind, Map<String, Long> values) {
    long most = Math.max(1, values.values().stream().mapToLong(Long::longValue).max().orElse(1));
    long all = Math.max(1, values.values().stream().mapToLong(Long::longValue).sum());
    page.append("<figure").append(kind).append("><figcaption>").append(title);
    page.append("</figcaption>\n");
    values.forEach((label, value) ->
        page.append(
            String.format(
                Locale.ROOT,
                "<div class=\"bar\"><span>%s</span><i><u style=\"width:%.2f%%\"></u></i><b>%s</b>"
                    + "<em>%.1f %%</em></div>\n",
                label,
                100.0 * value / most,
                number(value),
                100.0 * value / all)));
    page.append("</figure>\n");
    return this;
  }

  /** Markup that is folded away below its summary. */
  public Html details(String summary, String markup) {
    page.append("<details><summary>").append(summary).append("</summary>\n").append(markup);
    page.append("</details>\n");
    return this;
  }

  /** At most so many characters of the first lines of a text, in one line. */
  static String beginning(String text, int characters) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.codePointCount(0, line.length()) <= characters
        ? line
        : line.substring(0, line.offsetByCodePoints(0, characters)) + "…";
  }

  /** A number with commas between thousands. */
  public static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A large number with a label below, as they stand at the top of a page. Both are markup. */
  public Html fact(String label, String value) {
    return raw("<span><b>" + value + "</b>" + label + "</span>");
  }

  /**
   * The whole page.
   *
   * @param title text
   * @param style further rules, and {@code script} further statements
   */
  public String document(String title, String style, String script) {
    Map<String, String> parts =
        Map.of("title", escaped(title), "style", style, "script", script, "body", page.toString());
    return PLACE
        .matcher(frame())
        .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), "")));
  }

  private static String frame() {
    try (InputStream in = Html.class.getResourceAsStream("report.html")) {
      if (in == null) {
        throw new IllegalStateException("report.html is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
