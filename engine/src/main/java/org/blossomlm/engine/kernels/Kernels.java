package org.blossomlm.engine.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

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
  /** Rows of a matrix that are worked on together; pieces of work should be multiples of it. */
  int ROW_TILE = 16;

  /** For people: provider and width, e.g. {@code vector-512}. */
  String name();

  /**
   * Bytes of this matrix in the provider's own order, or 0 if products read tensors of this type as
   * they lie in the file.
   */
  default long packedBytes(Matrix matrix) {
    return 0;
  }

  /**
   * Writes rows {@code [firstRow, lastRow)} in the provider's own order. Rows are exactly the same
   * numbers in another place: a product with the packed matrix has the same bits as one with the
   * file's.
   *
   * @param firstRow a multiple of {@link #ROW_TILE}
   * @param packed {@link #packedBytes} bytes, aligned to 64
   */
  default void pack(
      Matrix matrix, int firstRow, int lastRow, MemorySegment packed, Scratch scratch) {
    throw new UnsupportedOperationException(name() + " kernels do not pack");
  }

  /** Memory for packed weights, aligned to 64 bytes, for as long as {@code arena} lives. */
  default MemorySegment allocate(long bytes, Arena arena) {
    return arena.allocate(bytes, 64);
  }

  /**
   * Tells the system that the pages of a mapped tensor are no longer needed; reading it again is
   * possible, and slow once.
   */
  default void release(MemorySegment mapped) {}

  /** Bytes of one token's activations in the form that products read, 0 if they read the floats. */
  default long encodedBytes(int columns) {
    return 0;
  }

  /** Whether products with tensors of this type read encoded activations. */
  default boolean encodes(TensorType type) {
    return false;
  }

  /** Encodes rows {@code [firstToken, lastToken)} of the input. */
  default void encode(ProductInput input, int firstToken, int lastToken) {}

  /**
   * Matrix product {@code out[t][r] = Σ_c weights[r][c] · x[t][c]} for rows {@code [firstRow,
   * lastRow)}.
   *
   * @param weights of any decodable type
   * @param firstRow a multiple of {@link #ROW_TILE} if the matrix is packed
   * @param x {@code tokens} rows, encoded if {@link #encodes} says so
   * @param out {@code tokens × rows} floats
   */
  void matmul(
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput x,
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
   * Rotary position embedding (Su et al. 2021) of consecutive heads, in place.
   *
   * @param x head vectors from element {@code offset}
   * @param heads how many, each of {@code headSize} elements
   * @param cosSin {@code cos, sin} of each pair's angle, interleaved, from element {@code
   *     tableOffset}
   * @param rotated number of leading elements of a head that are rotated (even)
   * @param halves pairs are {@code (i, i + rotated/2)} as in GPT-NeoX, otherwise {@code (2i, 2i+1)}
   */
  void rope(
      MemorySegment x,
      long offset,
      int heads,
      int headSize,
      MemorySegment cosSin,
      long tableOffset,
      int rotated,
      boolean halves);

  /**
   * Stores floats as a cache of the given type holds them: float16 rounds to nearest even; Q8_0
   * takes the largest magnitude of a block divided by 127 as its scale.
   *
   * @param at byte of {@code target}
   */
  void store(KvType type, MemorySegment x, long offset, MemorySegment target, long at, int count);

  /** Query vectors that {@link #attention} works on together at best. */
  default int attentionQueries() {
    return 1;
  }

  /**
   * Causal attention over a span of positions; what goes in and out is in {@link AttentionTask}.
   */
  void attention(AttentionTask task, Scratch scratch);

  /**
   * {@code gate[i] = gate[i] · sigmoid(gate[i]) · up[i]} (SwiGLU, Shazeer 2020) for the columns
   * {@code [from, to)} of each token's row.
   *
   * @param stride elements of a row
   */
  void swiGlu(MemorySegment gate, MemorySegment up, int tokens, int stride, int from, int to);

  /** {@code x[i] += y[i]} for {@code count} elements. */
  void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count);
}
