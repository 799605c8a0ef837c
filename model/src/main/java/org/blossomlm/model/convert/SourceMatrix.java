package org.blossomlm.model.convert;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;

/**
 * A matrix of a mapped file, to be written in another type or with its rows in another order. A
 * vector is a matrix of single elements where its order changes, and one row where it does not.
 *
 * @param name in the new file
 * @param format of plain numbers; empty for quantised blocks, which {@code decoder} knows
 * @param sourceRow the row of the source for a row of the result
 */
@SuppressWarnings("ReferenceEquality") // HeadPermutation.NONE is one object.
record SourceMatrix(
    String name,
    MemorySegment data,
    Optional<NumberFormat> format,
    Decoder decoder,
    long rows,
    int columns,
    LongUnaryOperator sourceRow) {

  /** Decodes {@code count} numbers at a byte offset. */
  @FunctionalInterface
  interface Decoder {
    void decode(MemorySegment source, long offset, int count, float[] target, int at);
  }

  static SourceMatrix of(
      String name, SafetensorsTensor tensor, NumberFormat format, LongUnaryOperator sourceRow) {
    long last = tensor.shape().isEmpty() ? 1 : tensor.shape().getLast();
    return of(
        name,
        tensor.data(),
        Optional.of(format),
        format::decode,
        tensor.elements(),
        last,
        tensor.shape().size() > 1,
        sourceRow);
  }

  static SourceMatrix of(String name, Tensor tensor, LongUnaryOperator sourceRow) {
    Optional<NumberFormat> format = NumberFormat.of(tensor.type());
    Decoder decoder =
        format.isPresent()
            ? format.get()::decode
            : (source, offset, count, target, at) ->
                Dequantizer.dequantize(tensor.type(), source, offset, count, target, at);
    return of(
        name,
        tensor.data(),
        format,
        decoder,
        tensor.elements(),
        tensor.columns(),
        tensor.dimensions().size() > 1,
        sourceRow);
  }

  private static SourceMatrix of(
      String name,
      MemorySegment data,
      Optional<NumberFormat> format,
      Decoder decoder,
      long elements,
      long last,
      boolean matrix,
      LongUnaryOperator sourceRow) {
    boolean single = !matrix && sourceRow != HeadPermutation.NONE;
    int columns = single ? 1 : Math.toIntExact(last);
    return new SourceMatrix(
        name, data, format, decoder, columns == 0 ? 0 : elements / columns, columns, sourceRow);
  }

  private long rowBytes() {
    return rows == 0 ? 0 : data.byteSize() / rows;
  }

  /** Writes all rows as {@code target} has them. */
  void writeTo(WritableByteChannel out, RowEncoder target, RowPipeline pipeline)
      throws IOException {
    boolean same = format.isPresent() && target.format().equals(format);
    if (same && sourceRow == HeadPermutation.NONE) {
      pipeline.copy(name, data, out);
    } else {
      pipeline.write(
          name, rows, columns, same ? this::copyRows : (from, to) -> encode(from, to, target), out);
    }
  }

  private byte[] copyRows(long from, long to) {
    int size = Math.toIntExact(rowBytes());
    var bytes = new byte[Math.toIntExact((to - from) * size)];
    MemorySegment target = MemorySegment.ofArray(bytes);
    for (long row = from; row < to; row++) {
      MemorySegment.copy(
          data, sourceRow.applyAsLong(row) * size, target, (row - from) * size, size);
    }
    return bytes;
  }

  private byte[] encode(long from, long to, RowEncoder target) {
    int count = Math.toIntExact((to - from) * columns);
    var numbers = new float[count];
    if (sourceRow == HeadPermutation.NONE) {
      decoder.decode(data, from * rowBytes(), count, numbers, 0);
    } else {
      for (long row = from; row < to; row++) {
        decoder.decode(
            data,
            sourceRow.applyAsLong(row) * rowBytes(),
            columns,
            numbers,
            Math.toIntExact((row - from) * columns));
      }
    }
    return target.encode(name, numbers);
  }

  /** Whether every number is zero. */
  boolean isZero() {
    for (long row = 0; row < rows; row++) {
      var numbers = new float[columns];
      decoder.decode(data, row * rowBytes(), columns, numbers, 0);
      for (float number : numbers) {
        if (number != 0) {
          return false;
        }
      }
    }
    return true;
  }
}
