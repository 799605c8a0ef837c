package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/**
 * The specification: plain loops, weights decoded by {@link Dequantizer}, sums in double precision.
 */
public final class ScalarKernels implements Kernels {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void matmul(
      Tensor weights,
      int firstRow,
      int lastRow,
      MemorySegment x,
      int tokens,
      MemorySegment out,
      Scratch scratch) {
    int columns = Math.toIntExact(weights.columns());
    long rows = weights.rows();
    float[] row = scratch.row(columns);
    for (int r = firstRow; r < lastRow; r++) {
      Dequantizer.dequantize(
          weights.type(), weights.data(), r * weights.rowBytes(), columns, row, 0);
      for (int t = 0; t < tokens; t++) {
        double sum = 0;
        long offset = (long) t * columns;
        for (int c = 0; c < columns; c++) {
          sum += (double) row[c] * get(x, offset + c);
        }
        set(out, t * rows + r, (float) sum);
      }
    }
  }

  @Override
  public void embed(Tensor table, int row, MemorySegment out, long outOffset, Scratch scratch) {
    int columns = Math.toIntExact(table.columns());
    float[] decoded = scratch.row(columns);
    Dequantizer.dequantize(table.type(), table.data(), row * table.rowBytes(), columns, decoded, 0);
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
    double squares = 0;
    for (int i = 0; i < size; i++) {
      double v = get(x, xOffset + i);
      squares += v * v;
    }
    float scale = (float) (1 / Math.sqrt(squares / size + epsilon));
    for (int i = 0; i < size; i++) {
      set(out, outOffset + i, get(x, xOffset + i) * scale * get(weight, i));
    }
  }

  @Override
  public void rope(
      MemorySegment x,
      long offset,
      MemorySegment cosSin,
      long tableOffset,
      int rotated,
      boolean halves) {
    int half = rotated / 2;
    for (int i = 0; i < half; i++) {
      long first = offset + (halves ? i : 2L * i);
      long second = halves ? first + half : first + 1;
      float cos = get(cosSin, tableOffset + 2L * i);
      float sin = get(cosSin, tableOffset + 2L * i + 1);
      float a = get(x, first);
      float b = get(x, second);
      set(x, first, a * cos - b * sin);
      set(x, second, a * sin + b * cos);
    }
  }

  @Override
  public void toFloat16(
      MemorySegment x, long offset, MemorySegment halves, long halvesOffset, int count) {
    for (int i = 0; i < count; i++) {
      short half = Float.floatToFloat16(get(x, offset + i));
      halves.set(JAVA_SHORT_UNALIGNED, (halvesOffset + i) * Short.BYTES, half);
    }
  }

  @Override
  public void attention(
      MemorySegment q,
      long qOffset,
      int group,
      CachedHead head,
      int positions,
      float scale,
      MemorySegment out,
      long outOffset,
      Scratch scratch) {
    int size = head.headSize;
    float[] scores = scratch.scores(positions);
    double[] sums = new double[size];
    for (int h = 0; h < group; h++) {
      long query = qOffset + (long) h * size;
      float max = Float.NEGATIVE_INFINITY;
      for (int p = 0; p < positions; p++) {
        MemorySegment keys = head.keyPages[p / head.pageTokens];
        long at = (long) (p % head.pageTokens) * head.stride + head.headOffset;
        double sum = 0;
        for (int i = 0; i < size; i++) {
          sum += (double) get(q, query + i) * getHalf(keys, at + i);
        }
        scores[p] = (float) (sum * scale);
        max = Math.max(max, scores[p]);
      }
      double total = 0;
      for (int p = 0; p < positions; p++) {
        scores[p] = (float) Math.exp(scores[p] - max);
        total += scores[p];
      }
      Arrays.fill(sums, 0);
      for (int p = 0; p < positions; p++) {
        MemorySegment values = head.valuePages[p / head.pageTokens];
        long at = (long) (p % head.pageTokens) * head.stride + head.headOffset;
        for (int i = 0; i < size; i++) {
          sums[i] += (double) scores[p] * getHalf(values, at + i);
        }
      }
      for (int i = 0; i < size; i++) {
        set(out, outOffset + (long) h * size + i, (float) (sums[i] / total));
      }
    }
  }

  @Override
  public void swiGlu(MemorySegment gate, MemorySegment up, long from, long to) {
    for (long i = from; i < to; i++) {
      float g = get(gate, i);
      set(gate, i, (float) (g / (1 + Math.exp(-g))) * get(up, i));
    }
  }

  @Override
  public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
    for (int i = 0; i < count; i++) {
      set(x, xOffset + i, get(x, xOffset + i) + get(y, yOffset + i));
    }
  }

  private static float get(MemorySegment floats, long index) {
    return floats.get(JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
  }

  private static void set(MemorySegment floats, long index, float value) {
    floats.set(JAVA_FLOAT_UNALIGNED, index * Float.BYTES, value);
  }

  private static float getHalf(MemorySegment halves, long index) {
    return Float.float16ToFloat(halves.get(JAVA_SHORT_UNALIGNED, index * Short.BYTES));
  }
}
