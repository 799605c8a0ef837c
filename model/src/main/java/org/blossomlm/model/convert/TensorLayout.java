package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a decoder under both names, in the order in which GGUF files are written.
 *
 * @param slots by Hugging Face's name
 */
record TensorLayout(Map<String, Slot> slots) {
  /**
   * A tensor's place.
   *
   * @param huggingFace its name in a safetensors file
   * @param gguf its name in a GGUF file
   * @param shape slowest first
   * @param permuted whether its rows change places, head by head
   * @param need when a model may lack it
   */
  record Slot(String huggingFace, String gguf, List<Long> shape, boolean permuted, Need need) {}

  /** Whether a model can do without a tensor. */
  enum Need {
    REQUIRED,
    /** A bias that few models have; one of zeros says nothing and is left out. */
    UNLESS_ZERO
  }

  static TensorLayout of(ModelConfig config) {
    var builder = new Builder(config);
    builder.build();
    return new TensorLayout(builder.slots);
  }

  private static final class Builder {
    private final ModelConfig config;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    Builder(ModelConfig config) {
      this.config = config;
    }

    private void build() {
      long hidden = config.hidden();
      long vocabulary = config.vocabulary();
      add("model.embed_tokens.weight", "token_embd.weight", vocabulary, hidden);
      for (int i = 0; i < config.layers(); i++) {
        layer("model.layers." + i + ".", "blk." + i + ".");
      }
      vector("model.norm.weight", "output_norm.weight", hidden, Need.REQUIRED);
      if (!config.tied()) {
        add("lm_head.weight", "output.weight", vocabulary, hidden);
      }
    }

    private void layer(String from, String to) {
      long hidden = config.hidden();
      long query = config.queryWidth();
      long keyValue = config.keyValueWidth();
      long inner = config.feedForward();
      vector(from + "input_layernorm.weight", to + "attn_norm.weight", hidden, Need.REQUIRED);
      projection(from, to, DecoderLinear.QUERY, query, hidden);
      projection(from, to, DecoderLinear.KEY, keyValue, hidden);
      projection(from, to, DecoderLinear.VALUE, keyValue, hidden);
      if (config.family() == Family.QWEN3) {
        long head = config.headSize();
        vector(from + "self_attn.q_norm.weight", to + "attn_q_norm.weight", head, Need.REQUIRED);
        vector(from + "self_attn.k_norm.weight", to + "attn_k_norm.weight", head, Need.REQUIRED);
      }
      seldomBiased(from, to, DecoderLinear.OUTPUT, hidden, query);
      vector(
          from + "post_attention_layernorm.weight", to + "ffn_norm.weight", hidden, Need.REQUIRED);
      seldomBiased(from, to, DecoderLinear.GATE, inner, hidden);
      seldomBiased(from, to, DecoderLinear.UP, inner, hidden);
      seldomBiased(from, to, DecoderLinear.DOWN, hidden, inner);
    }

    /** A matrix of q, k or v, with its bias: Qwen 2 always has one. */
    private void projection(String from, String to, DecoderLinear linear, long rows, long columns) {
      Need bias = config.family() == Family.QWEN2 ? Need.REQUIRED : Need.UNLESS_ZERO;
      boolean permuted = linear.isRotated() && config.family().permuted();
      String module = from + linear.huggingFace();
      String gguf = to + linear.gguf();
      put(
          new Slot(
              module + ".weight",
              gguf + ".weight",
              List.of(rows, columns),
              permuted,
              Need.REQUIRED));
      put(new Slot(module + ".bias", gguf + ".bias", List.of(rows), permuted, bias));
    }

    private void seldomBiased(
        String from, String to, DecoderLinear linear, long rows, long columns) {
      String module = from + linear.huggingFace();
      String gguf = to + linear.gguf();
      add(module + ".weight", gguf + ".weight", rows, columns);
      vector(module + ".bias", gguf + ".bias", rows, Need.UNLESS_ZERO);
    }

    private void add(String from, String to, long rows, long columns) {
      put(new Slot(from, to, List.of(rows, columns), false, Need.REQUIRED));
    }

    private void vector(String from, String to, long size, Need need) {
      put(new Slot(from, to, List.of(size), false, need));
    }

    private void put(Slot slot) {
      slots.put(slot.huggingFace(), slot);
    }
  }

  /** By GGUF's names. */
  Map<String, Slot> byGguf() {
    Map<String, Slot> byName = new LinkedHashMap<>();
    slots.values().forEach(slot -> byName.put(slot.gguf(), slot));
    return byName;
  }

  /** The first of {@code names}, and how many more there are, for a message. */
  static String some(List<String> names) {
    int shown = 4;
    List<String> first = new ArrayList<>(names.subList(0, Math.min(shown, names.size())));
    String listed = String.join(", ", first);
    return names.size() <= shown ? listed : listed + " and " + (names.size() - shown) + " more";
  }
}
