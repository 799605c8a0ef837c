package org.blossomlm.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufMetadata;

/**
 * What makes one decoder differ from another, as data. All supported families are pre-norm
 * transformers with grouped query attention, rotary positions and SwiGLU; biases, q/k norms and
 * tied embeddings show in the tensors that are there.
 *
 * @param family {@code llama} (Llama 2/3, Yi, Mistral, SmolLM), {@code qwen2} or {@code qwen3}
 * @param trainedContext tokens the model was trained for, as its file says
 * @param hidden width of the residual stream
 * @param feedForward width between gate/up and down
 * @param headSize width of a query, key and value head
 * @param epsilon of the root-mean-square norms
 * @param attentionScale factor of query-key products, usually {@code 1/√headSize}
 */
public record Architecture(
    String family,
    int layers,
    int hidden,
    int feedForward,
    int heads,
    int keyValueHeads,
    int headSize,
    int trainedContext,
    float epsilon,
    float attentionScale,
    RopeScaling rope) {

  /**
   * Families by {@code general.architecture}, and whether their rotary pairs are half a head apart.
   */
  private enum Family {
    LLAMA("llama", false),
    QWEN2("qwen2", true),
    QWEN3("qwen3", true);

    private final String id;
    private final boolean ropeHalves;

    Family(String id, boolean ropeHalves) {
      this.id = id;
      this.ropeHalves = ropeHalves;
    }

    static Optional<Family> of(String id) {
      return List.of(values()).stream().filter(f -> f.id.equals(id)).findFirst();
    }
  }

  private static final Map<String, Double> NEUTRAL =
      Map.of(
          "logit_scale", 1.0,
          "residual_scale", 1.0,
          "embedding_scale", 1.0,
          "attn_logit_softcapping", 0.0,
          "final_logit_softcapping", 0.0,
          "attention.clamp_kqv", 0.0,
          "attention.max_alibi_bias", 0.0);

  /** No real model is near these; they bound what a damaged file can ask for. */
  private static final long MAX_WIDTH = 1 << 20;

  private static final long MAX_LAYERS = 1024;
  private static final long MAX_CONTEXT = 1L << 30;

  /** Width of all query heads together. */
  public int queryWidth() {
    return heads * headSize;
  }

  /** Width of all key (or value) heads together. */
  public int keyValueWidth() {
    return keyValueHeads * headSize;
  }

  /** Query heads that share one key/value head. */
  public int group() {
    return heads / keyValueHeads;
  }

  /** With the divisors of a {@code rope_freqs.weight} tensor. */
  public Architecture withRopeFactors(float[] factors) {
    return new Architecture(
        family,
        layers,
        hidden,
        feedForward,
        heads,
        keyValueHeads,
        headSize,
        trainedContext,
        epsilon,
        attentionScale,
        rope.withFactors(factors));
  }

  /**
   * Reads the hyper-parameters.
   *
   * @throws ModelException naming the key, what was found and what is allowed
   */
  public static Architecture of(GgufMetadata metadata) {
    String id = metadata.requireString("general.architecture");
    Family family =
        Family.of(id)
            .orElseThrow(() ->
                new ModelException(
                    "general.architecture is '"
                        + id
                        + "'; supported are llama (Llama 2/3, Yi, Mistral, SmolLM), qwen2"
                        + " (Qwen 1.5/2/2.5) and qwen3"));
    Keys keys = new Keys(metadata, id);
    if (keys.optional("expert_count", 0, Integer.MAX_VALUE, 0) > 0) {
      throw new ModelException(
          id + ".expert_count: mixture-of-experts models are not supported; use a dense model");
    }
    keys.refuseOtherArithmetic();
    int hidden = keys.required("embedding_length", MAX_WIDTH);
    int heads = keys.required("attention.head_count", MAX_WIDTH);
    int keyValueHeads = keys.optional("attention.head_count_kv", 1, MAX_WIDTH, heads);
    if (heads % keyValueHeads != 0) {
      throw new ModelException(
          "%s.attention.head_count (%d) must be a multiple of %s.attention.head_count_kv (%d)"
              .formatted(id, heads, id, keyValueHeads));
    }
    if (hidden % heads != 0 && metadata.integer(id + ".attention.key_length").isEmpty()) {
      throw new ModelException(
          "%s.embedding_length (%d) must be a multiple of %s.attention.head_count (%d)"
              .formatted(id, hidden, id, heads));
    }
    int headSize = keys.optional("attention.key_length", 1, MAX_WIDTH, Math.max(1, hidden / heads));
    int valueSize = keys.optional("attention.value_length", 1, MAX_WIDTH, headSize);
    if (valueSize != headSize) {
      throw new ModelException(
          "%s.attention.value_length is %d; only values as long as keys (%d) are supported"
              .formatted(id, valueSize, headSize));
    }
    if ((long) heads * headSize > MAX_WIDTH) {
      throw new ModelException(
          "%s.attention.head_count × key_length is %d; at most %d is allowed"
              .formatted(id, (long) heads * headSize, MAX_WIDTH));
    }
    double epsilon = keys.number("attention.layer_norm_rms_epsilon").orElse(1e-5);
    if (!(epsilon >= 0 && epsilon < 1)) {
      throw new ModelException(
          "%s.attention.layer_norm_rms_epsilon is %s; it must lie in [0, 1)"
              .formatted(id, epsilon));
    }
    return new Architecture(
        id,
        keys.required("block_count", MAX_LAYERS),
        hidden,
        keys.required("feed_forward_length", MAX_WIDTH),
        heads,
        keyValueHeads,
        headSize,
        keys.required("context_length", MAX_CONTEXT),
        (float) epsilon,
        attentionScale(keys, headSize),
        RopeScaling.of(keys, headSize, family.ropeHalves));
  }

  /** Zero stands for the usual one, as in llama.cpp. */
  private static float attentionScale(Keys keys, int headSize) {
    double scale = keys.number("attention.scale").orElse(0.0);
    if (!(scale >= 0) || Double.isInfinite(scale)) {
      throw new ModelException(
          "%s.attention.scale is %s; it must be positive".formatted(keys.prefix(), scale));
    }
    return (float) (scale == 0 ? 1 / Math.sqrt(headSize) : scale);
  }

  /** The keys of one architecture, range-checked. */
  record Keys(GgufMetadata metadata, String prefix) {
    int required(String name, long max) {
      String key = prefix + "." + name;
      return check(key, metadata.requireInteger(key), 1, max);
    }

    int optional(String name, long min, long max, int otherwise) {
      String key = prefix + "." + name;
      var value = metadata.integer(key);
      return value.isPresent() ? check(key, value.getAsLong(), min, max) : otherwise;
    }

    Optional<Double> number(String name) {
      var value = metadata.number(prefix + "." + name);
      return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    Optional<String> string(String name) {
      return metadata.string(prefix + "." + name);
    }

    /** Keys of relatives of these families that change what is computed. */
    void refuseOtherArithmetic() {
      for (Map.Entry<String, Double> neutral : NEUTRAL.entrySet()) {
        double value = number(neutral.getKey()).orElse(neutral.getValue());
        if (value != neutral.getValue()) {
          throw new ModelException(
              "%s.%s is %s; only %s is supported: the file is of another architecture than it says"
                  .formatted(prefix, neutral.getKey(), value, neutral.getValue()));
        }
      }
      if (!metadata.bool(prefix + ".attention.causal").orElse(true)) {
        throw new ModelException(
            prefix + ".attention.causal is false; models that look ahead do not generate text");
      }
    }

    private static int check(String key, long value, long min, long max) {
      if (value < min || value > max) {
        throw new ModelException(
            "%s is %d; it must lie in [%d, %d]".formatted(key, value, min, max));
      }
      return (int) value;
    }
  }
}
