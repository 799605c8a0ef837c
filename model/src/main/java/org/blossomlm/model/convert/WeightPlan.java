package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tensor.TensorType;

/**
 * What becomes of each tensor of a Hugging Face model: found by name, checked against the
 * hyper-parameters, and given a type. Types follow llama.cpp's converters: vectors and norms are
 * F32, matrices what was asked for, and F16 where their rows are no whole blocks.
 */
record WeightPlan(List<Entry> entries, WeightType type) {
  /**
   * A tensor of the GGUF file.
   *
   * @param dimensions fastest first
   */
  record Entry(String name, TensorType type, List<Long> dimensions, SourceMatrix source) {
    long elements() {
      return dimensions.stream().reduce(1L, Math::multiplyExact);
    }

    long bytes() {
      return type.bytes(elements());
    }
  }

  /**
   * Tensors that older versions of transformers saved though they follow from the configuration.
   */
  private static boolean isRecomputed(String name) {
    return name.endsWith(".rotary_emb.inv_freq")
        || name.endsWith(".attention.masked_bias")
        || name.endsWith(".attention.bias");
  }

  /**
   * Plans a model.
   *
   * @throws ConversionException naming the tensors that are missing, unknown, of another shape or
   *     of a type that is no weight
   */
  static WeightPlan of(
      ModelConfig config, SafetensorsModel model, WeightType asked, List<String> notes) {
    Map<String, SafetensorsTensor> found = new TreeMap<>(model.tensors());
    found.keySet().removeIf(WeightPlan::isRecomputed);
    SafetensorsTensor head = found.get("lm_head.weight");
    if (config.tied() && head != null) {
      found.remove("lm_head.weight");
      SafetensorsTensor embedding = found.get("model.embed_tokens.weight");
      if (embedding != null && embedding.data().mismatch(head.data()) >= 0) {
        notes.add(
            "lm_head.weight differs from the embedding, but config.json ties them"
                + " (tie_word_embeddings), so transformers does not use it; it was left out");
      }
    }
    WeightType type = asked == WeightType.AUTO ? typeOf(found) : asked;
    List<Entry> entries = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (TensorLayout.Slot slot : TensorLayout.of(config).slots().values()) {
      SafetensorsTensor tensor = found.remove(slot.huggingFace());
      if (tensor != null) {
        add(slot, tensor, config, type, entries);
      } else if (slot.need() == TensorLayout.Need.REQUIRED) {
        missing.add(slot.huggingFace());
      }
    }
    if (!missing.isEmpty()) {
      throw new ConversionException(
          "%d tensors are missing: %s; the weights are incomplete or of another model%s"
              .formatted(
                  missing.size(),
                  TensorLayout.some(missing),
                  missing.equals(List.of("lm_head.weight"))
                      ? "; if the embedding is the output, set tie_word_embeddings in config.json"
                      : ""));
    }
    if (!found.isEmpty()) {
      throw new ConversionException(
          "%d tensors have no place in a %s model of %d layers: %s; the weights are of a variant"
                  .formatted(
                      found.size(),
                      config.family().gguf(),
                      config.layers(),
                      TensorLayout.some(List.copyOf(found.keySet())))
              + " that is not supported, or config.json is of another model");
    }
    return new WeightPlan(List.copyOf(entries), type);
  }

  /** BF16 where the first matrix is, otherwise F16: as llama.cpp's {@code --outtype auto}. */
  private static WeightType typeOf(Map<String, SafetensorsTensor> tensors) {
    return tensors.values().stream()
        .filter(tensor -> tensor.shape().size() >= 2)
        .min(Comparator.comparing(SafetensorsTensor::name))
        .map(tensor -> tensor.type() == SafetensorsType.BF16 ? WeightType.BF16 : WeightType.F16)
        .orElse(WeightType.F16);
  }

  private static void add(
      TensorLayout.Slot slot,
      SafetensorsTensor tensor,
      ModelConfig config,
      WeightType type,
      List<Entry> entries) {
    NumberFormat format =
        NumberFormat.of(tensor.type())
            .orElseThrow(() ->
                new ConversionException(
                    "tensor %s has the type %s; weights are F32, F16, BF16 or F64. If the model is"
                            .formatted(tensor.name(), tensor.type())
                        + " quantised (FP8, GPTQ, AWQ, bitsandbytes), convert the one it was made"
                        + " from"));
    if (!tensor.shape().equals(slot.shape())) {
      throw new ConversionException(
          "tensor %s has the shape %s; config.json asks for %s"
              .formatted(tensor.name(), tensor.shape(), slot.shape()));
    }
    LongUnaryOperator rows =
        slot.permuted() ? HeadPermutation.toNeighbours(config.headSize()) : HeadPermutation.NONE;
    SourceMatrix source = SourceMatrix.of(slot.gguf(), tensor, format, rows);
    if (slot.need() == TensorLayout.Need.UNLESS_ZERO && source.isZero()) {
      return;
    }
    entries.add(
        new Entry(slot.gguf(), typeOf(slot, type), List.copyOf(slot.shape().reversed()), source));
  }

  private static TensorType typeOf(TensorLayout.Slot slot, WeightType type) {
    if (slot.shape().size() < 2) {
      return TensorType.F32;
    }
    TensorType wanted = type.tensorType().orElseThrow();
    return slot.shape().getLast() % wanted.blockElements() == 0 ? wanted : TensorType.F16;
  }

  /** The number of tensors of each type, e.g. {@code F16: 15, F32: 6}. */
  Map<TensorType, Integer> census() {
    Map<TensorType, Integer> census = new LinkedHashMap<>();
    entries.forEach(entry -> census.merge(entry.type(), 1, Integer::sum));
    return census;
  }

  long parameters() {
    return entries.stream().mapToLong(Entry::elements).sum();
  }

  long bytes() {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }
}
