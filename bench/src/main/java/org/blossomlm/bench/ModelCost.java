package org.blossomlm.bench;

import java.util.EnumMap;
import java.util.Map;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * What a forward pass has to read and to compute, by the dimensions of a model. Lookups of
 * embeddings, norms and the like, which are small, do not count.
 *
 * @param layerWeights elements of all matrices in the layers
 * @param outputWeights elements of the output projection
 * @param weightBytes of the layers' matrices and the output projection, as the file holds them
 * @param cacheBytesPerPosition of keys and values
 * @param queryElements elements of the queries of all layers
 * @param elements of all matrices that a token is multiplied with, by type
 */
record ModelCost(
    long layerWeights,
    long outputWeights,
    long weightBytes,
    long cacheBytesPerPosition,
    long queryElements,
    Map<TensorType, Long> elements) {

  ModelCost {
    elements = Map.copyOf(elements);
  }

  static ModelCost of(GgufFile file, KvType kvType) {
    GgufMetadata metadata = file.metadata();
    String a = metadata.requireString("general.architecture");
    long layers = metadata.requireInteger(a + ".block_count");
    long heads = metadata.requireInteger(a + ".attention.head_count");
    long keyValueHeads = metadata.integer(a + ".attention.head_count_kv").orElse(heads);
    long headSize =
        metadata
            .integer(a + ".attention.key_length")
            .orElseGet(() -> metadata.requireInteger(a + ".embedding_length") / heads);
    long layerWeights = 0;
    long bytes = 0;
    Map<TensorType, Long> elements = new EnumMap<>(TensorType.class);
    for (Tensor tensor : file.tensors().values()) {
      if (tensor.name().startsWith("blk.") && tensor.dimensions().size() > 1) {
        layerWeights += tensor.elements();
        bytes += tensor.data().byteSize();
        elements.merge(tensor.type(), tensor.elements(), Long::sum);
      }
    }
    Tensor output =
        file.tensor("output.weight").orElseGet(() -> file.requireTensor("token_embd.weight"));
    return new ModelCost(
        layerWeights,
        output.elements(),
        bytes + output.data().byteSize(),
        2 * layers * keyValueHeads * kvType.bytes(Math.toIntExact(headSize)),
        layers * heads * headSize,
        elements);
  }

  /** Bytes of keys and values of so many positions. */
  long cacheBytes(long positions) {
    return positions * cacheBytesPerPosition;
  }

  /**
   * Bytes that must be read to decode {@code tokens} tokens in each of {@code sequences} sequences
   * from position {@code depth} on: all weights once per step, whatever the number of sequences,
   * and the keys and values of every sequence.
   */
  double decodeBytes(int tokens, int depth, int sequences) {
    double positions = tokens * (depth + (tokens + 1) / 2.0);
    return (double) tokens * weightBytes + sequences * positions * cacheBytesPerPosition;
  }

  /** Bytes that must be read for a prompt, if all weights are read once. */
  double promptBytes(int tokens, int depth) {
    return (double) weightBytes + cacheBytes(depth + tokens);
  }

  /**
   * Operations of decoding, as in {@link #decodeBytes}; a multiplication and an addition are two.
   */
  double decodeOperations(int tokens, int depth, int sequences) {
    double perSequence =
        2.0 * tokens * (layerWeights + outputWeights) + attentionOperations(tokens, depth);
    return sequences * perSequence;
  }

  /** Operations of a prompt, of whose tokens only the last has logits. */
  double promptOperations(int tokens, int depth) {
    return 2.0 * tokens * layerWeights + 2.0 * outputWeights + attentionOperations(tokens, depth);
  }

  /** Every query meets the keys of all positions up to its own, and their values are summed. */
  private double attentionOperations(int tokens, int depth) {
    double positions = tokens * (depth + (tokens + 1) / 2.0);
    return 4.0 * positions * queryElements;
  }
}
