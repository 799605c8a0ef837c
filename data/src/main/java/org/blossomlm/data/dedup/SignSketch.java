package org.blossomlm.data.dedup;

/**
 * 512 signs of a vector after a random rotation: two vectors at an angle θ differ in a sign with
 * probability θ/π (Charikar 2002). The rotation is three times a Hadamard transform after random
 * changes of sign, which is as good as a random one and takes n log n steps (Andoni et al. 2015,
 * "Practical and optimal LSH for angular distance").
 */
final class SignSketch {
  static final int WORDS = 8;
  private static final int SIGNS = 64 * WORDS;
  private static final int ROUNDS = 3;

  /** Pairs at the threshold that differ in more signs are one in some millions. */
  private static final double DEVIATIONS = 5;

  private final long seed;

  SignSketch(long seed) {
    this.seed = seed;
  }

  /** The signs of {@code vector}, 64 in a number. */
  long[] of(float[] vector) {
    int size = Math.max(SIGNS, Integer.highestOneBit(Math.max(1, vector.length - 1)) * 2);
    float[] x = new float[size];
    System.arraycopy(vector, 0, x, 0, vector.length);
    for (int round = 0; round < ROUNDS; round++) {
      changeSigns(x, round);
      transform(x);
    }
    long[] signs = new long[WORDS];
    for (int i = 0; i < SIGNS; i++) {
      if (x[i] > 0) {
        signs[i / 64] |= 1L << i;
      }
    }
    return signs;
  }

  private void changeSigns(float[] x, int round) {
    long signs = 0;
    for (int i = 0; i < x.length; i++) {
      if (i % 64 == 0) {
        signs = Tokens.mix(seed + Tokens.mix((long) round << 32 | i));
      }
      x[i] = (signs & 1) == 0 ? x[i] : -x[i];
      signs >>>= 1;
    }
  }

  /** Walsh and Hadamard's, without the factor that keeps lengths. */
  private static void transform(float[] x) {
    for (int half = 1; half < x.length; half *= 2) {
      for (int from = 0; from < x.length; from += 2 * half) {
        for (int i = from; i < from + half; i++) {
          float a = x[i];
          float b = x[i + half];
          x[i] = a + b;
          x[i + half] = a - b;
        }
      }
    }
  }

  /** In how many signs vectors of at least this cosine differ at most. */
  static int mostDifferent(double cosine) {
    double share = Math.acos(Math.clamp(cosine, -1.0, 1.0)) / Math.PI;
    double deviation = Math.sqrt(SIGNS * share * (1 - share));
    return (int) Math.ceil(SIGNS * share + DEVIATIONS * deviation) + 4;
  }
}
