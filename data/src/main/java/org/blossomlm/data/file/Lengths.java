package org.blossomlm.data.file;

/**
 * Numbers of characters, of which mean, largest and quantiles are asked, in memory that does not
 * grow: exact below 128, above in steps of less than a sixtieth.
 */
public final class Lengths {
  private static final int FINE = 6;

  private final long[] counts = new long[64 << FINE];
  private long count;
  private long sum;
  private long max;

  void add(long length) {
    counts[bucket(length)]++;
    count++;
    sum += length;
    max = Math.max(max, length);
  }

  private static int bucket(long length) {
    int exponent = Math.max(0, 63 - Long.numberOfLeadingZeros(Math.max(1, length)) - FINE);
    return (exponent << FINE) + (int) (length >> exponent);
  }

  private static long lowest(int bucket) {
    int exponent = Math.max(0, (bucket >> FINE) - 1);
    return (long) (bucket - (exponent << FINE)) << exponent;
  }

  public long count() {
    return count;
  }

  public long max() {
    return max;
  }

  public double mean() {
    return count == 0 ? 0 : (double) sum / count;
  }

  /**
   * The smallest length that a share of {@code share} of all do not exceed, a little less at most.
   *
   * @param share from 0 to 1
   */
  public long quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return lowest(i);
      }
    }
    return max;
  }
}
