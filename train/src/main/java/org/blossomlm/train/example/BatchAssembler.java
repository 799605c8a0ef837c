package org.blossomlm.train.example;

import java.util.Arrays;
import java.util.List;

/**
 * Lays the samples of a batch side by side. A row ends with padding up to the longest row, or to a
 * multiple of {@code multiple}, or to {@code fixed} tokens.
 *
 * @param padding the id of padding; it is never learnt and nothing sees it
 * @param multiple of which the length of rows is made
 * @param fixed the length of all rows; 0 for what is needed
 */
public record BatchAssembler(int padding, int multiple, int fixed) {
  public BatchAssembler {
    if (multiple < 1 || fixed < 0) {
      throw new IllegalArgumentException("multiple %d, fixed %d".formatted(multiple, fixed));
    }
  }

  /**
   * The batch of some rows of samples.
   *
   * @throws IllegalArgumentException if a row is longer than {@code fixed}
   */
  public MicroBatch assemble(List<List<Example>> rows) {
    int longest = 1;
    for (List<Example> row : rows) {
      longest = Math.max(longest, row.stream().mapToInt(Example::length).sum());
    }
    int length =
        fixed > 0 ? fixed : Math.toIntExact(Math.ceilDiv((long) longest, multiple) * multiple);
    if (longest > length) {
      throw new IllegalArgumentException(
          "a row of %d tokens where %d are fixed".formatted(longest, length));
    }
    int size = Math.multiplyExact(rows.size(), length);
    int[] tokens = new int[size];
    int[] targets = new int[size];
    int[] positions = new int[size];
    int[] segments = new int[size];
    Arrays.fill(tokens, padding);
    Arrays.fill(targets, MicroBatch.IGNORED);
    for (int r = 0; r < rows.size(); r++) {
      int at = r * length;
      int segment = 0;
      for (Example example : rows.get(r)) {
        segment++;
        int n = example.length();
        System.arraycopy(example.tokens(), 0, tokens, at, n);
        for (int t = 0; t < n; t++) {
          positions[at + t] = t;
          segments[at + t] = segment;
          // The last token of a sample predicts nothing: what follows is another sample.
          if (t + 1 < n && example.learnt()[t + 1]) {
            targets[at + t] = example.tokens()[t + 1];
          }
        }
        at += n;
      }
    }
    return new MicroBatch(rows.size(), length, tokens, targets, positions, segments);
  }
}
