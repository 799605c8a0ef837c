package org.blossomlm.data.dedup;

import java.util.List;
import java.util.random.RandomGenerator;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.RecordField;

/**
 * Likeness of meaning: the cosine of vectors that an embedding operator left in the metadata, found
 * by the signs of random projections (Charikar 2002): two vectors at an angle θ agree in a sign
 * with probability 1 − θ/π.
 */
final class VectorSimilarity implements Similarity<float[], float[]> {
  private static final int BANDS = 32;

  /** How likely a pair right at the threshold may be missed. */
  private static final double MISSED = 0.01;

  private final RecordField field;
  private final double threshold;
  private final int rows;
  private final long seed;

  VectorSimilarity(RecordField field, double threshold, RandomGenerator random) {
    this.field = field;
    this.threshold = threshold;
    double agree = 1 - Math.acos(threshold) / Math.PI;
    int most = 1;
    while (most < 24 && Math.pow(1 - Math.pow(agree, most + 1), BANDS) <= MISSED) {
      most++;
    }
    rows = most;
    seed = random.nextLong();
  }

  /** The vector of unit length; empty where the record failed or has none. */
  @Override
  public float[] take(DataRecord record) {
    if (record.failure().isPresent()) {
      return new float[0];
    }
    Object value = field.value(record).orElse(List.of());
    // A chat embedder writes a list of vectors, one for each message that it looked at.
    if (value instanceof List<?> list
        && !list.isEmpty()
        && list.getFirst() instanceof List<?> one) {
      if (list.size() > 1) {
        throw new DataException(
            field.name()
                + " of "
                + record.id()
                + " has "
                + list.size()
                + " vectors; embed with merge_messages, or only one message");
      }
      value = one;
    }
    if (value instanceof float[] floats) {
      return normalised(floats.clone());
    }
    if (!(value instanceof List<?> numbers)) {
      throw new DataException(
          field.name() + " of " + record.id() + " is not a list of numbers: no vector");
    }
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      if (!(numbers.get(i) instanceof Number number)) {
        throw new DataException(
            field.name() + " of " + record.id() + " is not a list of numbers: no vector");
      }
      vector[i] = number.floatValue();
    }
    return normalised(vector);
  }

  private static float[] normalised(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    if (squares == 0) {
      return new float[0];
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  @Override
  public long weight(float[] taken) {
    return taken.length;
  }

  @Override
  public float[] features(float[] taken) {
    return taken;
  }

  @Override
  public Sketch sketch(float[] taken) {
    return taken.length == 0
        ? Sketch.EMPTY
        : new Sketch(identity(taken), bands(taken), taken.length / 2 + 1);
  }

  private static long identity(float[] features) {
    long hash = features.length;
    for (float x : features) {
      hash = Tokens.mix(hash * 31 + Float.floatToIntBits(x));
    }
    return hash;
  }

  private long[] bands(float[] features) {
    long[] bands = new long[BANDS];
    for (int band = 0; band < BANDS; band++) {
      long bits = 1;
      for (int row = 0; row < rows; row++) {
        bits = bits << 1 | (project(features, band * rows + row) ? 1 : 0);
      }
      bands[band] = Tokens.mix(bits);
    }
    return bands;
  }

  /** The sign of the projection on a vector of random ±1 (Achlioptas 2003), 64 signs a number. */
  private boolean project(float[] vector, int projection) {
    float sum = 0;
    long signs = 0;
    for (int i = 0; i < vector.length; i++) {
      if (i % 64 == 0) {
        signs = Tokens.mix(seed + projection * 0x9E3779B97F4A7C15L + Tokens.mix(i + 1));
      }
      sum += Float.intBitsToFloat(Float.floatToRawIntBits(vector[i]) ^ (int) ((signs & 1) << 31));
      signs >>>= 1;
    }
    return sum > 0;
  }

  @Override
  public int bandCount() {
    return BANDS;
  }

  @Override
  public boolean similar(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new DataException(
          field.name() + " has vectors of " + a.length + " and of " + b.length + " numbers");
    }
    return cosine(a, b) >= threshold;
  }

  @Override
  public double likeness(float[] a, float[] b) {
    return Math.clamp(cosine(a, b), 0.0, 1.0);
  }

  private static float cosine(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
