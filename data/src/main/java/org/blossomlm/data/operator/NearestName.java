package org.blossomlm.data.operator;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that was meant, where a wrong one was written. */
public final class NearestName {
  private NearestName() {}

  /**
   * The name with the smallest edit distance to {@code written}, if it is near enough to have been
   * meant: at most a third of its letters differ, or one is the beginning of the other.
   */
  public static Optional<String> of(String written, Collection<String> names) {
    return names.stream()
        .filter(name -> near(written, name))
        .min(
            Comparator.<String>comparingInt(name -> distance(written, name))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static boolean near(String written, String name) {
    boolean begins =
        written.length() >= 3 && (name.startsWith(written) || written.startsWith(name));
    int longer = Math.max(written.length(), name.length());
    return begins || distance(written, name) <= Math.max(1, longer / 3);
  }

  /** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
  static int distance(String a, String b) {
    int[] beforePrevious = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(Math.min(previous[j], current[j - 1]) + 1, previous[j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, beforePrevious[j - 2] + 1);
        }
        current[j] = best;
      }
      int[] free = beforePrevious;
      beforePrevious = previous;
      previous = current;
      current = free;
    }
    return previous[b.length()];
  }
}
