package org.blossomlm.data.teacher;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant to type. */
final class NearestName {
  private NearestName() {}

  /** {@code "; did you mean 'x'?"} and what there is; for the end of an error message. */
  static String suggestion(String found, Collection<String> allowed) {
    Optional<String> nearest =
        allowed.stream()
            .min(
                Comparator.<String>comparingInt(name -> distance(found, name))
                    .thenComparing(Comparator.naturalOrder()))
            .filter(name -> distance(found, name) <= Math.max(2, found.length() / 3));
    return nearest.map(name -> "; did you mean '" + name + "'?").orElse(".")
        + (allowed.isEmpty()
            ? ""
            : " Allowed are " + String.join(", ", allowed.stream().sorted().toList()));
  }

  /** Levenshtein's edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
