package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/*
 * Native code never reads a mapped file: where a file was shortened meanwhile, the JVM turns the signal into an error
 * only for its own accesses, and in C it would end the process. Rows are copied by Java first, when they are packed or,
 * unpacked, sixteen at a time into the cache.
 */
/** Kernels in C ({@code src/main/c}), called through the foreign function API. */
final class NativeKernels implements Kernels {
  /** Of {@code attention.c}. */
  private static final int MOST_QUERIES = 16;

  private static final int MOST_HEAD_ELEMENTS = 512;
  private static final ScalarKernels SCALAR = new ScalarKernels();

  @Override
  public String name() {
    return "native-" + NativeLibrary.variant();
  }

  private static boolean isFloat(TensorType type) {
    return type.blockElements() == 1;
  }

  @Override
  public long packedBytes(Matrix matrix) {
    return isFloat(matrix.type())
        ? matrix.rows() * matrix.tensor().rowBytes()
        : NativeCalls.packedBytes(matrix.type().ggufId(), matrix.columns(), matrix.rows());
  }

  @Override
  public MemorySegment allocate(long bytes, Arena arena) {
    long address = NativeCalls.allocate(bytes);
    if (address == 0) {
      throw new OutOfMemoryError("cannot allocate " + bytes + " bytes for packed weights");
    }
    return MemorySegment.ofAddress(address)
        .reinterpret(bytes, arena, freed -> NativeCalls.free(freed.address(), bytes));
  }

  @Override
  public void pack(
      Matrix matrix, int firstRow, int lastRow, MemorySegment packed, Scratch scratch) {
    long rowBytes = matrix.tensor().rowBytes();
    if (isFloat(matrix.type())) {
      long at = firstRow * rowBytes;
      MemorySegment.copy(matrix.tensor().data(), at, packed, at, (lastRow - firstRow) * rowBytes);
      return;
    }
    long tileBytes = NativeCalls.packedBytes(matrix.type().ggufId(), matrix.columns(), ROW_TILE);
    for (int row = firstRow; row < lastRow; row += ROW_TILE) {
      int rows = Math.min(ROW_TILE, lastRow - row);
      long copy = copyRows(matrix, row, rows, scratch);
      long target = packed.address() + row / ROW_TILE * tileBytes;
      NativeCalls.pack(matrix.type().ggufId(), copy, matrix.columns(), 0, rows, target);
    }
  }

  private static long copyRows(Matrix matrix, int row, int rows, Scratch scratch) {
    long rowBytes = matrix.tensor().rowBytes();
    MemorySegment copy = scratch.bytes(ROW_TILE * rowBytes);
    MemorySegment.copy(matrix.tensor().data(), row * rowBytes, copy, 0, rows * rowBytes);
    return copy.address();
  }

  @Override
  public void release(MemorySegment mapped) {
    NativeCalls.release(mapped.address(), mapped.byteSize());
  }

  @Override
  public long encodedBytes(int columns) {
    return NativeCalls.encodedBytes(columns);
  }

  @Override
  public boolean encodes(TensorType type) {
    return !isFloat(type);
  }

  @Override
  public void encode(ProductInput input, int firstToken, int lastToken) {
    int columns = input.columns();
    long from = input.floats().address() + 4L * firstToken * columns;
    long to = input.encoded().address() + firstToken * NativeCalls.encodedBytes(columns);
    NativeCalls.encode(from, columns, lastToken - firstToken, to);
  }

  @Override
  public void matmul(
      Matrix weights,
      int firstRow,
      int lastRow,
      ProductInput x,
      int tokens,
      MemorySegment out,
      Scratch scratch) {
    if (weights.isPacked()) {
      long packed = weights.packed().address();
      multiply(weights, packed, 0, firstRow, lastRow, x, tokens, out.address());
      return;
    }
    long rowBytes = weights.tensor().rowBytes();
    for (int row = firstRow; row < lastRow; row += ROW_TILE) {
      int rows = Math.min(ROW_TILE, lastRow - row);
      long copy = copyRows(weights, row, rows, scratch);
      multiply(weights, copy, rowBytes, 0, rows, x, tokens, out.address() + 4L * row);
    }
  }

  private static void multiply(
      Matrix weights,
      long address,
      long rowBytes,
      int first,
      int last,
      ProductInput x,
      int tokens,
      long out) {
    int type = weights.type().ggufId();
    int columns = weights.columns();
    int rows = weights.rows();
    if (isFloat(weights.type())) {
      long floats = x.floats().address();
      NativeCalls.matmulFloats(type, address, columns, first, last, floats, tokens, out, rows);
    } else {
      long encoded = x.encoded().address();
      NativeCalls.matmul(type, address, rowBytes, columns, first, last, encoded, tokens, out, rows);
    }
  }

  @Override
  public void embed(Tensor table, int row, MemorySegment out, long outOffset, Scratch scratch) {
    int columns = (int) table.columns();
    float[] decoded = scratch.row(columns);
    Dequantizer.dequantize(table.type(), table.data(), row * table.rowBytes(), columns, decoded, 0);
    MemorySegment.copy(decoded, 0, out, JAVA_FLOAT_UNALIGNED, 4 * outOffset, columns);
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
    NativeCalls.rmsNorm(at(x, xOffset), weight.address(), at(out, outOffset), size, epsilon);
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
    long table = at(cosSin, tableOffset);
    NativeCalls.rope(at(x, offset), heads, headSize, table, rotated, halves ? 1 : 0);
  }

  @Override
  public void store(
      KvType type, MemorySegment x, long offset, MemorySegment target, long at, int count) {
    NativeCalls.store(type.ordinal(), at(x, offset), target.address() + at, count);
  }

  @Override
  public int attentionQueries() {
    return 12; // Two tiles of attention.c.
  }

  @Override
  public void attention(AttentionTask task, Scratch scratch) {
    // Both are beyond every model in use; the specification has no limits.
    if (task.headSize > MOST_HEAD_ELEMENTS || task.tokens * task.group > MOST_QUERIES) {
      SCALAR.attention(task, scratch);
      return;
    }
    NativeCalls.attention(
        task.type.ordinal(),
        at(task.query, task.queryOffset),
        task.tokenStride,
        task.tokens,
        task.group,
        task.headSize,
        task.pageTable.address(),
        task.pageTokens,
        task.keyOffset,
        task.valueOffset,
        task.rowBytes,
        task.firstPosition,
        task.from,
        task.to,
        task.scale,
        at(task.partial, task.partialOffset));
  }

  @Override
  public void swiGlu(
      MemorySegment gate, MemorySegment up, int tokens, int stride, int from, int to) {
    NativeCalls.swiGlu(gate.address(), up.address(), tokens, stride, from, to);
  }

  @Override
  public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int count) {
    NativeCalls.add(at(x, xOffset), at(y, yOffset), count);
  }

  private static long at(MemorySegment floats, long element) {
    return floats.address() + 4 * element;
  }
}
