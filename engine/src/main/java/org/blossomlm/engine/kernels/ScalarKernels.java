package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
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
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput input,
      int tokens,
      MemorySegment out,
      Scratch scratch) {
    Tensor tensor = weights.tensor();
    MemorySegment x = input.floats();
    int columns = weights.columns();
    long rows = weights.rows();
    float[] row = scratch.row(columns);
    for (int r = firstRow; r < lastRow; r++) {
      Dequantizer.dequantize(tensor.type(), tensor.data(), r * tensor.rowBytes(), columns, row, 0);
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
      int heads,
      int headSize,
      MemorySegment cosSin,
      long tableOffset,
      int rotated,
      boolean halves) {
    int half = rotated / 2;
    for (int h = 0; h < heads; h++) {
      long head = offset + (long) h * headSize;
      for (int i = 0; i < half; i++) {
        long first = head + (halves ? i : 2L * i);
        long second = halves ? first + half : first + 1;
        float cos = get(cosSin, tableOffset + 2L * i);
        float sin = get(cosSin, tableOffset + 2L * i + 1);
        float a = get(x, first);
        float b = get(x, second);
        set(x, first, a * cos - b * sin);
        set(x, second, a * sin + b * cos);
      }
    }
  }

  @Override
  public void store(
      KvType type, MemorySegment x, long offset, MemorySegment target, long at, int count) {
    switch (type) {
      case F16 -> {
        for (int i = 0; i < count; i++) {
          short half = Float.floatToFloat16(get(x, offset + i));
          target.set(JAVA_SHORT_UNALIGNED, at + 2L * i, half);
        }
      }
      case Q8_0 -> {
        for (int i = 0; i < count; i += KvType.BLOCK) {
          storeBlock(x, offset + i, target, at + (long) i / KvType.BLOCK * KvType.BLOCK_BYTES);
        }
      }
    }
  }

  private static void storeBlock(MemorySegment x, long offset, MemorySegment target, long at) {
    float largest = 0;
    for (int i = 0; i < KvType.BLOCK; i++) {
      largest = Math.max(largest, Math.abs(get(x, offset + i)));
    }
    float d = largest / 127;
    float inverse = d == 0 ? 0 : 1 / d;
    target.set(JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(d));
    for (int i = 0; i < KvType.BLOCK; i++) {
      target.set(JAVA_BYTE, at + 2 + i, (byte) Math.rint(get(x, offset + i) * inverse));
    }
  }

  @Override
  public void attention(AttentionTask task, Scratch scratch) {
    for (int t = 0; t < task.tokens; t++) {
      for (int h = 0; h < task.group; h++) {
        attention(task, t, h, scratch);
      }
    }
  }

  private static void attention(AttentionTask task, int t, int h, Scratch scratch) {
    int size = task.headSize;
    int end = task.end(t);
    float[] scores = scratch.scores(end - task.from);
    double[] sums = new double[size];
    long query = task.queryOffset + t * task.tokenStride + (long) h * size;
    float max = Float.NEGATIVE_INFINITY;
    for (int p = task.from; p < end; p++) {
      double sum = 0;
      for (int i = 0; i < size; i++) {
        float key = task.type.element(task.page(p), task.keyAt(p), i);
        sum += (double) get(task.query, query + i) * key;
      }
      scores[p - task.from] = (float) (sum * task.scale);
      max = Math.max(max, scores[p - task.from]);
    }
    double total = 0;
    for (int p = task.from; p < end; p++) {
      float weight = (float) Math.exp(scores[p - task.from] - max);
      total += weight;
      for (int i = 0; i < size; i++) {
        sums[i] += (double) weight * task.type.element(task.page(p), task.valueAt(p), i);
      }
    }
    long out = task.partialOffset + ((long) t * task.group + h) * task.partialSize();
    for (int i = 0; i < size; i++) {
      set(task.partial, out + i, (float) sums[i]);
    }
    set(task.partial, out + size, max);
    set(task.partial, out + size + 1, (float) total);
  }

  @Override
  public void swiGlu(
      MemorySegment gate, MemorySegment up, int tokens, int stride, int from, int to) {
    for (int t = 0; t < tokens; t++) {
      long row = (long) t * stride;
      for (long i = row + from; i < row + to; i++) {
        float g = get(gate, i);
        set(gate, i, (float) (g / (1 + Math.exp(-g))) * get(up, i));
      }
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
}
