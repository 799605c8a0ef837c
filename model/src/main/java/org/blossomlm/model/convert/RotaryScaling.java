package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** How rotary positions are stretched over longer contexts than were trained. */
sealed interface RotaryScaling {
  /** As trained. */
  record None() implements RotaryScaling {}

  /** All angles divided by {@code factor} (Chen et al. 2023). */
  record Linear(double factor) implements RotaryScaling {}

  /**
   * Llama 3.1's: low frequencies are divided by {@code factor}, high ones kept, those between
   * blended. GGUF has no keys for it but a tensor of divisors, {@code rope_freqs.weight}.
   *
   * @param original context that was trained first
   * @param exact the divisors of a GGUF file whose last bits differ from what the parameters give;
   *     kept so that the way back leads to the same file
   */
  record Llama3(
      double factor, double lowFrequency, double highFrequency, double original, List<Float> exact)
      implements RotaryScaling {
    /** The field of {@code config.json} for {@link #exact}; transformers ignores it. */
    static final String EXACT = "gguf_rope_divisors";

    /** Rounding of other programs. */
    private static final double TOLERANCE = 1e-6;

    /** Whether two sets of divisors differ by rounding only. */
    static boolean isNear(float[] some, float[] others) {
      boolean near = some.length == others.length;
      for (int i = 0; near && i < some.length; i++) {
        near = Math.abs(some[i] / others[i] - 1.0) <= TOLERANCE;
      }
      return near;
    }

    Llama3 with(float[] divisors) {
      List<Float> list = new ArrayList<>();
      for (float divisor : divisors) {
        list.add(divisor);
      }
      return new Llama3(factor, lowFrequency, highFrequency, original, list);
    }

    /**
     * One divisor for each of the {@code headSize/2} pairs. In single precision, step by step as
     * PyTorch computes them, so that the tensor is the same to the bit.
     */
    float[] divisors(double theta, int headSize) {
      var divisors = new float[headSize / 2];
      for (int i = 0; i < divisors.length; i++) {
        float exponent = (float) (2 * i) / headSize;
        float frequency = 1.0f / (float) Math.pow((float) theta, exponent);
        float wavelength = (float) (2 * Math.PI) / frequency;
        if (wavelength < original / highFrequency) {
          divisors[i] = 1;
        } else if (wavelength > original / lowFrequency) {
          divisors[i] = (float) factor;
        } else {
          float smooth =
              ((float) original / wavelength - (float) lowFrequency)
                  / (float) (highFrequency - lowFrequency);
          divisors[i] = 1 / ((1 - smooth) / (float) factor + smooth);
        }
      }
      var kept = new float[exact.size()];
      for (int i = 0; i < kept.length; i++) {
        kept[i] = exact.get(i);
      }
      return isNear(kept, divisors) ? kept : divisors;
    }
  }

  /**
   * YaRN (Peng et al. 2023).
   *
   * @param attentionFactor of queries and keys; where empty, {@code 0.1 ln(factor) + 1}
   */
  record Yarn(
      double factor,
      long original,
      OptionalDouble betaFast,
      OptionalDouble betaSlow,
      OptionalDouble attentionFactor)
      implements RotaryScaling {
    /** The attention factor that follows from the paper. */
    double usualAttention() {
      return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    }
  }

  /** Fields of YaRN that change what is computed and have no place in GGUF's llama and qwen. */
  Set<String> UNSUPPORTED_YARN = Set.of("mscale", "mscale_all_dim", "extrapolation_factor");

  /**
   * Reads {@code rope_scaling} (or {@code rope_parameters}, as it is called since transformers 5).
   *
   * @param config the whole {@code config.json}
   * @param context {@code max_position_embeddings}
   */
  static RotaryScaling of(JsonDocument config, long context) {
    JsonDocument scaling =
        config.object("rope_parameters").or(() -> config.object("rope_scaling")).orElse(null);
    if (scaling == null) {
      return new None();
    }
    String name = scaling.has("rope_type") ? "rope_type" : "type";
    String type = scaling.string(name).orElse("default");
    return switch (type) {
      // "dynamic" changes nothing within the trained context, which is all that GGUF can say.
      case "default", "none", "dynamic" -> new None();
      case "linear" -> new Linear(required(scaling, "factor"));
      case "llama3" -> llama3(config, scaling);
      case "yarn" -> yarn(scaling, context);
      default -> throw scaling.mustBe(name, "one of default, linear, llama3, yarn and dynamic");
    };
  }

  private static RotaryScaling llama3(JsonDocument config, JsonDocument scaling) {
    var llama3 =
        new Llama3(
            scaling.positive("factor").orElse(8),
            scaling.positive("low_freq_factor").orElse(1),
            scaling.positive("high_freq_factor").orElse(4),
            scaling.positive("original_max_position_embeddings").orElse(8192),
            exactDivisors(config));
    if (llama3.highFrequency() <= llama3.lowFrequency()) {
      throw scaling.mustBe("high_freq_factor", "larger than low_freq_factor");
    }
    return llama3;
  }

  private static List<Float> exactDivisors(JsonDocument config) {
    List<Float> divisors = new ArrayList<>();
    for (JsonNode divisor : config.node().path(Llama3.EXACT)) {
      if (!divisor.isNumber()) {
        throw config.mustBe(Llama3.EXACT, "a list of numbers");
      }
      divisors.add((float) divisor.doubleValue());
    }
    return divisors;
  }

  private static RotaryScaling yarn(JsonDocument scaling, long context) {
    for (String field : UNSUPPORTED_YARN) {
      if (scaling.has(field)) {
        throw new ConversionException(
            scaling.where(field) + " is set; GGUF files of these models have no place for it");
      }
    }
    if (!scaling.bool("truncate").orElse(true)) {
      throw scaling.mustBe("truncate", "true; GGUF files have no place for another value");
    }
    return new Yarn(
        required(scaling, "factor"),
        scaling.integer("original_max_position_embeddings", 1, Integer.MAX_VALUE).orElse(context),
        scaling.positive("beta_fast"),
        scaling.positive("beta_slow"),
        scaling.positive("attention_factor"));
  }

  private static double required(JsonDocument scaling, String name) {
    return scaling
        .positive(name)
        .orElseThrow(() -> new ConversionException(scaling.where(name) + " is missing"));
  }
}
