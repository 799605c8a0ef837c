package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The matrices of a block of a decoder, under both of their names. */
public enum DecoderLinear {
  QUERY("self_attn.q_proj", "attn_q"),
  KEY("self_attn.k_proj", "attn_k"),
  VALUE("self_attn.v_proj", "attn_v"),
  OUTPUT("self_attn.o_proj", "attn_output"),
  GATE("mlp.gate_proj", "ffn_gate"),
  UP("mlp.up_proj", "ffn_up"),
  DOWN("mlp.down_proj", "ffn_down");

  private static final Pattern MODULE = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.+)");

  private final String huggingFace;
  private final String gguf;

  DecoderLinear(String huggingFace, String gguf) {
    this.huggingFace = huggingFace;
    this.gguf = gguf;
  }

  /** Its module within a layer of a Hugging Face model. */
  public String huggingFace() {
    return huggingFace;
  }

  /** Its name within a block of a GGUF file. */
  public String gguf() {
    return gguf;
  }

  /** Whether its rows belong to heads that are rotated. */
  public boolean isRotated() {
    return this == QUERY || this == KEY;
  }

  /**
   * A matrix of one layer.
   *
   * @param layer from 0
   */
  public record Place(int layer, DecoderLinear linear) {
    /** The tensor in a GGUF file. */
    public String ggufTensor() {
      return "blk." + layer + "." + linear.gguf + ".weight";
    }
  }

  /** Finds the matrix behind a module's name such as {@code model.layers.0.self_attn.q_proj}. */
  public static Optional<Place> ofModule(String module) {
    Matcher matcher = MODULE.matcher(module);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int layer = Integer.parseInt(matcher.group(1));
    return Arrays.stream(values())
        .filter(linear -> linear.huggingFace.equals(matcher.group(2)))
        .findFirst()
        .map(linear -> new Place(layer, linear));
  }
}
