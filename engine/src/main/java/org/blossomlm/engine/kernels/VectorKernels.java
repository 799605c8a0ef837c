package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.blossomlm.engine.kernels.VectorShapes.FLOATS;
import static org.blossomlm.engine.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/*
 * A row of weights is decoded to floats once and then multiplied with every token. A dot product always has four vector
 * accumulators over columns in steps of four vectors, then one vector, then single elements, whether one token is
 * computed or four share the loads of the row: the sum's rounding, and so the text, is the same for every chunk size and
 * number of threads.
 */
/** Kernels on {@code jdk.incubator.vector}. */
final class VectorKernels implements Kernels {
  private static final int STEP = 4 * LANES;

  /** Decoded weights that stay in the second-level cache while all tokens pass by. */
  private static final int BLOCK_FLOATS = 1 << 16;

  /** Of the types whose rows are interleaved; the others are multiplied row by row. */
  private static final Map<TensorType, VectorProducts> PRODUCTS = products();

  private static Map<TensorType, VectorProducts> products() {
    Map<TensorType, VectorProducts> products = new EnumMap<>(TensorType.class);
    for (TensorType type : TensorType.values()) {
      VectorLayout.of(type).ifPresent(layout -> products.put(type, new VectorProducts(layout)));
    }
    return products;
  }

  @Override
  public String name() {
    return "vector-" + FLOATS.vectorBitSize();
  }

  @Override
  public long packedBytes(Matrix matrix) {
    VectorProducts products = PRODUCTS.get(matrix.type());
    return products == null ? 0 : products.packedBytes(matrix);
  }

  @Override
  public void pack(
      Matrix matrix, int firstRow, int lastRow, MemorySegment packed, Scratch scratch) {
    VectorProducts products = PRODUCTS.get(matrix.type());
    if (products == null) {
      throw new UnsupportedOperationException(name() + " kernels do not pack " + matrix.type());
    }
    products.pack(matrix, firstRow, lastRow, packed);
  }

  @Override
  public long encodedBytes(int columns) {
    return VectorActivations.bytes(columns);
  }

  @Override
  public boolean encodes(TensorType type) {
    return PRODUCTS.containsKey(type);
  }

  @Override
  public void encode(ProductInput input, int firstToken, int lastToken) {
    int columns = input.columns();
    for (int t = firstToken; t < lastToken; t++) {
      VectorActivations.encode(
          input.floats(), 4L * t * columns, columns, input.encoded(), t * encodedBytes(columns));
    }
  }

  @Override
  public void release(MemorySegment mapped) {
    if (mapped.isMapped()) {
      mapped.unload();
    }
  }

  @Override
  public void matmul(
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput input,
      int tokens,
      MemorySegment out,
      Scratch scratch) {
    VectorProducts products = PRODUCTS.get(weights.type());
    if (products != null) {
      products.multiply(weights, firstRow, lastRow, input, tokens, out, scratch.tiles());
      return;
    }
    MemorySegment x = input.floats();
    int columns = weights.columns();
    long rows = weights.rows();
    int block = tokens < 4 ? 1 : Math.clamp(BLOCK_FLOATS / columns, 1, 16);
    float[] decoded = scratch.row(block * columns);
    for (int first = firstRow; first < lastRow; first += block) {
      int count = Math.min(block, lastRow - first);
      for (int r = 0; r < count; r++) {
        VectorRows.decode(weights.tensor(), first + r, decoded, r * columns);
      }
      int t = 0;
      for (; t <= tokens - 4; t += 4) {
        for (int r = 0; r < count; r++) {
          long o = t * rows + first + r;
          dot4(decoded, r * columns, x, 4L * t * columns, columns, out, o, rows);
        }
      }
      for (; t < tokens; t++) {
        for (int r = 0; r < count; r++) {
          float sum = dot(decoded, r * columns, x, 4L * t * columns, columns);
          set(out, t * rows + first + r, sum);
        }
      }
    }
  }

  /** Dot product of {@code row} with the floats from byte {@code at} of {@code x}. */
  private static float dot(float[] row, int start, MemorySegment x, long at, int columns) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= columns - STEP; i += STEP) {
      a = fma(row, start + i, x, at + 4L * i, a);
      b = fma(row, start + i + LANES, x, at + 4L * (i + LANES), b);
      c = fma(row, start + i + 2 * LANES, x, at + 4L * (i + 2 * LANES), c);
      d = fma(row, start + i + 3 * LANES, x, at + 4L * (i + 3 * LANES), d);
    }
    for (; i <= columns - LANES; i += LANES) {
      a = fma(row, start + i, x, at + 4L * i, a);
    }
    return finish(a.add(b).add(c.add(d)), row, start, i, x, at, columns);
  }

  private static FloatVector fma(float[] row, int i, MemorySegment x, long at, FloatVector sum) {
    return FloatVector.fromArray(FLOATS, row, i).fma(load(x, at), sum);
  }

  private static float finish(
      FloatVector sum, float[] row, int start, int i, MemorySegment x, long at, int columns) {
    float result = VectorMath.sum(sum);
    for (; i < columns; i++) {
      result = Math.fma(row[start + i], x.get(JAVA_FLOAT_UNALIGNED, at + 4L * i), result);
    }
    return result;
  }

  /** Four tokens at once, each summed as {@link #dot} sums it. */
  private static void dot4(
      float[] row,
      int start,
      MemorySegment x,
      long at,
      int columns,
      MemorySegment out,
      long o,
      long rows) {
    long at1 = at + 4L * columns;
    long at2 = at1 + 4L * columns;
    long at3 = at2 + 4L * columns;
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector a0 = zero, b0 = zero, c0 = zero, d0 = zero;
    FloatVector a1 = zero, b1 = zero, c1 = zero, d1 = zero;
    FloatVector a2 = zero, b2 = zero, c2 = zero, d2 = zero;
    FloatVector a3 = zero, b3 = zero, c3 = zero, d3 = zero;
    int i = 0;
    for (; i <= columns - STEP; i += STEP) {
      long p = 4L * i;
      FloatVector w = FloatVector.fromArray(FLOATS, row, start + i);
      a0 = w.fma(load(x, at + p), a0);
      a1 = w.fma(load(x, at1 + p), a1);
      a2 = w.fma(load(x, at2 + p), a2);
      a3 = w.fma(load(x, at3 + p), a3);
      p += 4L * LANES;
      w = FloatVector.fromArray(FLOATS, row, start + i + LANES);
      b0 = w.fma(load(x, at + p), b0);
      b1 = w.fma(load(x, at1 + p), b1);
      b2 = w.fma(load(x, at2 + p), b2);
      b3 = w.fma(load(x, at3 + p), b3);
      p += 4L * LANES;
      w = FloatVector.fromArray(FLOATS, row, start + i + 2 * LANES);
      c0 = w.fma(load(x, at + p), c0);
      c1 = w.fma(load(x, at1 + p), c1);
      c2 = w.fma(load(x, at2 + p), c2);
      c3 = w.fma(load(x, at3 + p), c3);
      p += 4L * LANES;
      w = FloatVector.fromArray(FLOATS, row, start + i + 3 * LANES);
      d0 = w.fma(load(x, at + p), d0);
      d1 = w.fma(load(x, at1 + p), d1);
      d2 = w.fma(load(x, at2 + p), d2);
      d3 = w.fma(load(x, at3 + p), d3);
    }
    for (; i <= columns - LANES; i += LANES) {
      long p = 4L * i;
      FloatVector w = FloatVector.fromArray(FLOATS, row, start + i);
      a0 = w.fma(load(x, at + p), a0);
      a1 = w.fma(load(x, at1 + p), a1);
      a2 = w.fma(load(x, at2 + p), a2);
      a3 = w.fma(load(x, at3 + p), a3);
    }
    set(out, o, finish(a0.add(b0).add(c0.add(d0)), row, start, i, x, at, columns));
    set(out, o + rows, finish(a1.add(b1).add(c1.add(d1)), row, start, i, x, at1, columns));
    set(out, o + 2 * rows, finish(a2.add(b2).add(c2.add(d2)), row, start, i, x, at2, columns));
    set(out, o + 3 * rows, finish(a3.add(b3).add(c3.add(d3)), row, start, i, x, at3, columns));
  }

  @Override
  public void embed(Tensor table, int row, MemorySegment out, long outOffset, Scratch scratch) {
    int columns = Math.toIntExact(table.columns());
    float[] decoded = scratch.row(columns);
    VectorRows.decode(table, row, decoded, 0);
    MemorySegment.copy(decoded, 0, out, JAVA_FLOAT_UNALIGNED, outOffset * Float.BYTES, columns);
  }

  @Override
  public void rmsNorm(
      MemorySegment x,
      long xOffset,
      MemorySegment weight,
      MemorySegment out,
      long outOffset,
      int size,
      float epsilon) {
    long at = 4 * xOffset;
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= size - LANES; i += LANES) {
      FloatVector v = load(x, at + 4L * i);
      sum = v.fma(v, sum);
    }
    double squares = VectorMath.sum(sum);
    for (; i < size; i++) {
      double v = get(x, xOffset + i);
      squares += v * v;
    }
    float scale = (float) (1 / Math.sqrt(squares / size + epsilon));
    long target = 4 * outOffset;
    for (i = 0; i <= size - LANES; i += LANES) {
      FloatVector v = load(x, at + 4L * i).mul(scale).mul(load(weight, 4L * i));
      store(v, out, target + 4L * i);
    }
    for (; i < size; i++) {
      set(out, outOffset + i, get(x, xOffset + i) * scale * get(weight, i));
    }
  }

  @Override
  public void rope(
      MemorySegment x,
      long offset,
      int heads,
      int headSize,
      MemorySegment cosSin,
      long tableOffset,
      int rotated,
      boolean halves) {
    SCALAR.rope(x, offset, heads, headSize, cosSin, tableOffset, rotated, halves);
  }

  @Override
  public void store(
      KvType type, MemorySegment x, long offset, MemorySegment target, long at, int count) {
    SCALAR.store(type, x, offset, target, at, count);
  }

  @Override
  public void attention(AttentionTask task, Scratch scratch) {
    for (int t = 0; t < task.tokens; t++) {
      attention(task, t, scratch);
    }
  }

  private static void attention(AttentionTask task, int t, Scratch scratch) {
    int size = task.headSize;
    int group = task.group;
    int from = task.from;
    int positions = task.end(t) - from;
    float[] scores = scratch.scores(group * positions);
    // One cached vector, then the query heads, then their outputs.
    float[] work = scratch.row(size * (1 + 2 * group));
    long query = task.queryOffset + t * task.tokenStride;
    MemorySegment.copy(task.query, JAVA_FLOAT_UNALIGNED, 4 * query, work, size, group * size);
    for (int p = 0; p < positions; p++) {
      stored(task.type, task.page(from + p), task.keyAt(from + p), size, work);
      for (int h = 0; h < group; h++) {
        scores[h * positions + p] = task.scale * dot(work, (1 + h) * size, size);
      }
    }
    long out = task.partialOffset + (long) t * group * task.partialSize();
    for (int h = 0; h < group; h++) {
      float max = max(scores, h * positions, positions);
      long end = out + (long) h * task.partialSize() + size;
      set(task.partial, end, max);
      set(task.partial, end + 1, exponentials(scores, h * positions, positions, max));
    }
    int sums = size * (1 + group);
    Arrays.fill(work, sums, sums + group * size, 0);
    for (int p = 0; p < positions; p++) {
      stored(task.type, task.page(from + p), task.valueAt(from + p), size, work);
      for (int h = 0; h < group; h++) {
        multiplyAdd(work, sums + h * size, scores[h * positions + p], size);
      }
    }
    for (int h = 0; h < group; h++) {
      long at = 4 * (out + (long) h * task.partialSize());
      MemorySegment.copy(work, sums + h * size, task.partial, JAVA_FLOAT_UNALIGNED, at, size);
    }
  }

  /** Decodes a cached vector to the start of {@code work}. */
  private static void stored(KvType type, MemorySegment page, long at, int size, float[] work) {
    switch (type) {
      case F16 -> VectorRows.f16(page, at, size, work, 0);
      case Q8_0 -> VectorRows.q8_0(page, at, size, work, 0);
    }
  }

  /** Dot product of the first {@code size} elements with those from {@code other}. */
  private static float dot(float[] work, int other, int size) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= size - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, work, i);
      sum = v.fma(FloatVector.fromArray(FLOATS, work, other + i), sum);
    }
    float result = VectorMath.sum(sum);
    for (; i < size; i++) {
      result = Math.fma(work[i], work[other + i], result);
    }
    return result;
  }

  /** Adds {@code factor} times the first {@code size} elements to those from {@code target}. */
  private static void multiplyAdd(float[] work, int target, float factor, int size) {
    int i = 0;
    for (; i <= size - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, work, i);
      FloatVector sum = FloatVector.fromArray(FLOATS, work, target + i);
      v.fma(FloatVector.broadcast(FLOATS, factor), sum).intoArray(work, target + i);
    }
    for (; i < size; i++) {
      work[target + i] = Math.fma(work[i], factor, work[target + i]);
    }
  }

  private static float max(float[] scores, int from, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** Replaces scores by {@code exp(score - max)} and returns their sum. */
  private static float exponentials(float[] scores, int from, int count, float max) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector e = VectorMath.exp(FloatVector.fromArray(FLOATS, scores, from + i).sub(max));
      sum = sum.add(e);
      e.intoArray(scores, from + i);
    }
    float total = VectorMath.sum(sum);
    for (; i < count; i++) {
      scores[from + i] = (float) Math.exp(scores[from + i] - max);
      total += scores[from + i];
    }
    return total;
  }

  @Override
  public void swiGlu(
      MemorySegment gate, MemorySegment up, int tokens, int stride, int from, int to) {
    for (int t = 0; t < tokens; t++) {
      long row = (long) t * stride;
      swiGlu(gate, up, row + from, row + to);
    }
  }

  private static void swiGlu(MemorySegment gate, MemorySegment up, long from, long to) {
    long i = from;
    for (; i <= to - LANES; i += LANES) {
      FloatVector g = load(gate, 4 * i);
      FloatVector e = VectorMath.exp(g.neg());
      store(g.div(e.add(1)).mul(load(up, 4 * i)), gate, 4 * i);
    }
    for (; i < to; i++) {
      float g = get(gate, i);
      set(gate, i, (float) (g / (1 + Math.exp(-g))) * get(up, i));
    }
  }

  @Override
  public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector sum = load(x, 4 * (xOffset + i)).add(load(y, 4 * (yOffset + i)));
      store(sum, x, 4 * (xOffset + i));
    }
    for (; i < count; i++) {
      set(x, xOffset + i, get(x, xOffset + i) + get(y, yOffset + i));
    }
  }

  private static final ScalarKernels SCALAR = new ScalarKernels();

  static FloatVector load(MemorySegment floats, long at) {
    return FloatVector.fromMemorySegment(FLOATS, floats, at, LITTLE_ENDIAN);
  }

  private static void store(FloatVector v, MemorySegment floats, long at) {
    v.intoMemorySegment(floats, at, LITTLE_ENDIAN);
  }

  private static float get(MemorySegment floats, long index) {
    return floats.get(JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
  }

  private static void set(MemorySegment floats, long index, float value) {
    floats.set(JAVA_FLOAT_UNALIGNED, index * Float.BYTES, value);
  }
}
