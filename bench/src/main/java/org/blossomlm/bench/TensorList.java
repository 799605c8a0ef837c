package org.blossomlm.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.quantize.ModelTraits;
import org.blossomlm.model.quantize.QuantizationMix;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.quantize.TensorChoice;
import org.blossomlm.model.quantize.TensorShape;
import org.blossomlm.model.tensor.TensorType;

/** The tensors that a model of some dimensions has, in the order in which converters write them. */
final class TensorList {
  /** What a tensor holds. */
  enum Content {
    MATRIX,
    NORM,
    BIAS,
    ROPE_FACTORS
  }

  /**
   * A tensor to be written.
   *
   * @param dimensions fastest first
   */
  record Entry(String name, TensorType type, List<Long> dimensions, Content content) {
    long bytes() {
      long rows = dimensions.stream().skip(1).reduce(1L, Math::multiplyExact);
      return type.bytes(dimensions.getFirst()) * rows;
    }
  }

  private final ModelShape shape;
  private final List<TensorShape> shapes = new ArrayList<>();
  private final List<Content> contents = new ArrayList<>();

  private TensorList(ModelShape shape) {
    this.shape = shape;
    add("token_embd.weight", Content.MATRIX, shape.hidden(), shape.vocabularyRows());
    for (int i = 0; i < shape.layers(); i++) {
      addLayer("blk." + i + ".");
    }
    add("output_norm.weight", Content.NORM, shape.hidden());
    if (!shape.tied()) {
      add("output.weight", Content.MATRIX, shape.hidden(), shape.vocabularyRows());
    }
    if (shape.llama3RopeFactor() != 1) {
      add("rope_freqs.weight", Content.ROPE_FACTORS, shape.headSize() / 2);
    }
  }

  /** All tensors, with the types that the recipe gives them. */
  static List<Entry> of(ModelShape shape, Recipe recipe) {
    var list = new TensorList(shape);
    var traits =
        new ModelTraits(
            shape.architecture(), shape.layers(), shape.heads(), shape.keyValueHeads(), 0);
    Map<String, TensorChoice> types = QuantizationMix.types(recipe, traits, list.shapes, false);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < list.shapes.size(); i++) {
      TensorShape tensor = list.shapes.get(i);
      TensorChoice choice = types.get(tensor.name());
      TensorType type = choice == null ? TensorType.F32 : choice.type();
      entries.add(new Entry(tensor.name(), type, tensor.dimensions(), list.contents.get(i)));
    }
    return List.copyOf(entries);
  }

  private void addLayer(String prefix) {
    int hidden = shape.hidden();
    int query = shape.queryWidth();
    int keyValue = shape.keyValueWidth();
    add(prefix + "attn_norm.weight", Content.NORM, hidden);
    add(prefix + "attn_q.weight", Content.MATRIX, hidden, query);
    add(prefix + "attn_k.weight", Content.MATRIX, hidden, keyValue);
    add(prefix + "attn_v.weight", Content.MATRIX, hidden, keyValue);
    if (shape.attentionBiases()) {
      add(prefix + "attn_q.bias", Content.BIAS, query);
      add(prefix + "attn_k.bias", Content.BIAS, keyValue);
      add(prefix + "attn_v.bias", Content.BIAS, keyValue);
    }
    if (shape.headNorms()) {
      add(prefix + "attn_q_norm.weight", Content.NORM, shape.headSize());
      add(prefix + "attn_k_norm.weight", Content.NORM, shape.headSize());
    }
    add(prefix + "attn_output.weight", Content.MATRIX, query, hidden);
    add(prefix + "ffn_norm.weight", Content.NORM, hidden);
    add(prefix + "ffn_gate.weight", Content.MATRIX, hidden, shape.feedForward());
    add(prefix + "ffn_up.weight", Content.MATRIX, hidden, shape.feedForward());
    add(prefix + "ffn_down.weight", Content.MATRIX, shape.feedForward(), hidden);
  }

  private void add(String name, Content content, long... dimensions) {
    shapes.add(new TensorShape(name, Arrays.stream(dimensions).boxed().toList()));
    contents.add(content);
  }
}
