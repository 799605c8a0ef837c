package org.blossomlm.model.quantize;

import java.util.List;

/**
 * What the choice of a type looks at.
 *
 * @param name as in the file, e.g. {@code blk.0.attn_q.weight}
 * @param dimensions fastest first: {@code [columns, rows, ...]}
 */
public record TensorShape(String name, List<Long> dimensions) {
  public TensorShape {
    dimensions = List.copyOf(dimensions);
  }

  long columns() {
    return dimensions.isEmpty() ? 1 : dimensions.getFirst();
  }

  /** Dimensions up to the last one above 1, as ggml counts them; at least 1. */
  int rank() {
    int rank = dimensions.size();
    while (rank > 1 && dimensions.get(rank - 1) == 1) {
      rank--;
    }
    return Math.max(rank, 1);
  }
}
