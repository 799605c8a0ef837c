package org.blossomlm.model.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An array value: a view of its encoded elements, which stay in the mapped file. Vocabularies have
 * hundreds of thousands of elements that most programs never ask for; nothing is decoded or boxed
 * before somebody does. Two arrays are equal if their type and encoding are.
 *
 * <p>An array read from a file must not be used after that file was closed ({@link
 * IllegalStateException}). Safe for use by many threads.
 *
 * <p>String elements may hold bytes that are no UTF-8 (vocabularies of old converters do): each
 * malformed sequence reads as U+FFFD, and {@link #bytesAt} gives the bytes themselves.
 */
public final class GgufArray implements GgufValue {
  private final GgufValueType elementType;
  private final int length;
  private final MemorySegment data;

  /** Where strings and nested arrays start, once somebody asked for one by its index. */
  private volatile long @Nullable [] offsets;

  /**
   * @param data the encoded elements, checked by the caller: as many as {@code length}, and no byte
   *     more
   */
  GgufArray(GgufValueType elementType, int length, MemorySegment data) {
    this.elementType = elementType;
    this.length = length;
    this.data = data;
  }

  /** An array of STRING; unpaired surrogates are errors. */
  public static GgufArray ofStrings(List<String> strings) {
    var out = new GgufEncoder();
    strings.forEach(out::string);
    return out.toArray(GgufValueType.STRING, strings.size());
  }

  /** An array of INT32. */
  public static GgufArray ofInts(int... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(4, values.length)]);
    MemorySegment.copy(values, 0, data, LittleEndian.INT, 0, values.length);
    return new GgufArray(GgufValueType.INT32, values.length, data.asReadOnly());
  }

  /** An array of FLOAT32. */
  public static GgufArray ofFloats(float... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(4, values.length)]);
    MemorySegment.copy(values, 0, data, LittleEndian.FLOAT, 0, values.length);
    return new GgufArray(GgufValueType.FLOAT32, values.length, data.asReadOnly());
  }

  /**
   * An array of any type.
   *
   * @throws IllegalArgumentException if a value is of another type than {@code elementType}
   */
  public static GgufArray of(GgufValueType elementType, List<? extends GgufValue> values) {
    var out = new GgufEncoder();
    for (GgufValue value : values) {
      if (value.type() != elementType) {
        throw new IllegalArgumentException(value.type() + " in an array of " + elementType);
      }
      out.value(value);
    }
    return out.toArray(elementType, values.size());
  }

  @Override
  public GgufValueType type() {
    return GgufValueType.ARRAY;
  }

  public GgufValueType elementType() {
    return elementType;
  }

  public int length() {
    return length;
  }

  /** The element at {@code index} with its type. */
  public GgufValue get(int index) {
    return switch (elementType) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
          new Int(elementType, longAt(index));
      case FLOAT32 -> new Float32(data.get(LittleEndian.FLOAT, offset(index)));
      case FLOAT64 -> new Float64(data.get(LittleEndian.DOUBLE, offset(index)));
      case BOOL -> new Bool(data.get(JAVA_BYTE, offset(index)) != 0);
      case STRING -> new Text(new String(bytesAt(index), StandardCharsets.UTF_8));
      case ARRAY -> arrayAt(index);
    };
  }

  /** The bytes of a string as the file holds them. */
  public byte[] bytesAt(int index) {
    require(elementType == GgufValueType.STRING, "strings");
    long offset = offset(index);
    long bytes = data.get(LittleEndian.LONG, offset);
    return data.asSlice(offset + Long.BYTES, bytes).toArray(JAVA_BYTE);
  }

  /** All strings, in an unmodifiable list. */
  public List<String> strings() {
    require(elementType == GgufValueType.STRING, "strings");
    var strings = new String[length];
    // One copy of all bytes: while the code is still interpreted, which it is for the vocabulary at
    // start-up, each access to the mapped memory costs as much as a whole short string.
    byte[] bytes = data.toArray(JAVA_BYTE);
    ByteBuffer lengths = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    for (int i = 0; i < length; i++) {
      int count = (int) lengths.getLong(at);
      strings[i] = new String(bytes, at + Long.BYTES, count, StandardCharsets.UTF_8);
      at += Long.BYTES + count;
    }
    return Collections.unmodifiableList(Arrays.asList(strings));
  }

  /**
   * All integers; unsigned ones widened.
   *
   * @throws ArithmeticException if one does not fit an {@code int}
   */
  public int[] ints() {
    require(elementType.isInteger(), "integers");
    if (elementType == GgufValueType.INT32) {
      return data.toArray(LittleEndian.INT);
    }
    var ints = new int[length];
    for (int i = 0; i < length; i++) {
      ints[i] = Math.toIntExact(longAt(i));
    }
    return ints;
  }

  /** All floats; those of 64 bits rounded. */
  public float[] floats() {
    if (elementType == GgufValueType.FLOAT32) {
      return data.toArray(LittleEndian.FLOAT);
    }
    require(elementType == GgufValueType.FLOAT64, "floats");
    var floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = (float) data.get(LittleEndian.DOUBLE, 8L * i);
    }
    return floats;
  }

  /** The encoded elements. */
  MemorySegment data() {
    return data;
  }

  private long longAt(int index) {
    long at = offset(index);
    return switch (elementType) {
      case UINT8 -> data.get(JAVA_BYTE, at) & 0xFF;
      case INT8 -> data.get(JAVA_BYTE, at);
      case UINT16 -> data.get(LittleEndian.SHORT, at) & 0xFFFF;
      case INT16 -> data.get(LittleEndian.SHORT, at);
      case UINT32 -> data.get(LittleEndian.INT, at) & 0xFFFF_FFFFL;
      case INT32 -> data.get(LittleEndian.INT, at);
      case UINT64, INT64 -> data.get(LittleEndian.LONG, at);
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw new IllegalStateException();
    };
  }

  private GgufArray arrayAt(int index) {
    long at = offset(index);
    GgufValueType type = nestedType(at);
    int nested = Math.toIntExact(data.get(LittleEndian.LONG, at + 4));
    long from = at + GgufValueType.ARRAY.minBytes();
    return new GgufArray(type, nested, data.asSlice(from, encodedEnd(at) - from));
  }

  private GgufValueType nestedType(long at) {
    return GgufValueType.ofId(data.get(LittleEndian.INT, at)).orElseThrow();
  }

  private long offset(int index) {
    if (index < 0 || index >= length) {
      throw new IndexOutOfBoundsException("index " + index + " of an array of " + length);
    }
    return elementType.bytes() > 0 ? (long) elementType.bytes() * index : offsets()[index];
  }

  private long[] offsets() {
    long[] known = offsets;
    if (known == null) {
      known = new long[length];
      long at = 0;
      for (int i = 0; i < length; i++) {
        known[i] = at;
        at =
            elementType == GgufValueType.STRING
                ? at + Long.BYTES + data.get(LittleEndian.LONG, at)
                : encodedEnd(at);
      }
      offsets = known;
    }
    return known;
  }

  /** Where the nested array that starts at {@code at} ends. Its depth was bounded on reading. */
  private long encodedEnd(long at) {
    GgufValueType type = nestedType(at);
    long count = data.get(LittleEndian.LONG, at + 4);
    long end = at + GgufValueType.ARRAY.minBytes();
    if (type.bytes() > 0) {
      return end + count * type.bytes();
    }
    for (long i = 0; i < count; i++) {
      end =
          type == GgufValueType.STRING
              ? end + Long.BYTES + data.get(LittleEndian.LONG, end)
              : encodedEnd(end);
    }
    return end;
  }

  private void require(boolean condition, String asked) {
    if (!condition) {
      throw new IllegalStateException("an array of " + elementType + " has no " + asked);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GgufArray that
        && elementType == that.elementType
        && length == that.length
        && data.mismatch(that.data) < 0;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * elementType.hashCode() + length) + Long.hashCode(data.byteSize());
  }

  /** The first elements and the number of all. */
  @Override
  public String toString() {
    int shown = Math.min(length, 8);
    String elements =
        IntStream.range(0, shown)
            .mapToObj(i -> get(i).toString())
            .collect(Collectors.joining(", "));
    return shown == length ? "[" + elements + "]" : "[" + elements + ", … " + length + " elements]";
  }
}
