package org.blossomlm.data.dedup;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Signatures of which two agree in as many places, of all, as their sets' Jaccard similarity
 * (Broder 1997). A permutation is {@code a·x + b mod 2^32}, <i>a</i> odd, of a well-mixed 32-bit
 * hash; the smallest value is found by its upper bits, in which this family is strong. The inner
 * loop runs over permutations, so that the compiler makes vectors of it.
 */
final class MinHash {
  private static final long ROW = 0x9E3779B97F4A7C15L;

  private final int[] factors;
  private final int[] offsets;

  /**
   * @param permutations numbers of a signature
   */
  MinHash(int permutations, RandomGenerator random) {
    factors = new int[permutations];
    offsets = new int[permutations];
    for (int i = 0; i < permutations; i++) {
      factors[i] = random.nextInt() | 1;
      offsets[i] = random.nextInt();
    }
  }

  /** The signature of a set; all {@link Integer#MAX_VALUE} where it is empty. */
  int[] signature(long[] hashes) {
    int[] signature = new int[factors.length];
    Arrays.fill(signature, Integer.MAX_VALUE);
    for (long hash : hashes) {
      add(signature, (int) (hash >>> 32));
    }
    return signature;
  }

  private void add(int[] signature, int x) {
    int[] a = factors;
    int[] b = offsets;
    for (int i = 0; i < signature.length; i++) {
      signature[i] = Math.min(signature[i], a[i] * x + b[i]);
    }
  }

  /** One hash for each band of {@code rows} numbers. */
  static long[] bands(int[] signature, Banding banding) {
    long[] bands = new long[banding.bands()];
    for (int band = 0; band < bands.length; band++) {
      long hash = band + 1;
      for (int row = 0; row < banding.rows(); row++) {
        hash = (hash ^ signature[band * banding.rows() + row]) * ROW;
        hash ^= hash >>> 32;
      }
      bands[band] = Tokens.mix(hash);
    }
    return bands;
  }
}
