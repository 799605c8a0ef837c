package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/** The factors of a product as the specification has them: what kernels are compared with. */
final class ExactProducts {
  private ExactProducts() {}

  /** What 8-bit activations of token {@code t} stand for; columns are a multiple of 32. */
  static double[] rounded(MemorySegment x, int t, int columns) {
    double[] values = new double[columns];
    for (int block = 0; block < columns; block += 32) {
      float largest = 0;
      for (int i = block; i < block + 32; i++) {
        largest = Math.max(largest, Math.abs(at(x, t * columns + i)));
      }
      float inverse = 127 / largest;
      for (int i = block; i < block + 32; i++) {
        values[i] = (double) (largest / 127) * Math.rint(at(x, t * columns + i) * inverse);
      }
    }
    return values;
  }

  /** The decoded weights of a row. */
  static float[] row(Tensor tensor, int row) {
    int columns = (int) tensor.columns();
    float[] decoded = new float[columns];
    long at = row * tensor.rowBytes();
    Dequantizer.dequantize(tensor.type(), tensor.data(), at, columns, decoded, 0);
    return decoded;
  }

  /** The largest magnitude. */
  static double largest(float[] row) {
    double largest = 0;
    for (float v : row) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  static float at(MemorySegment floats, int index) {
    return floats.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }
}
