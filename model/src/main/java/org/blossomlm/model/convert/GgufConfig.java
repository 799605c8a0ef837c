package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/** The hyper-parameters of a GGUF file as a {@code config.json} has them. */
final class GgufConfig {
  /** Trained contexts of the published models that scale as Llama 3 does. */
  private static final List<Integer> LLAMA3_CONTEXTS =
      List.of(8192, 4096, 16_384, 32_768, 2048, 131_072);

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final Family family;

  GgufConfig(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
    String architecture = metadata.requireString("general.architecture");
    this.family =
        Family.ofGguf(architecture)
            .orElseThrow(() ->
                new ConversionException(
                    "%s: general.architecture is %s, which is not supported; supported are %s"
                        .formatted(file.path(), architecture, Family.supportedGguf())));
  }

  private String key(String name) {
    return family.gguf() + "." + name;
  }

  /** Reads the keys. */
  ModelConfig read() {
    ModelConfig config = readUnscaled();
    return new ModelConfig(
        config.family(),
        config.layers(),
        config.hidden(),
        config.feedForward(),
        config.heads(),
        config.keyValueHeads(),
        config.givenHeadSize(),
        config.context(),
        config.vocabulary(),
        config.epsilon(),
        config.tied(),
        config.theta(),
        scaling(config.theta(), config.headSize()),
        config.notes());
  }

  /** As {@link #read} without the rotary scaling, of which transformers knows fewer kinds. */
  ModelConfig readUnscaled() {
    if (metadata.integer(key("expert_count")).orElse(0) > 0) {
      throw new ConversionException(
          file.path()
              + ": "
              + key("expert_count")
              + " is set; mixtures of experts are not supported");
    }
    int heads = integer("attention.head_count", OptionalInt.empty(), ModelConfig.MAX_WIDTH);
    int hidden = integer("embedding_length", OptionalInt.empty(), ModelConfig.MAX_WIDTH);
    boolean given =
        family == Family.QWEN3 || metadata.value(key("attention.key_length")).isPresent();
    int headSize =
        integer(
            "attention.key_length",
            OptionalInt.of(Math.max(1, hidden / heads)),
            ModelConfig.MAX_WIDTH);
    int rotated = integer("rope.dimension_count", OptionalInt.of(headSize), ModelConfig.MAX_WIDTH);
    if (rotated != headSize) {
      throw new ConversionException(
          "%s: %s is %d; transformers' %s rotates whole heads, of %d elements"
              .formatted(
                  file.path(), key("rope.dimension_count"), rotated, family.className(), headSize));
    }
    double theta = positive("rope.freq_base").orElse(10_000);
    var config =
        new ModelConfig(
            family,
            integer("block_count", OptionalInt.empty(), ModelConfig.MAX_LAYERS),
            hidden,
            integer("feed_forward_length", OptionalInt.empty(), ModelConfig.MAX_WIDTH),
            heads,
            integer("attention.head_count_kv", OptionalInt.of(heads), ModelConfig.MAX_WIDTH),
            given ? OptionalInt.of(headSize) : OptionalInt.empty(),
            integer("context_length", OptionalInt.empty(), ModelConfig.MAX_CONTEXT),
            Math.toIntExact(file.requireTensor("token_embd.weight").rows()),
            positive("attention.layer_norm_rms_epsilon").orElse(1e-5),
            file.tensor("output.weight").isEmpty(),
            theta,
            new RotaryScaling.None(),
            List.of());
    if (heads % config.keyValueHeads() != 0
        || headSize % 2 != 0
        || (long) heads * headSize > ModelConfig.MAX_WIDTH) {
      throw new ConversionException(
          "%s: %d heads, %d of them for keys and values, of %d elements do not fit together"
              .formatted(file.path(), heads, config.keyValueHeads(), headSize));
    }
    return config;
  }

  private int integer(String name, OptionalInt otherwise, long most) {
    OptionalLong value = metadata.integer(key(name));
    if (value.isEmpty() && otherwise.isPresent()) {
      return otherwise.getAsInt();
    }
    long number = metadata.requireInteger(key(name));
    if (number < 1 || number > most) {
      throw new ConversionException(
          "%s: %s is %d; it must lie between 1 and %d"
              .formatted(file.path(), key(name), number, most));
    }
    return (int) number;
  }

  /** A finite number above zero. */
  private OptionalDouble positive(String name) {
    OptionalDouble value = metadata.number(key(name));
    if (value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() < Double.MAX_VALUE)) {
      throw new ConversionException(
          "%s: %s is %s; it must be a number above 0"
              .formatted(file.path(), key(name), value.getAsDouble()));
    }
    return value;
  }

  private RotaryScaling scaling(double theta, int headSize) {
    Optional<Tensor> divisors = file.tensor("rope_freqs.weight");
    // What files had before there was a type.
    double legacyFactor = positive("rope.scale_linear").orElse(1);
    String type =
        metadata.string(key("rope.scaling.type")).orElse(legacyFactor == 1 ? "none" : "linear");
    if (divisors.isPresent()) {
      if (!type.equals("none")) {
        throw new ConversionException(
            "%s: has both %s %s and a tensor rope_freqs.weight; transformers has fields for one"
                .formatted(file.path(), key("rope.scaling.type"), type));
      }
      return llama3(divisors.get(), theta, headSize);
    }
    double factor = positive("rope.scaling.factor").orElse(legacyFactor);
    return switch (type) {
      case "none" -> new RotaryScaling.None();
      case "linear" -> new RotaryScaling.Linear(factor);
      case "yarn" -> yarn(factor);
      default ->
          throw new ConversionException(
              "%s: %s is %s; supported are none, linear and yarn"
                  .formatted(file.path(), key("rope.scaling.type"), type));
    };
  }

  private RotaryScaling yarn(double factor) {
    OptionalDouble extra = positive("rope.scaling.attn_factor");
    var usual =
        new RotaryScaling.Yarn(
            factor,
            integer(
                "rope.scaling.original_context_length",
                OptionalInt.of(
                    integer("context_length", OptionalInt.empty(), ModelConfig.MAX_CONTEXT)),
                ModelConfig.MAX_CONTEXT),
            positive("rope.scaling.yarn_beta_fast"),
            positive("rope.scaling.yarn_beta_slow"),
            OptionalDouble.empty());
    return extra.isEmpty()
        ? usual
        : new RotaryScaling.Yarn(
            factor,
            usual.original(),
            usual.betaFast(),
            usual.betaSlow(),
            OptionalDouble.of(extra.getAsDouble() * usual.usualAttention()));
  }

  /** The parameters whose divisors are those of the file, by trying the published contexts. */
  private RotaryScaling llama3(Tensor tensor, double theta, int headSize) {
    if (tensor.elements() != headSize / 2) {
      throw new ConversionException(
          "%s: tensor rope_freqs.weight has %d elements; heads of %d need %d"
              .formatted(file.path(), tensor.elements(), headSize, headSize / 2));
    }
    var found = new float[headSize / 2];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, found.length, found, 0);
    double factor = found[found.length - 1];
    for (int context : LLAMA3_CONTEXTS) {
      var candidate = new RotaryScaling.Llama3(factor, 1, 4, context, List.of());
      float[] divisors = candidate.divisors(theta, headSize);
      if (RotaryScaling.Llama3.isNear(divisors, found)) {
        return Arrays.equals(divisors, found) ? candidate : candidate.with(found);
      }
    }
    throw new ConversionException(
        file.path()
            + ": tensor rope_freqs.weight is not the scaling of a published Llama 3 model, which"
            + " is all that transformers has fields for");
  }

  /** {@code config.json} without the special tokens. */
  static Map<String, Object> json(
      ModelConfig config, String dtype, boolean attentionBias, boolean feedForwardBias) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architectures", List.of(config.family().className()));
    json.put("model_type", config.family().modelType());
    json.put("vocab_size", config.vocabulary());
    json.put("hidden_size", config.hidden());
    json.put("intermediate_size", config.feedForward());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.keyValueHeads());
    config.givenHeadSize().ifPresent(size -> json.put("head_dim", size));
    json.put("hidden_act", "silu");
    json.put("max_position_embeddings", config.context());
    json.put("rms_norm_eps", shortest(config.epsilon()));
    json.put("rope_theta", shortest(config.theta()));
    scaling(config.scaling()).ifPresent(scaling -> json.put("rope_scaling", scaling));
    if (config.scaling() instanceof RotaryScaling.Llama3 llama3 && !llama3.exact().isEmpty()) {
      json.put(RotaryScaling.Llama3.EXACT, llama3.exact());
    }
    json.put("tie_word_embeddings", config.tied());
    if (config.family() != Family.QWEN2) {
      json.put("attention_bias", attentionBias);
    }
    if (config.family() == Family.LLAMA) {
      json.put("mlp_bias", feedForwardBias);
    }
    json.put("attention_dropout", 0.0);
    json.put("initializer_range", 0.02);
    json.put("use_cache", true);
    json.put("torch_dtype", dtype);
    return json;
  }

  private static Optional<Map<String, Object>> scaling(RotaryScaling scaling) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (scaling) {
      case RotaryScaling.None() -> {
        return Optional.empty();
      }
      case RotaryScaling.Linear(double factor) -> {
        json.put("rope_type", "linear");
        json.put("factor", shortest(factor));
      }
      case RotaryScaling.Llama3 llama3 -> {
        json.put("rope_type", "llama3");
        json.put("factor", shortest(llama3.factor()));
        json.put("low_freq_factor", shortest(llama3.lowFrequency()));
        json.put("high_freq_factor", shortest(llama3.highFrequency()));
        json.put("original_max_position_embeddings", (long) llama3.original());
      }
      case RotaryScaling.Yarn yarn -> {
        json.put("rope_type", "yarn");
        json.put("factor", shortest(yarn.factor()));
        json.put("original_max_position_embeddings", yarn.original());
        yarn.attentionFactor().ifPresent(value -> json.put("attention_factor", value));
        yarn.betaFast().ifPresent(value -> json.put("beta_fast", shortest(value)));
        yarn.betaSlow().ifPresent(value -> json.put("beta_slow", shortest(value)));
      }
    }
    return Optional.of(json);
  }

  /** A single-precision number as people write it: 1.0E-5, not 9.999999747378752E-6. */
  private static double shortest(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }
}
