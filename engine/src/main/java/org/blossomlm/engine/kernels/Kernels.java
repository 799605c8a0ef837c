package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;
import org.blossomlm.model.tensor.Tensor;

/**
 * The numerical work of a decoder. Providers differ in speed, not in meaning: {@link ScalarKernels}
 * is the specification and the others are tested against it.
 *
 * <p>All activations are float32 in native memory, row-major, token by token. A call works on one
 * thread; callers split rows, tokens and heads among threads. A result never depends on how the
 * work was split: every output element is computed by the same operations in the same order
 * whatever the number of tokens or threads.
 */
public interface Kernels {
  /** For people: provider and width, e.g. {@code vector-512}. */
  String name();

  /**
   * Matrix product {@code out[t][r] = Σ_c weights[r][c] · x[t][c]} for rows {@code [firstRow,
   * lastRow)}.
   *
   * @param weights {@code [columns, rows]} of any decodable type
   * @param x {@code tokens × columns} floats
   * @param out {@code tokens × rows} floats
   */
  void matmul(
      Tensor weights,
      int firstRow,
      int lastRow,
      MemorySegment x,
      int tokens,
      MemorySegment out,
      Scratch scratch);

  /** Decodes one row of {@code table} to floats at element {@code outOffset} of {@code out}. */
  void embed(Tensor table, int row, MemorySegment out, long outOffset, Scratch scratch);

  /**
   * Root-mean-square norm (Zhang and Sennrich 2019): {@code out[i] = x[i] / sqrt(mean(x²) +
   * epsilon) · weight[i]}.
   *
   * @param xOffset first element of {@code x}; {@code out} may be {@code x} at the same offset
   * @param size elements of {@code weight}
   */
  void rmsNorm(
      MemorySegment x,
      long xOffset,
      MemorySegment weight,
      MemorySegment out,
      long outOffset,
      int size,
      float epsilon);

  /**
   * Rotary position embedding (Su et al. 2021) of one head, in place.
   *
   * @param x head vector from element {@code offset}
   * @param cosSin {@code cos, sin} of each pair's angle, interleaved, from element {@code
   *     tableOffset}
   * @param rotated number of leading elements that are rotated (even)
   * @param halves pairs are {@code (i, i + rotated/2)} as in GPT-NeoX, otherwise {@code (2i, 2i+1)}
   */
  void rope(
      MemorySegment x,
      long offset,
      MemorySegment cosSin,
      long tableOffset,
      int rotated,
      boolean halves);

  /** Rounds {@code count} floats to float16, nearest even. */
  void toFloat16(MemorySegment x, long offset, MemorySegment halves, long halvesOffset, int count);

  /**
   * Causal attention of one token for the query heads that share one key/value head. For each of
   * {@code group} heads {@code h}: {@code out_h = softmax(scale · q_h Kᵀ) V} over the first {@code
   * positions} cached positions.
   *
   * @param q {@code group × headSize} floats from element {@code qOffset}
   * @param keys where the cached float16 keys and values lie
   * @param out {@code group × headSize} floats from element {@code outOffset}
   */
  void attention(
      MemorySegment q,
      long qOffset,
      int group,
      CachedHead keys,
      int positions,
      float scale,
      MemorySegment out,
      long outOffset,
      Scratch scratch);

  /**
   * {@code gate[i] = gate[i] · sigmoid(gate[i]) · up[i]} (SwiGLU, Shazeer 2020) for {@code [from,
   * to)}.
   */
  void swiGlu(MemorySegment gate, MemorySegment up, long from, long to);

  /** {@code x[i] += y[i]} for {@code count} elements. */
  void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count);
}
