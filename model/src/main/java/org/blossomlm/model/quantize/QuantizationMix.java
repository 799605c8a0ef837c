package org.blossomlm.model.quantize;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.tensor.TensorType;

/**
 * The types that a recipe gives to the tensors of a model, as a pure function of their names and
 * shapes and of the model's hyper-parameters: the rules of llama.cpp's {@code
 * llama_tensor_get_type} (as of its release 0.5.0), so that a file of a given name is the same mix
 * of types whoever made it.
 *
 * <p>The idea behind them: the output matrix, the values of attention and the down projections hurt
 * most, the first and last layers more than those between ({@link #moreBits}); they get a step
 * more, and where grouped queries make attn_v small, that step costs next to nothing.
 */
public final class QuantizationMix {
  private final Recipe recipe;
  private final ModelTraits model;
  private final boolean importance;
  private final boolean tied;
  private final int valueTensors;
  private final boolean falcon;

  private QuantizationMix(
      Recipe recipe, ModelTraits model, Collection<TensorShape> tensors, boolean importance) {
    this.recipe = recipe;
    this.model = model;
    this.importance = importance;
    this.tied = tensors.stream().noneMatch(tensor -> tensor.name().equals("output.weight"));
    this.valueTensors =
        (int)
            tensors.stream().filter(tensor -> TensorRole.of(tensor.name()).carriesValues()).count();
    this.falcon = model.architecture().equals("falcon");
  }

  /**
   * The type of every tensor that is to be quantised, by name, in the order given; those that keep
   * their type (norms, biases, routers, …) are left out.
   *
   * @param tensors all tensors of the model, in any order
   * @param importance whether an importance matrix guides the quantisation
   */
  public static Map<String, TensorChoice> types(
      Recipe recipe, ModelTraits model, Collection<TensorShape> tensors, boolean importance) {
    var mix = new QuantizationMix(recipe, model, tensors, importance);
    Map<String, TensorType> wanted = mix.wanted(tensors);
    Map<String, TensorChoice> types = new LinkedHashMap<>();
    for (TensorShape tensor : tensors) {
      TensorType type = wanted.get(tensor.name());
      if (type != null) {
        types.put(tensor.name(), TensorChoice.fit(type, tensor.columns()));
      }
    }
    return types;
  }

  /** Rules count tensors of a kind from the first layer on, whatever their order in the file. */
  private Map<String, TensorType> wanted(Collection<TensorShape> tensors) {
    List<TensorShape> byLayer =
        tensors.stream()
            .filter(TensorRole::quantisable)
            .sorted(
                Comparator.comparingInt((TensorShape tensor) -> TensorRole.layer(tensor.name()))
                    .thenComparing(TensorShape::name))
            .toList();
    Map<String, TensorType> wanted = new LinkedHashMap<>();
    int values = 0;
    int downs = 0;
    for (TensorShape tensor : byLayer) {
      TensorRole role = TensorRole.of(tensor.name());
      int index = 0;
      if (role.carriesValues()) {
        index = values++;
      } else if (role == TensorRole.FFN_DOWN) {
        index = downs++;
        // With experts there are many per layer, not in order: only the name tells the layer.
        if (model.experts() > 1) {
          index = TensorRole.layer(tensor.name());
        }
      }
      wanted.put(tensor.name(), type(tensor, role, index));
    }
    return wanted;
  }

  private TensorType type(TensorShape tensor, TensorRole role, int index) {
    TensorType base = recipe.base();
    if (base.blockElements() == 1) {
      return base;
    }
    return switch (role) {
      case OUTPUT -> output(tensor);
      case TOKEN_EMBEDDING -> tied ? output(tensor) : base;
      case ATTENTION_V, ATTENTION_QKV, ATTENTION_KV_B -> values(index);
      case ATTENTION_K -> model.experts() == 8 ? TensorType.Q8_0 : base;
      case FFN_DOWN -> down(index);
      case ATTENTION_OUTPUT -> attentionOutput();
      case ATTENTION_Q, FFN_UP, FFN_GATE, OTHER -> base;
    };
  }

  private TensorType output(TensorShape tensor) {
    TensorType base = recipe.base();
    boolean coarse = falcon || tensor.columns() % base.blockElements() != 0;
    return coarse || base == TensorType.Q8_0 ? TensorType.Q8_0 : TensorType.Q6_K;
  }

  /**
   * @param index among the tensors that carry values
   */
  private TensorType values(int index) {
    boolean grouped = model.queriesPerKv() >= 4;
    TensorType base = recipe.base();
    TensorType type =
        switch (recipe) {
          case Q2_K -> grouped ? TensorType.Q4_K : TensorType.Q3_K;
          case Q3_K_M -> index < 2 ? TensorType.Q5_K : TensorType.Q4_K;
          case Q3_K_L -> TensorType.Q5_K;
          case Q4_K_S -> index < 4 ? TensorType.Q5_K : base;
          case Q4_K_M, Q5_K_M -> moreBits(index, valueTensors) ? TensorType.Q6_K : base;
          case IQ4_NL, IQ4_XS -> grouped ? TensorType.Q5_K : base;
          default -> base;
        };
    if (model.experts() == 8) {
      return TensorType.Q8_0;
    }
    return model.seventyB() && (type == TensorType.Q3_K || type == TensorType.Q4_K)
        ? TensorType.Q5_K
        : type;
  }

  /**
   * @param index of the layer
   */
  private TensorType down(int index) {
    int layers = model.layers();
    TensorType base = recipe.base();
    boolean firstEighth = index < layers / 8;
    boolean firstSixteenth = index < layers / 16;
    boolean more = moreBits(index, layers);
    return switch (recipe) {
      case Q2_K -> TensorType.Q3_K;
      case Q3_K_M ->
          firstSixteenth ? TensorType.Q5_K : !falcon || more ? TensorType.Q4_K : TensorType.Q3_K;
      case Q3_K_L -> falcon ? TensorType.Q4_K : TensorType.Q5_K;
      case Q4_K_S -> !falcon && firstEighth ? TensorType.Q5_K : base;
      case Q4_K_M -> {
        if (falcon) {
          yield firstSixteenth ? TensorType.Q6_K : more ? TensorType.Q5_K : base;
        }
        yield more ? TensorType.Q6_K : base;
      }
      case Q5_K_M -> more ? TensorType.Q6_K : base;
      case IQ4_NL, IQ4_XS -> firstEighth && !importance ? TensorType.Q5_K : base;
      // The first down projections can go astray under importance weights; an offset holds them.
      case Q4_0 -> firstEighth && importance ? TensorType.Q4_1 : base;
      case Q5_0 -> firstEighth && importance ? TensorType.Q5_1 : base;
      default -> base;
    };
  }

  private TensorType attentionOutput() {
    TensorType base = recipe.base();
    if (falcon) {
      return recipe == Recipe.Q3_K_L ? TensorType.Q4_K : base;
    }
    if (model.experts() == 8) {
      return switch (recipe) {
        case Q2_K, Q3_K_S, Q3_K_M, Q4_K_S, Q4_K_M, IQ4_NL, IQ4_XS -> TensorType.Q5_K;
        default -> base;
      };
    }
    return switch (recipe) {
      case Q2_K -> TensorType.Q3_K;
      case Q3_K_M -> TensorType.Q4_K;
      case Q3_K_L -> TensorType.Q5_K;
      default -> base;
    };
  }

  /** The first and last eighth of the layers, and every third one between. */
  static boolean moreBits(int index, int count) {
    return index < count / 8 || index >= 7 * count / 8 || (index - count / 8) % 3 == 2;
  }
}
