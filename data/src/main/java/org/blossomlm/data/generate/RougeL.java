package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of the order of their words two texts share: the F-measure of their longest common
 * subsequence. Units are words, and single characters of Chinese, which has no spaces.
 *
 * @see <a href="https://aclanthology.org/W04-1013/">Lin 2004, ROUGE</a>
 */
final class RougeL {
  private static final Pattern UNIT = Pattern.compile("\\p{IsHan}|[\\p{L}\\p{N}&&[^\\p{IsHan}]]+");

  private final int[] units;
  private final Map<Integer, Integer> counts;

  private RougeL(int[] units, Map<Integer, Integer> counts) {
    this.units = units;
    this.counts = counts;
  }

  /**
   * @param numbers of units, grown as new ones come; the same for all texts that are compared
   */
  static RougeL of(String text, Map<String, Integer> numbers) {
    List<Integer> units = new ArrayList<>();
    Map<Integer, Integer> counts = new HashMap<>();
    Matcher matcher = UNIT.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      int unit = numbers.computeIfAbsent(matcher.group(), x -> numbers.size());
      units.add(unit);
      counts.merge(unit, 1, Integer::sum);
    }
    return new RougeL(units.stream().mapToInt(Integer::intValue).toArray(), counts);
  }

  /** How many units there are. */
  int length() {
    return units.length;
  }

  /** Whether the F-measure of both is above {@code threshold}. */
  boolean isAbove(double threshold, RougeL other) {
    // 2·LCS / (n + m): no longer than the shorter text, nor than the units in common.
    int enough = (int) Math.floor(threshold * (units.length + other.units.length) / 2) + 1;
    if (Math.min(units.length, other.units.length) < enough || common(other) < enough) {
      return false;
    }
    return similarity(other) > threshold;
  }

  /** The F-measure, 0 to 1. */
  double similarity(RougeL other) {
    int total = units.length + other.units.length;
    return total == 0 ? 0 : 2.0 * longestCommon(other) / total;
  }

  private int common(RougeL other) {
    int common = 0;
    for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
      common += Math.min(entry.getValue(), other.counts.getOrDefault(entry.getKey(), 0));
    }
    return common;
  }

  private int longestCommon(RougeL other) {
    int[] row = new int[other.units.length + 1];
    for (int unit : units) {
      int diagonal = 0;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        row[j] = unit == other.units[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[other.units.length];
  }
}
