package org.blossomlm.model.tokenizer;

/**
 * A pre-tokenizer step: cuts text into consecutive pieces that are merged separately. Pieces never
 * overlap, leave nothing out and never cut a surrogate pair. Implementations look at each character
 * a bounded number of times.
 */
@FunctionalInterface
interface Splitter {
  /**
   * The end of the piece that starts at {@code from}.
   *
   * @param text well-formed UTF-16
   * @param from below {@code end}
   * @param end the text ends here: look-ahead sees nothing beyond
   * @return in {@code (from, end]}
   */
  int next(char[] text, int from, int end);
}
