package org.blossomlm.engine;

import java.util.List;

/**
 * Finds the first stop string in text that arrives in pieces, and holds back exactly the text that
 * could still become one. The piece boundaries do not matter: the string that is complete first
 * wins, and of several that end at the same place the longest. One Knuth-Morris-Pratt automaton per
 * string; its state is how much of the string the text ends with, so no character is looked at
 * twice.
 */
final class StopStrings {
  private final String[] stops;
  private final int[][] borders;
  private final int[] matched;
  private final StringBuilder pending = new StringBuilder();
  private boolean found;

  /**
   * @param stops none of them empty
   */
  StopStrings(List<String> stops) {
    this.stops = stops.toArray(String[]::new);
    this.borders = new int[this.stops.length][];
    for (int i = 0; i < this.stops.length; i++) {
      borders[i] = borders(this.stops[i]);
    }
    this.matched = new int[this.stops.length];
  }

  /** For each prefix, the length of the longest other prefix that it ends with. */
  private static int[] borders(String stop) {
    int[] borders = new int[stop.length()];
    int length = 0;
    for (int i = 1; i < borders.length; i++) {
      while (length > 0 && stop.charAt(i) != stop.charAt(length)) {
        length = borders[length - 1];
      }
      if (stop.charAt(i) == stop.charAt(length)) {
        length++;
      }
      borders[i] = length;
    }
    return borders;
  }

  /**
   * Takes the next piece and returns what is certain now: text before a stop string, none of which
   * can belong to one. After the stop string nothing follows.
   */
  String accept(String piece) {
    if (found) {
      return "";
    }
    if (stops.length == 0) {
      return piece;
    }
    int held = pending.length();
    pending.append(piece);
    for (int i = 0; i < piece.length(); i++) {
      int complete = advance(piece.charAt(i));
      if (complete > 0) {
        found = true;
        return take(held + i + 1 - complete);
      }
    }
    int longest = 0;
    for (int length : matched) {
      longest = Math.max(longest, length);
    }
    return take(pending.length() - longest);
  }

  /** Returns the length of the longest stop string that ends with {@code unit}, or 0. */
  private int advance(char unit) {
    int complete = 0;
    for (int i = 0; i < stops.length; i++) {
      String stop = stops[i];
      int length = matched[i];
      while (length > 0 && stop.charAt(length) != unit) {
        length = borders[i][length - 1];
      }
      if (stop.charAt(length) == unit) {
        length++;
      }
      matched[i] = length;
      if (length == stop.length()) {
        complete = Math.max(complete, length);
      }
    }
    return complete;
  }

  private String take(int length) {
    String text = pending.substring(0, length);
    pending.delete(0, length);
    return text;
  }

  /** Whether a stop string was complete. */
  boolean found() {
    return found;
  }

  /** What was held back for a stop string that did not come; nothing after one that did. */
  String finish() {
    return found ? "" : take(pending.length());
  }
}
