package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/**
 * The tensors of a decoder, found by name and checked against the architecture. Matrices stay in
 * the mapped file; norms and biases, which are small, are decoded to float32.
 *
 * @param embedding {@code [hidden, vocabulary]}
 * @param output the same tensor where embeddings are tied
 */
record Weights(
    Matrix embedding,
    Matrix output,
    MemorySegment outputNorm,
    List<Layer> layers,
    Optional<float[]> ropeFactors) {

  /**
   * One block.
   *
   * @param queryNorm with {@link #keyNorm}, of Qwen 3: norms of each head before rotation
   */
  record Layer(
      MemorySegment attentionNorm,
      Matrix query,
      Matrix key,
      Matrix value,
      Optional<MemorySegment> queryBias,
      Optional<MemorySegment> keyBias,
      Optional<MemorySegment> valueBias,
      Optional<MemorySegment> queryNorm,
      Optional<MemorySegment> keyNorm,
      Matrix attentionOutput,
      MemorySegment feedForwardNorm,
      Matrix gate,
      Matrix up,
      Matrix down) {
    /** The same block with other forms of its matrices. */
    Layer map(UnaryOperator<Matrix> form) {
      return new Layer(
          attentionNorm,
          form.apply(query),
          form.apply(key),
          form.apply(value),
          queryBias,
          keyBias,
          valueBias,
          queryNorm,
          keyNorm,
          form.apply(attentionOutput),
          feedForwardNorm,
          form.apply(gate),
          form.apply(up),
          form.apply(down));
    }
  }

  int vocabulary() {
    return output.rows();
  }

  static Weights of(Architecture a, Map<String, Tensor> tensors, Arena arena) {
    Reader reader = new Reader(tensors, arena, new HashSet<>());
    Matrix embedding = reader.matrix("token_embd.weight", a.hidden(), -1);
    int vocabulary = embedding.rows();
    Matrix output =
        reader.has("output.weight")
            ? reader.matrix("output.weight", a.hidden(), vocabulary)
            : embedding;
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < a.layers(); i++) {
      layers.add(layer(a, reader, "blk." + i + "."));
    }
    Weights weights =
        new Weights(
            embedding,
            output,
            reader.vector("output_norm.weight", a.hidden()),
            List.copyOf(layers),
            reader.floats("rope_freqs.weight", a.rope().rotated() / 2));
    reader.refuseUnused(a);
    return weights;
  }

  private static Layer layer(Architecture a, Reader reader, String prefix) {
    return new Layer(
        reader.vector(prefix + "attn_norm.weight", a.hidden()),
        reader.matrix(prefix + "attn_q.weight", a.hidden(), a.queryWidth()),
        reader.matrix(prefix + "attn_k.weight", a.hidden(), a.keyValueWidth()),
        reader.matrix(prefix + "attn_v.weight", a.hidden(), a.keyValueWidth()),
        reader.optionalVector(prefix + "attn_q.bias", a.queryWidth()),
        reader.optionalVector(prefix + "attn_k.bias", a.keyValueWidth()),
        reader.optionalVector(prefix + "attn_v.bias", a.keyValueWidth()),
        reader.optionalVector(prefix + "attn_q_norm.weight", a.headSize()),
        reader.optionalVector(prefix + "attn_k_norm.weight", a.headSize()),
        reader.matrix(prefix + "attn_output.weight", a.queryWidth(), a.hidden()),
        reader.vector(prefix + "ffn_norm.weight", a.hidden()),
        reader.matrix(prefix + "ffn_gate.weight", a.hidden(), a.feedForward()),
        reader.matrix(prefix + "ffn_up.weight", a.hidden(), a.feedForward()),
        reader.matrix(prefix + "ffn_down.weight", a.feedForward(), a.hidden()));
  }

  /** Looks tensors up and says what is missing or of the wrong shape. */
  private record Reader(Map<String, Tensor> tensors, Arena arena, Set<String> used) {
    boolean has(String name) {
      return tensors.containsKey(name);
    }

    /**
     * A tensor that nothing multiplies with means another model than the one that would be
     * computed.
     */
    void refuseUnused(Architecture a) {
      for (String name : tensors.keySet()) {
        if (!used.contains(name)) {
          throw new ModelException(
              "tensor %s has no place in a %s model of %d layers; the file is of a variant that is not supported"
                  .formatted(name, a.family(), a.layers()));
        }
      }
    }

    /** {@code rows < 0} takes any number of rows that an int can count. */
    Matrix matrix(String name, int columns, int rows) {
      Tensor tensor = required(name);
      boolean rowsFit =
          rows < 0
              ? tensor.rows() > 0 && tensor.rows() <= Integer.MAX_VALUE
              : tensor.rows() == rows;
      if (tensor.dimensions().size() != 2 || tensor.columns() != columns || !rowsFit) {
        throw shape(tensor, "[" + columns + ", " + (rows < 0 ? "vocabulary" : rows) + "]");
      }
      return Matrix.of(tensor);
    }

    MemorySegment vector(String name, int size) {
      return decode(required(name), size);
    }

    Optional<MemorySegment> optionalVector(String name, int size) {
      return has(name) ? Optional.of(vector(name, size)) : Optional.empty();
    }

    Optional<float[]> floats(String name, int size) {
      return optionalVector(name, size).map(s -> s.toArray(ValueLayout.JAVA_FLOAT));
    }

    private Tensor required(String name) {
      used.add(name);
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new ModelException(
            "tensor " + name + " is missing; the file is incomplete or of another architecture");
      }
      return tensor;
    }

    private MemorySegment decode(Tensor tensor, int size) {
      if (tensor.elements() != size || tensor.columns() != size) {
        throw shape(tensor, "[" + size + "]");
      }
      float[] floats = new float[size];
      Dequantizer.dequantize(tensor.type(), tensor.data(), 0, size, floats, 0);
      MemorySegment segment = arena.allocate((long) size * Float.BYTES, 64);
      MemorySegment.copy(floats, 0, segment, ValueLayout.JAVA_FLOAT, 0, size);
      return segment;
    }

    private static ModelException shape(Tensor tensor, String expected) {
      return new ModelException(
          "tensor %s has shape %s; the hyper-parameters ask for %s"
              .formatted(tensor.name(), tensor.dimensions(), expected));
    }
  }
}
