package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.Kernels.ROW_TILE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/*
 * A block of the file is a row of half words (2 bytes) and words (4 bytes). Packed, sixteen rows stand side by side: what
 * is at byte o of a row's block is at byte 16·o of the tile's, sixteen times, so that a vector holds the same part of
 * neighbouring rows:
 *
 *   file, a row of Q4_0      d0 w w w w | d1 w w w w | ...
 *
 *   packed, sixteen rows     d0 of rows 0-15 | w of rows 0-15 | w of rows 0-15 | ... | d1 of rows 0-15 | ...
 *
 * Nothing is decoded, so a packed matrix is as large as the file's.
 *
 * Columns are worked on in two runs side by side, `a` and `b`: in most types a word has four columns of either in its
 * low and high nibbles. Of every 2·run columns the first half belongs to a and the second half to b.
 */
/**
 * How a matrix of a quantised type is packed for {@link VectorProducts}.
 *
 * @param leading half words before the words of a block
 * @param words of a block
 * @param trailing half words behind them
 * @param run columns of {@code a} before the next ones of {@code b}
 */
record VectorLayout(TensorType type, int leading, int words, int trailing, int run) {
  /** Columns that are worked on together: a group's floats stay in the first-level cache. */
  static final int CHUNK = 256;

  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private static final Map<TensorType, VectorLayout> LAYOUTS = new EnumMap<>(TensorType.class);

  static {
    add(new VectorLayout(TensorType.Q4_0, 1, 4, 0, 16));
    add(new VectorLayout(TensorType.Q4_1, 2, 4, 0, 16));
    add(new VectorLayout(TensorType.Q5_0, 1, 5, 0, 16));
    add(new VectorLayout(TensorType.Q5_1, 2, 5, 0, 16));
    add(new VectorLayout(TensorType.Q8_0, 1, 8, 0, 16));
    add(new VectorLayout(TensorType.Q2_K, 0, 20, 2, 32));
    add(new VectorLayout(TensorType.Q3_K, 0, 27, 1, 32));
    add(new VectorLayout(TensorType.Q4_K, 2, 35, 0, 32));
    add(new VectorLayout(TensorType.Q5_K, 2, 43, 0, 32));
    add(new VectorLayout(TensorType.Q6_K, 0, 52, 1, 64));
    add(new VectorLayout(TensorType.IQ4_NL, 1, 4, 0, 16));
    add(new VectorLayout(TensorType.IQ4_XS, 2, 33, 0, 16));
  }

  VectorLayout {
    if (2 * leading + 4 * words + 2 * trailing != type.blockBytes()) {
      throw new IllegalArgumentException(type + " has blocks of " + type.blockBytes() + " bytes");
    }
  }

  private static void add(VectorLayout layout) {
    LAYOUTS.put(layout.type, layout);
  }

  /** The layout of a type; empty if its products are computed row by row. */
  static Optional<VectorLayout> of(TensorType type) {
    return Optional.ofNullable(LAYOUTS.get(type));
  }

  /** Bytes of a packed matrix. */
  long packedBytes(int rows, int columns) {
    return (rows + ROW_TILE - 1L) / ROW_TILE * tileBytes(columns);
  }

  /** Bytes of so many columns of sixteen rows, a multiple of a block. */
  long tileBytes(int columns) {
    return ROW_TILE * type.bytes(columns);
  }

  /**
   * Packs columns of one row.
   *
   * @param column the first, a multiple of a block
   * @param to byte at which the tile's first block goes
   * @param lane of the row in its tile
   */
  void pack(
      Tensor tensor, int row, int column, int columns, MemorySegment packed, long to, int lane) {
    MemorySegment data = tensor.data();
    long at = row * tensor.rowBytes() + type.bytes(column);
    for (long end = at + type.bytes(columns); at < end; at += type.blockBytes()) {
      halves(data, at, leading, packed, to, lane);
      long middle = 2L * leading;
      for (int i = 0; i < words; i++) {
        long o = middle + 4L * i;
        packed.set(INT, to + ROW_TILE * o + 4L * lane, data.get(INT, at + o));
      }
      long last = middle + 4L * words;
      halves(data, at + last, trailing, packed, to + ROW_TILE * last, lane);
      to += (long) ROW_TILE * type.blockBytes();
    }
  }

  private static void halves(
      MemorySegment data, long at, int count, MemorySegment packed, long to, int lane) {
    for (int i = 0; i < count; i++) {
      packed.set(SHORT, to + 2L * ROW_TILE * i + 2L * lane, data.get(SHORT, at + 2L * i));
    }
  }
}
