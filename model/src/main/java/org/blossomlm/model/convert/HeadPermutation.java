package org.blossomlm.model.convert;

import java.util.function.LongUnaryOperator;

/**
 * The order of rows of q and k. Hugging Face's rotation turns element {@code i} of a head with
 * {@code i + headSize/2}; that of llama.cpp's llama turns {@code 2i} with {@code 2i + 1}. The
 * operators give, for a row of the new matrix, the row of the old one.
 */
public final class HeadPermutation {
  /** Rows stay where they are. */
  static final LongUnaryOperator NONE = row -> row;

  private HeadPermutation() {}

  /** Rows for GGUF from Hugging Face's: halves become neighbours. */
  public static LongUnaryOperator toNeighbours(int headSize) {
    int half = headSize / 2;
    return row -> {
      long start = row - row % headSize;
      int inHead = (int) (row % headSize);
      return start + (inHead % 2) * (long) half + inHead / 2;
    };
  }

  /** Rows for Hugging Face from GGUF's: neighbours become halves. */
  public static LongUnaryOperator toHalves(int headSize) {
    int half = headSize / 2;
    return row -> {
      long start = row - row % headSize;
      int inHead = (int) (row % headSize);
      return start + 2L * (inHead % half) + inHead / half;
    };
  }
}
