package org.blossomlm.engine.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/*
 * The handles are static finals: only then does the JIT compile a call to a plain jump. Addresses are passed as numbers,
 * since wrapping them in segments would allocate. A class of its own, so that nothing is linked before the library was
 * found to be usable.
 */
/** The functions of the native library, see the C files for their parameters. */
final class NativeCalls {
  private static final MethodHandle PACKED_BYTES =
      NativeLibrary.handle("blossom_packed_bytes", of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PACK =
      NativeLibrary.handle(
          "blossom_pack", ofVoid(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ALLOCATE =
      NativeLibrary.handle("blossom_allocate", of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE =
      NativeLibrary.handle("blossom_free", ofVoid(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle RELEASE =
      NativeLibrary.handle("blossom_release", ofVoid(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ENCODED_BYTES =
      NativeLibrary.variantHandle("encoded_bytes", of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ENCODE =
      NativeLibrary.variantHandle("encode", ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MATMUL =
      NativeLibrary.variantHandle(
          "matmul",
          ofVoid(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MATMUL_FLOATS =
      NativeLibrary.variantHandle(
          "matmul_floats",
          ofVoid(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG));
  private static final MethodHandle RMS_NORM =
      NativeLibrary.variantHandle(
          "rms_norm", ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_FLOAT));
  private static final MethodHandle ROPE =
      NativeLibrary.variantHandle(
          "rope", ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle STORE =
      NativeLibrary.variantHandle("store", ofVoid(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ATTENTION =
      NativeLibrary.variantHandle(
          "attention",
          ofVoid(
              JAVA_INT,
              JAVA_LONG,
              JAVA_LONG,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_LONG,
              JAVA_INT,
              JAVA_LONG,
              JAVA_LONG,
              JAVA_LONG,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_FLOAT,
              JAVA_LONG));
  private static final MethodHandle SWIGLU =
      NativeLibrary.variantHandle(
          "swiglu", ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ADD =
      NativeLibrary.variantHandle("add", ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private NativeCalls() {}

  private static FunctionDescriptor of(MemoryLayout result, MemoryLayout... parameters) {
    return FunctionDescriptor.of(result, parameters);
  }

  private static FunctionDescriptor ofVoid(MemoryLayout... parameters) {
    return FunctionDescriptor.ofVoid(parameters);
  }

  /** A native function throws nothing; this is what {@code invokeExact} is declared to. */
  private static IllegalStateException unexpected(Throwable e) {
    return e instanceof Error error ? raise(error) : new IllegalStateException(e);
  }

  private static IllegalStateException raise(Error error) {
    throw error;
  }

  static long packedBytes(int type, long columns, long rows) {
    try {
      return (long) PACKED_BYTES.invokeExact(type, columns, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void pack(int type, long file, long columns, long first, long last, long packed) {
    try {
      PACK.invokeExact(type, file, columns, first, last, packed);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Address of fresh memory, 0 if there is none. */
  static long allocate(long bytes) {
    try {
      return (long) ALLOCATE.invokeExact(bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void free(long address, long bytes) {
    try {
      FREE.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void release(long address, long bytes) {
    try {
      RELEASE.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static long encodedBytes(long columns) {
    try {
      return (long) ENCODED_BYTES.invokeExact(columns);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void encode(long x, long columns, long tokens, long encoded) {
    try {
      ENCODE.invokeExact(x, columns, tokens, encoded);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void matmul(
      int type,
      long weights,
      long rowBytes,
      long columns,
      long first,
      long last,
      long encoded,
      long tokens,
      long out,
      long stride) {
    try {
      MATMUL.invokeExact(
          type, weights, rowBytes, columns, first, last, encoded, tokens, out, stride);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void matmulFloats(
      int type,
      long weights,
      long columns,
      long first,
      long last,
      long x,
      long tokens,
      long out,
      long stride) {
    try {
      MATMUL_FLOATS.invokeExact(type, weights, columns, first, last, x, tokens, out, stride);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void rmsNorm(long x, long weight, long out, long size, float epsilon) {
    try {
      RMS_NORM.invokeExact(x, weight, out, size, epsilon);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void rope(long x, long heads, long headSize, long cosSin, long rotated, int halves) {
    try {
      ROPE.invokeExact(x, heads, headSize, cosSin, rotated, halves);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void store(int type, long x, long target, long count) {
    try {
      STORE.invokeExact(type, x, target, count);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void attention(
      int type,
      long query,
      long tokenStride,
      int tokens,
      int group,
      int headSize,
      long pages,
      int pageTokens,
      long keyOffset,
      long valueOffset,
      long rowBytes,
      int firstPosition,
      int from,
      int to,
      float scale,
      long partial) {
    try {
      ATTENTION.invokeExact(
          type,
          query,
          tokenStride,
          tokens,
          group,
          headSize,
          pages,
          pageTokens,
          keyOffset,
          valueOffset,
          rowBytes,
          firstPosition,
          from,
          to,
          scale,
          partial);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void swiGlu(long gate, long up, long tokens, long stride, long from, long to) {
    try {
      SWIGLU.invokeExact(gate, up, tokens, stride, from, to);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void add(long x, long y, long count) {
    try {
      ADD.invokeExact(x, y, count);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
