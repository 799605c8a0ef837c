package org.blossomlm.engine;

import org.blossomlm.model.ModelException;

/**
 * Rotary position embedding: the angle by which each pair of a head turns per position, with the
 * ways to stretch it over longer contexts than were trained.
 *
 * @param rotated leading elements of a head that are rotated
 * @param halves pairs are {@code (i, i + rotated/2)} as in GPT-NeoX and Qwen, otherwise {@code (2i,
 *     2i+1)} as in Llama
 * @param angles radians per position of each of the {@code rotated/2} pairs
 * @param magnitude factor of the rotated vector (YaRN's attention temperature), 1 without
 */
public record RopeScaling(int rotated, boolean halves, double[] angles, double magnitude) {

  /**
   * Reads {@code rope.*}; {@link #withFactors} adds what a {@code rope_freqs.weight} tensor says.
   */
  static RopeScaling of(Architecture.Keys keys, int headSize, boolean halves) {
    int rotated = keys.optional("rope.dimension_count", 2, headSize, headSize);
    if (rotated % 2 != 0) {
      throw new ModelException(
          keys.prefix() + ".rope.dimension_count is " + rotated + "; it must be even");
    }
    double base = positive(keys, "rope.freq_base", 10_000);
    double[] angles = new double[rotated / 2];
    for (int i = 0; i < angles.length; i++) {
      angles[i] = Math.pow(base, -2.0 * i / rotated);
    }
    double legacyFactor = positive(keys, "rope.scale_linear", 1);
    String type = keys.string("rope.scaling.type").orElse(legacyFactor == 1 ? "none" : "linear");
    double factor = positive(keys, "rope.scaling.factor", legacyFactor);
    return switch (type) {
      case "none" -> new RopeScaling(rotated, halves, angles, 1);
      case "linear" -> new RopeScaling(rotated, halves, divided(angles, factor), 1);
      case "yarn" -> yarn(keys, rotated, halves, base, angles, factor);
      default ->
          throw new ModelException(
              "%s.rope.scaling.type is '%s'; supported are none, linear and yarn"
                  .formatted(keys.prefix(), type));
    };
  }

  /**
   * YaRN (Peng et al. 2023, section 3): pairs that turn often within the trained context keep their
   * angle, those that turn less than once are interpolated, with a ramp between.
   */
  private static RopeScaling yarn(
      Architecture.Keys keys,
      int rotated,
      boolean halves,
      double base,
      double[] angles,
      double factor) {
    int trained =
        keys.optional(
            "rope.scaling.original_context_length",
            1,
            1L << 30,
            keys.required("context_length", 1L << 30));
    double fast = positive(keys, "rope.scaling.yarn_beta_fast", 32);
    double slow = positive(keys, "rope.scaling.yarn_beta_slow", 1);
    double low = Math.max(0, Math.floor(pairTurning(fast, trained, base, rotated)));
    double high = Math.min(rotated - 1, Math.ceil(pairTurning(slow, trained, base, rotated)));
    double[] scaled = new double[angles.length];
    for (int i = 0; i < angles.length; i++) {
      double ramp = Math.clamp((i - low) / Math.max(0.001, high - low), 0, 1);
      scaled[i] = angles[i] / factor * ramp + angles[i] * (1 - ramp);
    }
    double attention = positive(keys, "rope.scaling.attn_factor", 1);
    double magnitude = attention * (factor <= 1 ? 1 : 1 + 0.1 * Math.log(factor));
    return new RopeScaling(rotated, halves, scaled, magnitude);
  }

  /** The (fractional) pair that makes {@code turns} full turns within {@code context} positions. */
  private static double pairTurning(double turns, int context, double base, int rotated) {
    return rotated * Math.log(context / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  /** Llama 3's scaling: one divisor per pair. */
  RopeScaling withFactors(float[] factors) {
    if (factors.length != angles.length) {
      throw new ModelException(
          "rope_freqs.weight has %d factors; the model rotates %d pairs"
              .formatted(factors.length, angles.length));
    }
    double[] scaled = new double[angles.length];
    for (int i = 0; i < angles.length; i++) {
      if (!(factors[i] > 0)) {
        throw new ModelException(
            "rope_freqs.weight[%d] is %s; it must be positive".formatted(i, factors[i]));
      }
      scaled[i] = angles[i] / factors[i];
    }
    return new RopeScaling(rotated, halves, scaled, magnitude);
  }

  private static double[] divided(double[] angles, double factor) {
    double[] result = angles.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] /= factor;
    }
    return result;
  }

  private static double positive(Architecture.Keys keys, String name, double otherwise) {
    double value = keys.number(name).orElse(otherwise);
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new ModelException(
          "%s.%s is %s; it must be positive".formatted(keys.prefix(), name, value));
    }
    return value;
  }
}
