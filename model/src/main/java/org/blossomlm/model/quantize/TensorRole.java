package org.blossomlm.model.quantize;

import java.util.List;

/** What a tensor is for, as far as recipes tell tensors apart, by its name. */
enum TensorRole {
  TOKEN_EMBEDDING,
  OUTPUT,
  ATTENTION_QKV,
  ATTENTION_KV_B,
  ATTENTION_V,
  ATTENTION_K,
  ATTENTION_Q,
  ATTENTION_OUTPUT,
  FFN_UP,
  FFN_GATE,
  FFN_DOWN,
  OTHER;

  /** Parts of names of tensors that are small or touchy and stay as they are. */
  private static final List<String> NEVER =
      List.of(
          "_norm.weight",
          "ffn_gate_inp.weight",
          "ffn_gate_tid2eid.weight",
          "altup",
          "laurel",
          "per_layer_model_proj",
          "ssm_conv1d",
          "shortconv.conv.weight",
          "indexer.k_proj.weight",
          "indexer.q_proj.weight",
          "time_mix_first.weight",
          "time_mix_w0.weight",
          "time_mix_w1.weight",
          "time_mix_w2.weight",
          "time_mix_v0.weight",
          "time_mix_v1.weight",
          "time_mix_v2.weight",
          "time_mix_a0.weight",
          "time_mix_a1.weight",
          "time_mix_a2.weight",
          "time_mix_g1.weight",
          "time_mix_g2.weight",
          "time_mix_decay_w1.weight",
          "time_mix_decay_w2.weight",
          "time_mix_lerp_fused.weight",
          "attn_rel_b.weight",
          ".position_embd",
          "sam.pos_embd",
          "sam.neck.",
          "sam.net_",
          ".rel_pos",
          ".patch_embd",
          ".patch_merger");

  static TensorRole of(String name) {
    if (name.equals("output.weight")) {
      return OUTPUT;
    }
    if (name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight")) {
      return TOKEN_EMBEDDING;
    }
    if (name.contains("attn_qkv.weight")) {
      return ATTENTION_QKV;
    }
    if (name.contains("attn_kv_b.weight")) {
      return ATTENTION_KV_B;
    }
    if (name.contains("attn_v.weight")) {
      return ATTENTION_V;
    }
    if (name.contains("attn_k.weight")) {
      return ATTENTION_K;
    }
    if (name.contains("attn_q.weight")) {
      return ATTENTION_Q;
    }
    if (name.contains("attn_output.weight")) {
      return ATTENTION_OUTPUT;
    }
    if (name.contains("ffn_up")) {
      return FFN_UP;
    }
    if (name.contains("ffn_gate")) {
      return FFN_GATE;
    }
    if (name.contains("ffn_down")) {
      return FFN_DOWN;
    }
    return OTHER;
  }

  /** Whether the tensor carries the values of attention, the part that suffers most. */
  boolean carriesValues() {
    return this == ATTENTION_V || this == ATTENTION_QKV || this == ATTENTION_KV_B;
  }

  /** Whether a tensor may be quantised at all: matrices of weights, but for a few small ones. */
  static boolean quantisable(TensorShape tensor) {
    String name = tensor.name();
    return tensor.rank() >= 2
        && name.endsWith("weight")
        && !name.equals("position_embd.weight")
        && !name.equals("token_types.weight")
        && NEVER.stream().noneMatch(name::contains);
  }

  /** The number in {@code blk.N.}, or -1. */
  static int layer(String name) {
    if (!name.startsWith("blk.")) {
      return -1;
    }
    int end = name.indexOf('.', 4);
    if (end < 5 || end > 12) {
      return -1;
    }
    int layer = 0;
    for (int i = 4; i < end; i++) {
      char digit = name.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      layer = layer * 10 + (digit - '0');
    }
    return layer;
  }
}
