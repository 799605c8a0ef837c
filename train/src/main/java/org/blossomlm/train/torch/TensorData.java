package org.blossomlm.train.torch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.tensor.TensorType;
import org.blossomlm.train.TrainException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numbers that cross the border between Java and libtorch. */
public final class TensorData {
  private static final int PIECE = 1 << 26;

  private TensorData() {}

  /** Memory that somebody else owns. */
  private static final class Address extends Pointer {
    Address(MemorySegment data) {
      address = data.address();
      limit = data.byteSize();
      capacity = limit;
    }
  }

  /**
   * A tensor over memory outside the heap, without copying. The memory must stay as long as the
   * tensor; that of a mapped file must not be written to.
   *
   * @param data at least as many bytes as shape and type take; copied where it is not aligned to
   *     its elements
   */
  public static Tensor view(MemorySegment data, ScalarType type, long... shape) {
    long bytes = bytes(type, shape);
    if (!data.isNative() || data.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "%d bytes of %s memory for a tensor of %d bytes"
              .formatted(data.byteSize(), data.isNative() ? "native" : "heap", bytes));
    }
    Tensor tensor = torch.from_blob(new Address(data), shape, new TensorOptions(type));
    return data.address() % torch.elementSize(type) == 0 ? tensor : tensor.clone();
  }

  private static long bytes(ScalarType type, long[] shape) {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return Math.multiplyExact(elements, torch.elementSize(type));
  }

  /** A new tensor of 64-bit integers, which indices are. */
  public static Tensor indices(int[] values, long... shape) {
    try (var pointer = new IntPointer(values)) {
      return torch.from_blob(pointer, shape, new TensorOptions(ScalarType.Int)).to(ScalarType.Long);
    }
  }

  /** A new tensor of float32. */
  public static Tensor floats(float[] values, long... shape) {
    try (var pointer = new FloatPointer(values)) {
      return torch.from_blob(pointer, shape, new TensorOptions(ScalarType.Float)).clone();
    }
  }

  /** All elements in order, as float32. */
  public static float[] floats(Tensor tensor) {
    try (var _ = new Scope()) {
      Tensor plain = plain(tensor.to(ScalarType.Float));
      var values = new float[Math.toIntExact(plain.numel())];
      new FloatPointer(plain.data_ptr()).get(values);
      return values;
    }
  }

  /** Where the elements lie in order, on the CPU. */
  private static Tensor plain(Tensor tensor) {
    return tensor.detach().cpu().contiguous();
  }

  /** Writes the bytes of all elements, little-endian. */
  public static void writeTo(Tensor tensor, WritableByteChannel out) throws IOException {
    try (var _ = new Scope()) {
      Tensor plain = plain(tensor);
      long bytes = plain.nbytes();
      for (long from = 0; from < bytes; from += PIECE) {
        int size = (int) Math.min(PIECE, bytes - from);
        var piece = new BytePointer(plain.data_ptr()).getPointer(from).capacity(size);
        ByteBuffer buffer = piece.asByteBuffer();
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
      }
    }
  }

  /** The type of plain numbers. */
  public static ScalarType scalarType(SafetensorsType type) {
    return switch (type) {
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case F64 -> ScalarType.Double;
      case U8 -> ScalarType.Byte;
      case I8 -> ScalarType.Char;
      case I32 -> ScalarType.Int;
      case I64 -> ScalarType.Long;
      default ->
          throw new TrainException(
              "tensors of type " + type + " cannot be trained; allowed are F32, F16, BF16, F64");
    };
  }

  /** The type of plain numbers; quantised blocks have none. */
  public static ScalarType scalarType(TensorType type) {
    return switch (type) {
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      default -> throw new IllegalArgumentException(type + " has no plain numbers");
    };
  }

  /** The type in a safetensors file. */
  public static SafetensorsType safetensorsType(Tensor tensor) {
    return safetensorsType(tensor.scalar_type());
  }

  /** The type in a safetensors file. */
  public static SafetensorsType safetensorsType(ScalarType type) {
    return switch (type.intern()) {
      case Float -> SafetensorsType.F32;
      case Half -> SafetensorsType.F16;
      case BFloat16 -> SafetensorsType.BF16;
      case Double -> SafetensorsType.F64;
      case Byte -> SafetensorsType.U8;
      case Char -> SafetensorsType.I8;
      case Int -> SafetensorsType.I32;
      case Long -> SafetensorsType.I64;
      default -> throw new IllegalArgumentException(type + " in safetensors");
    };
  }
}
