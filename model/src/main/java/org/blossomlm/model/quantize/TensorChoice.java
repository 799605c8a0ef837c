package org.blossomlm.model.quantize;

import org.blossomlm.model.tensor.TensorType;

/**
 * The type that a tensor gets.
 *
 * @param wanted by the recipe or the user
 * @param type what the shape allows: {@code wanted}, or the next best whose blocks divide the rows
 */
public record TensorChoice(TensorType wanted, TensorType type) {
  /** Whether the rows do not divide into blocks of the type that was wanted. */
  public boolean fellBack() {
    return wanted != type;
  }

  /**
   * {@code wanted} if rows of {@code columns} elements divide into its blocks; otherwise the type
   * of 32-element blocks that llama.cpp puts in its place; F16 where even 32 does not divide.
   */
  public static TensorChoice fit(TensorType wanted, long columns) {
    if (columns % wanted.blockElements() == 0) {
      return new TensorChoice(wanted, wanted);
    }
    TensorType substitute =
        switch (wanted) {
          case Q2_K, Q3_K -> TensorType.Q4_0;
          case Q4_K -> TensorType.Q5_0;
          case Q5_K -> TensorType.Q5_1;
          case Q6_K -> TensorType.Q8_0;
          case IQ4_XS -> TensorType.IQ4_NL;
          case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, F16, BF16, F32 -> TensorType.F16;
        };
    return new TensorChoice(
        wanted, columns % substitute.blockElements() == 0 ? substitute : TensorType.F16);
  }
}
