package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
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
 * A block of the file is cut into half words of two bytes, in every type. Packed, sixteen rows stand side by side: what is
 * at byte o of each row's block is at byte 16·o of the tile's, sixteen times, so that a vector holds the same part of
 * neighbouring rows:
 *
 *   file, a row of Q4_0      d q q q q q q q q | d q ...          a half word each
 *   packed, sixteen rows     d of all rows | q of all rows | q of all rows ...
 *
 *   order of the rows        0 8 1 9 2 10 3 11 4 12 5 13 6 14 7 15
 *
 * In this order the even lanes are rows 0 to 7 and the odd ones 8 to 15, so that 16-bit lanes become 32-bit ones by
 * shifts alone. Nothing is decoded: a packed matrix is as large as the file's.
 *
 * A quant of a word is for one column of `a` or `b`: of every 2·run columns the first half belongs to a, the second to b.
 * In most types these are the low and the high nibbles.
 */
/**
 * How a matrix of a quantised type is packed and read by {@link VectorProducts}.
 *
 * @param run columns of {@code a} before the next ones of {@code b}
 * @param group columns whose sum has one scale, 16 or 32
 * @param offset is subtracted from the stored quants; what is left has a sign
 * @param minima whether a group also has a number that is added to its weights
 * @param narrow whether a group's products of quants and 8-bit activations can be summed in 16 bits
 */
record VectorLayout(
    TensorType type, int run, int group, int offset, boolean minima, boolean narrow) {
  /** Columns that are worked on together: their quants stay in the first-level cache. */
  static final int CHUNK = 256;

  private static final ValueLayout.OfShort HALF = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private static final Map<TensorType, VectorLayout> LAYOUTS = new EnumMap<>(TensorType.class);

  static {
    add(new VectorLayout(TensorType.Q4_0, 16, 32, 8, false, true));
    add(new VectorLayout(TensorType.Q4_1, 16, 16, 0, true, true));
    add(new VectorLayout(TensorType.Q5_0, 16, 16, 16, false, true));
    // 31 · 127 · 16 is too much for 16 bits, so half the range is moved to the minimum.
    add(new VectorLayout(TensorType.Q5_1, 16, 16, 16, true, true));
    add(new VectorLayout(TensorType.Q8_0, 32, 32, 0, false, false));
    add(new VectorLayout(TensorType.Q2_K, 32, 16, 0, true, true));
    add(new VectorLayout(TensorType.Q3_K, 32, 16, 4, false, true));
    add(new VectorLayout(TensorType.Q4_K, 32, 16, 0, true, true));
    add(new VectorLayout(TensorType.Q5_K, 32, 16, 16, true, true));
    add(new VectorLayout(TensorType.Q6_K, 64, 16, 32, false, false));
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
   * Packs columns of up to sixteen rows.
   *
   * @param column the first, a multiple of a block
   * @param to byte at which the tile's first block goes
   */
  void pack(
      Tensor tensor, int row, int rows, int column, int columns, MemorySegment packed, long to) {
    MemorySegment data = tensor.data();
    long at = row * tensor.rowBytes() + type.bytes(column);
    long bytes = type.bytes(columns);
    for (int r = 0; r < Math.min(rows, ROW_TILE / 2); r++, at += tensor.rowBytes()) {
      long other = at + ROW_TILE / 2 * tensor.rowBytes();
      long lane = to + 4L * r;
      if (r + ROW_TILE / 2 < rows) {
        packPair(data, at, other, bytes, packed, lane);
      } else {
        packOne(data, at, 0, bytes, packed, lane);
      }
    }
  }

  /** Two rows, whose lanes are neighbours. */
  private static void packPair(
      MemorySegment data, long even, long odd, long bytes, MemorySegment packed, long lane) {
    long whole = bytes & -8;
    for (long o = 0; o < whole; o += 8) {
      long p = data.get(LONG, even + o);
      long q = data.get(LONG, odd + o);
      long at = lane + ROW_TILE * o;
      packed.set(INT, at, (int) (p & 0xffff) | (int) q << 16);
      packed.set(INT, at + 2 * ROW_TILE, (int) (p >>> 16 & 0xffff) | (int) q & 0xffff0000);
      packed.set(INT, at + 4 * ROW_TILE, (int) (p >>> 32 & 0xffff) | (int) (q >>> 32) << 16);
      packed.set(INT, at + 6 * ROW_TILE, (int) (p >>> 48) | (int) (q >>> 32) & 0xffff0000);
    }
    packOne(data, even, whole, bytes, packed, lane);
    packOne(data, odd, whole, bytes, packed, lane + 2);
  }

  private static void packOne(
      MemorySegment data, long row, long from, long to, MemorySegment packed, long lane) {
    for (long o = from; o < to; o += 2) {
      packed.set(HALF, lane + ROW_TILE * o, data.get(HALF, row + o));
    }
  }
}
