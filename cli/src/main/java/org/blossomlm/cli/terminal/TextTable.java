package org.blossomlm.cli.terminal;

import java.util.List;

/** Rows of text in columns, without borders; Chinese characters take two places. */
public final class TextTable {
  private static final String INDENT = "    ";
  private static final int GAP = 4;

  private TextTable() {}

  /** One line per row, each indented and ended by a newline. */
  public static String format(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], DisplayWidth.of(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(INDENT);
      for (int i = 0; i < row.size(); i++) {
        int padding = widths[i] - DisplayWidth.of(row.get(i)) + GAP;
        line.append(row.get(i)).append(" ".repeat(padding));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
