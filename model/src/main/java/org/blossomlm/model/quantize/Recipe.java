package org.blossomlm.model.quantize;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.tensor.TensorType;

/**
 * What {@code blossom quantize} can make of a model. The name is the one that users know from
 * published files; what it means for a single tensor is decided by {@link QuantizationMix}.
 */
public enum Recipe {
  F32(0, TensorType.F32),
  F16(1, TensorType.F16),
  BF16(32, TensorType.BF16),
  Q8_0(7, TensorType.Q8_0),
  Q4_0(2, TensorType.Q4_0),
  Q4_1(3, TensorType.Q4_1),
  Q5_0(8, TensorType.Q5_0),
  Q5_1(9, TensorType.Q5_1),
  Q2_K(10, TensorType.Q2_K),
  Q3_K_S(11, TensorType.Q3_K),
  Q3_K_M(12, TensorType.Q3_K),
  Q3_K_L(13, TensorType.Q3_K),
  Q4_K_S(14, TensorType.Q4_K),
  Q4_K_M(15, TensorType.Q4_K),
  Q5_K_S(16, TensorType.Q5_K),
  Q5_K_M(17, TensorType.Q5_K),
  Q6_K(18, TensorType.Q6_K),
  IQ4_NL(25, TensorType.IQ4_NL),
  IQ4_XS(30, TensorType.IQ4_XS);

  /** Short names that llama.cpp's users type. */
  private static final Map<String, Recipe> ALIASES =
      Map.of("Q3_K", Q3_K_M, "Q4_K", Q4_K_M, "Q5_K", Q5_K_M);

  private final int fileType;
  private final TensorType base;

  Recipe(int fileType, TensorType base) {
    this.fileType = fileType;
    this.base = base;
  }

  /** The number in {@code general.file_type}. */
  public int fileType() {
    return fileType;
  }

  /** The type of tensors that the recipe has no rule for. */
  public TensorType base() {
    return base;
  }

  /** The recipe of this name, upper or lower case; {@code Q4_K} stands for {@code Q4_K_M}. */
  public static Optional<Recipe> find(String name) {
    String upper = name.strip().toUpperCase(Locale.ROOT);
    return Optional.ofNullable(ALIASES.get(upper))
        .or(() ->
            Arrays.stream(values()).filter(recipe -> recipe.name().equals(upper)).findFirst());
  }

  /**
   * As {@link #find}.
   *
   * @throws ModelException if there is none
   */
  public static Recipe parse(String name) {
    return find(name)
        .orElseThrow(() ->
            new ModelException(
                "unknown quantisation \""
                    + name
                    + "\"; allowed are "
                    + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "))
                    + ", and Q3_K, Q4_K, Q5_K for their _M"));
  }
}
