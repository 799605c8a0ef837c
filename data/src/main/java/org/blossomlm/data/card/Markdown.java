package org.blossomlm.data.card;

import java.util.List;
import java.util.Locale;

/** Pieces of a Markdown page. */
final class Markdown {
  private final StringBuilder page = new StringBuilder();

  Markdown heading(int level, String text) {
    return paragraph("#".repeat(level) + " " + text);
  }

  Markdown paragraph(String markup) {
    page.append(markup.strip()).append("\n\n");
    return this;
  }

  /** Rows of markup; the first is the head. Columns named in {@code numbers} are numbers. */
  Markdown table(List<List<String>> rows, List<Integer> numbers) {
    for (int i = 0; i < rows.size(); i++) {
      page.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
      if (i == 0) {
        page.append('|');
        for (int column = 0; column < rows.getFirst().size(); column++) {
          page.append(numbers.contains(column) ? "---:|" : "---|");
        }
        page.append('\n');
      }
    }
    page.append('\n');
    return this;
  }

  Markdown code(String language, String text) {
    // A fence longer than any in the text.
    String fence = "```";
    while (text.contains(fence)) {
      fence += "`";
    }
    page.append(fence).append(language).append('\n').append(text.strip()).append('\n');
    page.append(fence).append("\n\n");
    return this;
  }

  /** Text from outside, in one cell or line: nothing in it is markup. */
  static String escaped(String text) {
    return text.replaceAll("\\s+", " ")
        .strip()
        .replaceAll("([\\\\`*\\[\\]<>|~$]|(?<!\\w)_|_(?!\\w))", "\\\\$1");
  }

  /** Text from outside as code. */
  static String code(String text) {
    String line = text.replaceAll("\\s+", " ").strip().replace("`", "'").replace("|", "\\|");
    return line.isEmpty() ? "" : "`" + line + "`";
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  @Override
  public String toString() {
    return page.toString().strip() + "\n";
  }
}
