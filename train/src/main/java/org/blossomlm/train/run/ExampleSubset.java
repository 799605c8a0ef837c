package org.blossomlm.train.run;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.blossomlm.train.example.Example;
import org.blossomlm.train.example.ExampleSet;

/**
 * Some samples of a set, in its order.
 *
 * @param indices of {@code whole}, rising
 */
record ExampleSubset(ExampleSet whole, int[] indices) implements ExampleSet {

  /**
   * What is learnt and what is held out of a set. The same set, share and seed give the same parts,
   * so that a set that a later stage sees again holds out the same samples.
   */
  record Split(ExampleSet learnt, ExampleSet heldOut) {}

  /**
   * Divides a set at random.
   *
   * @param share of the samples that is held out; of two samples and more at least one, unless the
   *     share is 0
   */
  static Split split(ExampleSet whole, double share, long seed) {
    int size = whole.size();
    int held = share == 0 || size < 2 ? 0 : Math.clamp(Math.round(share * size), 1, size - 1);
    int[] order = IntStream.range(0, size).toArray();
    var random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    for (int i = 0; i < held; i++) {
      int j = i + random.nextInt(size - i);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    Arrays.sort(order, 0, held);
    Arrays.sort(order, held, size);
    return new Split(
        new ExampleSubset(whole, Arrays.copyOfRange(order, held, size)),
        new ExampleSubset(whole, Arrays.copyOf(order, held)));
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int length(int index) {
    return whole.length(indices[index]);
  }

  @Override
  public Example get(int index) {
    return whole.get(indices[index]);
  }
}
