package org.blossomlm.engine;

/*
 * Prompt lookup decoding (Saxena 2023; "LLMA", Yang et al. 2023): answers repeat what is in their prompt (code that is
 * edited, documents that are quoted). Weights are read once per pass whatever the number of tokens, so checking a few
 * guesses costs little more than one token, and every right guess saves a pass.
 *
 * The number of guesses follows their success, since wrong ones are not free: it doubles when all were right and shrinks
 * to one more than the right ones otherwise.
 */
/** Guesses how a text goes on from how it went on after the same last tokens before. */
final class PromptLookup {
  /** Last tokens that must have occurred before. One alone is no evidence. */
  private static final int SHORTEST = 2;

  /** Longer matches are not looked for. */
  private static final int LONGEST = 8;

  private final int most;
  private int next;

  /**
   * @param most guesses at a time
   */
  PromptLookup(int most) {
    this.most = most;
    this.next = most;
  }

  /**
   * Writes guesses behind the first {@code length} tokens of {@code text}.
   *
   * @param limit guesses that are welcome; there is room for them
   * @return how many were written, possibly none
   */
  int guess(int[] text, int length, int limit) {
    int from = latestLongestMatch(text, length);
    if (from < 0) {
      return 0;
    }
    int count = Math.max(0, Math.min(limit, next));
    for (int i = 0; i < count; i++) {
      text[length + i] = text[from + i]; // May reach into the guesses: a text that repeats itself.
    }
    return count;
  }

  /** The position after the latest of the longest earlier occurrences of the last tokens. */
  private static int latestLongestMatch(int[] text, int length) {
    int best = SHORTEST - 1;
    int found = -1;
    for (int end = length - 1; end > best && best < LONGEST; end--) {
      int matched = 0;
      while (matched < Math.min(LONGEST, end)
          && text[end - 1 - matched] == text[length - 1 - matched]) {
        matched++;
      }
      if (matched > best) {
        best = matched;
        found = end;
      }
    }
    return found;
  }

  /** Takes note of how many of the last guesses were right. */
  void learn(int guessed, int right) {
    if (guessed > 0) {
      next = right == guessed ? Math.min(most, Math.max(next, 2 * guessed)) : right + 1;
    }
  }
}
