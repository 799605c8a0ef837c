package org.blossomlm.data.dedup;

import java.util.random.RandomGenerator;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.TextScope;

/** Likeness of texts: Jaccard similarity of their shingles, found by MinHash. */
final class TextSimilarity implements Similarity<String, TextSimilarity.Features> {
  /**
   * What texts are compared by.
   *
   * @param shingles sorted, each once
   * @param numbers a hash of the numbers in the text
   */
  record Features(long[] shingles, long numbers) {}

  private final TextScope scope;
  private final Shingles shingles;
  private final double threshold;
  private final boolean sameNumbers;
  private final Banding banding;
  private final MinHash minHash;

  /**
   * @param threshold the least Jaccard similarity
   * @param sameNumbers whether texts with different numbers differ, however alike they are
   * @param permutations at most so many numbers of a signature
   */
  TextSimilarity(
      TextScope scope,
      Shingles shingles,
      double threshold,
      boolean sameNumbers,
      int permutations,
      RandomGenerator random) {
    this.scope = scope;
    this.shingles = shingles;
    this.threshold = threshold;
    this.sameNumbers = sameNumbers;
    banding = Banding.forThreshold(threshold, permutations);
    minHash = new MinHash(banding.bands() * banding.rows(), random);
  }

  @Override
  public String take(DataRecord record) {
    return record.failure().isPresent() ? "" : scope.joined(record);
  }

  @Override
  public long weight(String taken) {
    return taken.length();
  }

  @Override
  public Features features(String taken) {
    Tokens tokens = Tokens.of(taken);
    return new Features(Shingles.set(shingles.of(tokens)), tokens.numbers());
  }

  /** A signature is that of a set; to find its smallest values, repeated ones need not go. */
  @Override
  public Sketch sketch(String taken) {
    Tokens tokens = Tokens.of(taken);
    long[] runs = shingles.of(tokens);
    return runs.length == 0
        ? Sketch.EMPTY
        : new Sketch(
            tokens.sequence(), MinHash.bands(minHash.signature(runs), banding), runs.length + 4);
  }

  @Override
  public int bandCount() {
    return banding.bands();
  }

  @Override
  public boolean similar(Features a, Features b) {
    return (!sameNumbers || a.numbers() == b.numbers()) && likeness(a, b) >= threshold;
  }

  @Override
  public double likeness(Features a, Features b) {
    return Shingles.jaccard(a.shingles(), b.shingles());
  }
}
