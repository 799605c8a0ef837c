package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * What becomes of each tensor of a GGUF file in a Hugging Face folder.
 *
 * @param type of most matrices
 * @param attentionBias whether the layers have biases that transformers calls {@code
 *     attention_bias}
 * @param feedForwardBias the same for {@code mlp_bias}
 */
record ExportPlan(
    List<Entry> entries, NumberFormat type, boolean attentionBias, boolean feedForwardBias) {
  /**
   * A tensor of the folder.
   *
   * @param shape slowest first
   * @param source zeros where empty
   */
  record Entry(String name, List<Long> shape, NumberFormat type, Optional<SourceMatrix> source) {
    long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long bytes() {
      return elements() * type.bytes();
    }

    void writeTo(WritableByteChannel out, RowPipeline pipeline) throws IOException {
      if (source.isPresent()) {
        source.get().writeTo(out, new RowEncoder.Plain(type), pipeline);
      } else {
        out.write(ByteBuffer.allocate(Math.toIntExact(bytes())));
      }
    }
  }

  /**
   * Plans a model.
   *
   * @param asked the type of matrices; with {@link WeightType#AUTO} one that holds them exactly
   * @throws ConversionException naming tensors that are missing, unknown or of another shape
   */
  static ExportPlan of(GgufFile file, ModelConfig config, WeightType asked) {
    Map<String, TensorLayout.Slot> slots = TensorLayout.of(config).byGguf();
    refuseUnknown(file, config, slots);
    refuseHomelessBiases(file, config.family());
    boolean attentionBias = config.family() != Family.QWEN2 && hasBias(file, "attn_(q|k|v|output)");
    boolean feedForwardBias = hasBias(file, "ffn_(gate|up|down)");
    List<Entry> entries = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (TensorLayout.Slot slot : slots.values()) {
      Tensor tensor = file.tensors().get(slot.gguf());
      boolean attention = slot.huggingFace().contains(".self_attn.");
      if (tensor != null) {
        entries.add(entry(file, slot, tensor, config, asked));
      } else if (slot.need() == TensorLayout.Need.REQUIRED) {
        missing.add(slot.gguf());
      } else if (attention ? attentionBias : feedForwardBias) {
        // transformers has the biases of a kind everywhere or nowhere.
        entries.add(
            new Entry(slot.huggingFace(), slot.shape(), NumberFormat.F32, Optional.empty()));
      }
    }
    if (!missing.isEmpty()) {
      throw new ConversionException(
          "%s: %d tensors are missing: %s; the file is incomplete"
              .formatted(file.path(), missing.size(), TensorLayout.some(missing)));
    }
    return new ExportPlan(entries, commonType(entries), attentionBias, feedForwardBias);
  }

  private static void refuseUnknown(
      GgufFile file, ModelConfig config, Map<String, TensorLayout.Slot> slots) {
    List<String> unknown =
        file.tensors().keySet().stream()
            .filter(name -> !slots.containsKey(name) && !name.equals("rope_freqs.weight"))
            .toList();
    if (!unknown.isEmpty()) {
      throw new ConversionException(
          "%s: %d tensors have no place in a %s: %s"
              .formatted(
                  file.path(),
                  unknown.size(),
                  config.family().className(),
                  TensorLayout.some(unknown)));
    }
  }

  /** transformers would load the weights without these, and say nothing that is seen. */
  private static void refuseHomelessBiases(GgufFile file, Family family) {
    String kinds =
        switch (family) {
          case LLAMA -> "";
          case QWEN2 -> "attn_output|ffn_(gate|up|down)";
          case QWEN3 -> "ffn_(gate|up|down)";
        };
    List<String> homeless = biases(file, kinds);
    if (!homeless.isEmpty()) {
      throw new ConversionException(
          "%s: transformers' %s has no place for %d biases: %s"
              .formatted(
                  file.path(), family.className(), homeless.size(), TensorLayout.some(homeless)));
    }
  }

  private static boolean hasBias(GgufFile file, String kinds) {
    return !biases(file, kinds).isEmpty();
  }

  private static List<String> biases(GgufFile file, String kinds) {
    var pattern = Pattern.compile("blk\\.\\d+\\.(" + kinds + ")\\.bias");
    return file.tensors().keySet().stream()
        .filter(name -> pattern.matcher(name).matches())
        .toList();
  }

  private static Entry entry(
      GgufFile file, TensorLayout.Slot slot, Tensor tensor, ModelConfig config, WeightType asked) {
    List<Long> dimensions = slot.shape().reversed();
    if (!tensor.dimensions().equals(dimensions)) {
      throw new ConversionException(
          "%s: tensor %s has the dimensions %s; the hyper-parameters ask for %s"
              .formatted(file.path(), slot.gguf(), tensor.dimensions(), dimensions));
    }
    LongUnaryOperator rows =
        slot.permuted() ? HeadPermutation.toHalves(config.headSize()) : HeadPermutation.NONE;
    return new Entry(
        slot.huggingFace(),
        slot.shape(),
        type(slot, tensor, asked),
        Optional.of(SourceMatrix.of(slot.huggingFace(), tensor, rows)));
  }

  private static NumberFormat type(TensorLayout.Slot slot, Tensor tensor, WeightType asked) {
    if (slot.shape().size() < 2) {
      return NumberFormat.F32;
    }
    TensorType wanted = asked.tensorType().orElse(tensor.type());
    return NumberFormat.of(wanted).orElse(NumberFormat.F32);
  }

  private static NumberFormat commonType(List<Entry> entries) {
    Map<NumberFormat, Integer> matrices = new EnumMap<>(NumberFormat.class);
    entries.stream()
        .filter(entry -> entry.shape().size() > 1)
        .forEach(entry -> matrices.merge(entry.type(), 1, Integer::sum));
    return matrices.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(NumberFormat.F32);
  }

  /** The type of most matrices, by PyTorch's name. */
  String dtype() {
    return switch (type) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F32, F64 -> "float32";
    };
  }

  long bytes() {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }
}
