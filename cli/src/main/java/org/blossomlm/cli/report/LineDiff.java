package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.List;

/** In which lines two short texts differ: by their longest common subsequence. */
final class LineDiff {
  private LineDiff() {}

  /**
   * A difference.
   *
   * @param before empty where something was added
   * @param after empty where something went
   */
  record Row(String before, String after) {}

  static List<Row> of(List<String> before, List<String> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    List<Row> rows = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    List<String> come = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
        pair(gone, come, rows);
        i++;
        j++;
      } else if (j == after.size() || i < before.size() && common[i + 1][j] >= common[i][j + 1]) {
        gone.add(before.get(i++));
      } else {
        come.add(after.get(j++));
      }
    }
    pair(gone, come, rows);
    return rows;
  }

  /** Neighbouring lines that went and came stand beside each other. */
  private static void pair(List<String> gone, List<String> come, List<Row> rows) {
    for (int i = 0; i < Math.max(gone.size(), come.size()); i++) {
      rows.add(new Row(i < gone.size() ? gone.get(i) : "", i < come.size() ? come.get(i) : ""));
    }
    gone.clear();
    come.clear();
  }
}
