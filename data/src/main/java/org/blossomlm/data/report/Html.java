package org.blossomlm.data.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pieces of a page. All text from outside is escaped here. */
final class Html {
  private final StringBuilder page = new StringBuilder();

  /** Text from outside: nothing in it is markup. */
  static String escaped(String text) {
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
  static String label(String english, String chinese) {
    return "<span lang=\"en\">"
        + escaped(english)
        + "</span><span lang=\"zh\">"
        + escaped(chinese)
        + "</span>";
  }

  Html raw(String markup) {
    page.append(markup);
    return this;
  }

  Html heading(int level, String markup) {
    page.append("<h%d>%s</h%d>\n".formatted(level, markup, level));
    return this;
  }

  /** Rows of markup; the first is the head. */
  Html table(List<List<String>> rows) {
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
  Html bars(String title, Map<String, Long> values) {
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

  Html details(String summary, String markup) {
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

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
