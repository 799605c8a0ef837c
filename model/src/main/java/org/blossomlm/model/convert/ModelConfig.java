package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import tools.jackson.databind.JsonNode;

/**
 * The hyper-parameters of a {@code config.json}.
 *
 * @param givenHeadSize as the file gives it; see {@link #headSize()} for what holds
 * @param context positions that were trained
 * @param tied whether the output matrix is the embedding
 * @param theta base of the rotary angles
 * @param notes what the file asks for that GGUF cannot say
 */
record ModelConfig(
    Family family,
    int layers,
    int hidden,
    int feedForward,
    int heads,
    int keyValueHeads,
    OptionalInt givenHeadSize,
    long context,
    int vocabulary,
    double epsilon,
    boolean tied,
    double theta,
    RotaryScaling scaling,
    List<String> notes) {
  static final int MAX_WIDTH = 1 << 20;
  static final int MAX_LAYERS = 1024;
  private static final int MAX_VOCABULARY = 1 << 22;
  static final long MAX_CONTEXT = 1L << 30;

  /** What transformers takes for a Qwen 3 without {@code head_dim}. */
  private static final int QWEN3_HEAD_SIZE = 128;

  /** Fields whose other values mean other arithmetic than these families have. */
  private static final Map<String, Double> NEUTRAL =
      Map.of(
          "partial_rotary_factor", 1.0,
          "embedding_multiplier", 1.0,
          "residual_multiplier", 1.0,
          "logits_scaling", 1.0,
          "final_logit_softcapping", 0.0,
          "attn_logit_softcapping", 0.0);

  int headSize() {
    return givenHeadSize.orElse(family == Family.QWEN3 ? QWEN3_HEAD_SIZE : hidden / heads);
  }

  int queryWidth() {
    return heads * headSize();
  }

  int keyValueWidth() {
    return keyValueHeads * headSize();
  }

  /**
   * Reads a {@code config.json}.
   *
   * @throws ConversionException if the architecture is not supported, or a value is missing or
   *     cannot be; it names the field
   */
  static ModelConfig of(JsonDocument config) {
    Family family = family(config);
    refuseOtherModels(config);
    long context = config.requireInteger("max_position_embeddings", 1, MAX_CONTEXT);
    int heads = (int) config.requireInteger("num_attention_heads", 1, MAX_WIDTH);
    int hidden = (int) config.requireInteger("hidden_size", 1, MAX_WIDTH);
    OptionalLong keyValueHeads = config.integer("num_key_value_heads", 1, heads);
    if (keyValueHeads.isEmpty() && family != Family.LLAMA) {
      throw new ConversionException(config.where("num_key_value_heads") + " is missing");
    }
    OptionalLong headSize = config.integer("head_dim", 2, MAX_WIDTH);
    var read =
        new ModelConfig(
            family,
            (int) config.requireInteger("num_hidden_layers", 1, MAX_LAYERS),
            hidden,
            (int) config.requireInteger("intermediate_size", 1, MAX_WIDTH),
            heads,
            (int) keyValueHeads.orElse(heads),
            headSize.isPresent() ? OptionalInt.of((int) headSize.getAsLong()) : OptionalInt.empty(),
            context,
            (int) config.requireInteger("vocab_size", 1, MAX_VOCABULARY),
            config.positive("rms_norm_eps").orElse(1e-6),
            config.bool("tie_word_embeddings").orElse(false),
            theta(config),
            RotaryScaling.of(config, context),
            notes(config, family, context));
    read.check(config);
    return read;
  }

  private void check(JsonDocument config) {
    if (heads % keyValueHeads != 0) {
      throw new ConversionException(
          "%s is %d; it must divide num_attention_heads, which is %d"
              .formatted(config.where("num_key_value_heads"), keyValueHeads, heads));
    }
    if (givenHeadSize.isEmpty() && family != Family.QWEN3 && hidden % heads != 0) {
      throw new ConversionException(
          "%s is %d; without head_dim it must be a multiple of num_attention_heads, which is %d"
              .formatted(config.where("hidden_size"), hidden, heads));
    }
    if (headSize() % 2 != 0) {
      throw new ConversionException(
          config.where("head_dim") + " is " + headSize() + "; rotation needs an even one");
    }
    if ((long) heads * headSize() > MAX_WIDTH) {
      throw new ConversionException(
          "%s: %d heads of %d elements are wider than %d, which is the most that is allowed"
              .formatted(config.where("num_attention_heads"), heads, headSize(), MAX_WIDTH));
    }
  }

  private static Family family(JsonDocument config) {
    JsonNode architectures = config.node().path("architectures");
    if (!architectures.isArray() || !architectures.path(0).isString()) {
      throw new ConversionException(
          config.where("architectures")
              + " is missing; it names the model's class. Supported are "
              + Family.supported());
    }
    String name = architectures.path(0).stringValue();
    return Family.ofClass(name)
        .orElseThrow(() ->
            new ConversionException(
                config.where("architectures")
                    + " is "
                    + name
                    + ", which is not supported; supported are "
                    + Family.supported()));
  }

  private static void refuseOtherModels(JsonDocument config) {
    if (config.has("quantization_config")) {
      String method =
          config.node().path("quantization_config").path("quant_method").stringValue("unknown");
      throw new ConversionException(
          config.where("quantization_config")
              + " says that the weights are quantised ("
              + method
              + "); convert the model they were made from, or dequantise it with transformers");
    }
    String activation = config.string("hidden_act").orElse("silu");
    if (!activation.equals("silu") && !activation.equals("swish")) {
      throw config.mustBe("hidden_act", "silu");
    }
    for (Map.Entry<String, Double> neutral : NEUTRAL.entrySet()) {
      JsonNode value = config.node().path(neutral.getKey());
      if (value.isNumber() && value.doubleValue() != neutral.getValue()) {
        throw config.mustBe(neutral.getKey(), "absent or " + neutral.getValue());
      }
    }
  }

  private static double theta(JsonDocument config) {
    return config
        .object("rope_parameters")
        .or(() -> config.object("rope_scaling"))
        .filter(rope -> rope.has("rope_theta"))
        .orElse(config)
        .positive("rope_theta")
        .orElse(10_000);
  }

  private static List<String> notes(JsonDocument config, Family family, long context) {
    List<String> notes = new ArrayList<>();
    long window = config.integer("sliding_window", 1, Long.MAX_VALUE).orElse(context);
    // Mistral has no such switch; Qwen's is off where the file does not say.
    boolean used = config.bool("use_sliding_window").orElse(family == Family.LLAMA);
    if (used && window < context) {
      notes.add(
          "sliding_window is %d: GGUF files of this family have no place for it, so beyond %d"
                  .formatted(window, window)
              + " tokens the model attends to more than it was trained with");
    }
    return notes;
  }

  /** The keys of {@code general.architecture} that say the same. */
  void writeTo(GgufMetadata.Builder metadata) {
    String arch = family.gguf() + ".";
    metadata.put(arch + "block_count", GgufValue.uint32(layers));
    metadata.put(arch + "context_length", GgufValue.uint32(context));
    metadata.put(arch + "embedding_length", GgufValue.uint32(hidden));
    metadata.put(arch + "feed_forward_length", GgufValue.uint32(feedForward));
    metadata.put(arch + "attention.head_count", GgufValue.uint32(heads));
    metadata.put(arch + "attention.head_count_kv", GgufValue.uint32(keyValueHeads));
    writeScaling(metadata, arch + "rope.scaling.");
    metadata.put(arch + "rope.freq_base", GgufValue.float32((float) theta));
    metadata.put(arch + "attention.layer_norm_rms_epsilon", GgufValue.float32((float) epsilon));
    if (givenHeadSize.isPresent() || family == Family.QWEN3) {
      metadata.put(arch + "attention.key_length", GgufValue.uint32(headSize()));
      metadata.put(arch + "attention.value_length", GgufValue.uint32(headSize()));
    }
    metadata.put(arch + "vocab_size", GgufValue.uint32(vocabulary));
    metadata.put(arch + "rope.dimension_count", GgufValue.uint32(headSize()));
  }

  private void writeScaling(GgufMetadata.Builder metadata, String prefix) {
    switch (scaling) {
      case RotaryScaling.None() -> {}
      case RotaryScaling.Linear(double factor) -> {
        metadata.put(prefix + "type", "linear");
        metadata.put(prefix + "factor", GgufValue.float32((float) factor));
      }
      // Lies in the tensor rope_freqs.weight.
      case RotaryScaling.Llama3 llama3 -> {}
      case RotaryScaling.Yarn yarn -> {
        metadata.put(prefix + "type", "yarn");
        metadata.put(prefix + "factor", GgufValue.float32((float) yarn.factor()));
        metadata.put(prefix + "original_context_length", GgufValue.uint32(yarn.original()));
        // GGUF's factor comes on top of the usual one; transformers' takes its place.
        yarn.attentionFactor()
            .ifPresent(factor ->
                metadata.put(
                    prefix + "attn_factor",
                    GgufValue.float32((float) (factor / yarn.usualAttention()))));
        yarn.betaFast()
            .ifPresent(
                beta -> metadata.put(prefix + "yarn_beta_fast", GgufValue.float32((float) beta)));
        yarn.betaSlow()
            .ifPresent(
                beta -> metadata.put(prefix + "yarn_beta_slow", GgufValue.float32((float) beta)));
      }
    }
  }
}
