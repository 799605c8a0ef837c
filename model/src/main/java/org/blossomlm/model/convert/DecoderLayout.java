package org.blossomlm.model.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/**
 * What a decoder is made of, wherever it lies: its hyper-parameters as GGUF keys, and each tensor
 * under both names.
 *
 * @param hyperParameters {@code general.architecture} and its keys
 * @param ropeDivisors what the tensor {@code rope_freqs.weight} holds, one number per rotary pair
 * @param tied whether the output matrix is the embedding, so that there is no {@code
 *     lm_head.weight}
 * @param places in the order in which files are written
 */
public record DecoderLayout(
    GgufMetadata hyperParameters,
    Optional<float[]> ropeDivisors,
    int vocabulary,
    boolean tied,
    List<Place> places) {
  /**
   * A tensor of the model.
   *
   * @param huggingFace its name in safetensors
   * @param gguf its name in a GGUF file
   * @param shape slowest first
   * @param permuted whether GGUF has its rows in another order, see {@link HeadPermutation}
   * @param required whether every model of the family has it
   */
  public record Place(
      String huggingFace, String gguf, List<Long> shape, boolean permuted, boolean required) {}

  /**
   * Reads the {@code config.json} of a folder; weights need not be there.
   *
   * @throws ConversionException if the architecture is not supported, or a value cannot be
   */
  public static DecoderLayout ofFolder(Path folder) {
    ModelConfig config = ModelConfig.of(JsonDocument.read(folder.resolve("config.json")));
    GgufMetadata.Builder metadata = GgufMetadata.builder();
    metadata.put("general.architecture", GgufValue.text(config.family().gguf()));
    config.writeTo(metadata);
    Optional<float[]> divisors =
        config.scaling() instanceof RotaryScaling.Llama3 llama3
            ? Optional.of(llama3.divisors(config.theta(), config.headSize()))
            : Optional.empty();
    return of(metadata.build(), divisors, config);
  }

  /**
   * Reads the metadata of an open file.
   *
   * @throws ConversionException if the architecture is not supported, or a value cannot be
   */
  public static DecoderLayout ofGguf(GgufFile file) {
    ModelConfig config = new GgufConfig(file).readUnscaled();
    return of(file.metadata(), file.tensor("rope_freqs.weight").map(DecoderLayout::floats), config);
  }

  private static float[] floats(Tensor tensor) {
    var floats = new float[Math.toIntExact(tensor.elements())];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, floats.length, floats, 0);
    return floats;
  }

  private static DecoderLayout of(
      GgufMetadata metadata, Optional<float[]> divisors, ModelConfig config) {
    List<Place> places =
        TensorLayout.of(config).slots().values().stream()
            .map(slot ->
                new Place(
                    slot.huggingFace(),
                    slot.gguf(),
                    slot.shape(),
                    slot.permuted(),
                    slot.need() == TensorLayout.Need.REQUIRED))
            .toList();
    return new DecoderLayout(metadata, divisors, config.vocabulary(), config.tied(), places);
  }
}
