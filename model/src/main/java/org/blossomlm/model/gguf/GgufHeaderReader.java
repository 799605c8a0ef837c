package org.blossomlm.model.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.model.tensor.TensorType;

/**
 * Reads and checks the header of one file, as specified by ggml's {@code docs/gguf.md}:
 *
 * <pre>
 * magic u32 | version u32 | tensor count u64 | pair count u64
 * pairs:   key string | type u32 | value
 * tensors: name string | dimension count u32 | dimensions u64 ... | type u32 | offset u64
 * padding to general.alignment | tensor data
 * </pre>
 *
 * A string is a u64 length and so many bytes, an array a u32 element type, a u64 count and the
 * elements.
 */
final class GgufHeaderReader {
  private final long fileBytes;
  private final GgufLimits limits;
  private final GgufCursor cursor;

  private GgufHeaderReader(Path path, MemorySegment start, long fileBytes, GgufLimits limits) {
    this.fileBytes = fileBytes;
    this.limits = limits;
    this.cursor = new GgufCursor(path, start, limits);
  }

  static GgufHeader read(Path path, MemorySegment file, GgufLimits limits) {
    return read(path, file, file.byteSize(), limits);
  }

  /**
   * Reads a header whose tensor data is elsewhere.
   *
   * @param start of the file, at least the header
   * @param fileBytes of the whole file
   */
  static GgufHeader read(Path path, MemorySegment start, long fileBytes, GgufLimits limits) {
    ForeignFormat.check(path, start);
    return new GgufHeaderReader(path, start, fileBytes, limits).read();
  }

  private GgufHeader read() {
    cursor.field("magic");
    cursor.int32();
    int version = version();
    cursor.field("tensor count");
    int tensorCount = cursor.count(24, limits.maxTensors(), "maxTensors");
    cursor.field("metadata pair count");
    int pairCount = cursor.count(13, limits.maxKeyValues(), "maxKeyValues");

    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (int i = 0; i < pairCount; i++) {
      readPair(i, values);
    }
    int alignment = alignment(values);
    List<TensorInfo> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < tensorCount; i++) {
      tensors.add(readTensor(i, alignment, names));
    }
    long dataOffset = GgufHeader.align(cursor.position(), alignment);
    checkExtents(tensors, dataOffset);
    return new GgufHeader(version, values, tensors, dataOffset);
  }

  private int version() {
    cursor.field("version");
    int version = cursor.int32();
    if (version == 2 || version == 3) {
      return version;
    }
    int swapped = Integer.reverseBytes(version);
    if (swapped >= 1 && swapped <= 0xFFFF) {
      throw cursor.error(
          "this is a big-endian file (version "
              + swapped
              + " with its bytes reversed); only little-endian files can be read:"
              + " get or convert the model again for a little-endian machine");
    }
    throw cursor.error(
        "found "
            + Integer.toUnsignedString(version)
            + ", allowed are 2 and 3; "
            + (version == 1
                ? "version 1 was in use for some weeks of August 2023: convert the model again"
                : "the file is damaged or newer than this program"));
  }

  private void readPair(int index, Map<String, GgufValue> values) {
    cursor.field("metadata pair " + index + ": key");
    String key = cursor.string(limits.maxKeyBytes(), "maxKeyBytes");
    cursor.field("key " + GgufException.quote(key));
    if (values.containsKey(key)) {
      throw cursor.error("appears twice; every key must be unique");
    }
    values.put(key, value(valueType()));
  }

  private GgufValueType valueType() {
    int id = cursor.int32();
    return GgufValueType.ofId(id)
        .orElseThrow(() ->
            cursor.error(
                "found value type " + Integer.toUnsignedString(id) + ", allowed are 0 to 12"));
  }

  private GgufValue value(GgufValueType type) {
    return switch (type) {
      case UINT8 -> new GgufValue.Int(type, cursor.int8() & 0xFF);
      case INT8 -> new GgufValue.Int(type, cursor.int8());
      case UINT16 -> new GgufValue.Int(type, cursor.int16() & 0xFFFF);
      case INT16 -> new GgufValue.Int(type, cursor.int16());
      case UINT32 -> new GgufValue.Int(type, cursor.int32() & 0xFFFF_FFFFL);
      case INT32 -> new GgufValue.Int(type, cursor.int32());
      case UINT64, INT64 -> new GgufValue.Int(type, cursor.int64());
      case FLOAT32 -> new GgufValue.Float32(cursor.float32());
      case FLOAT64 -> new GgufValue.Float64(cursor.float64());
      case BOOL -> new GgufValue.Bool(cursor.bool());
      case STRING -> new GgufValue.Text(cursor.string(limits.maxStringBytes(), "maxStringBytes"));
      case ARRAY -> {
        GgufValueType elementType = valueType();
        int length = arrayLength(elementType, limits.maxArrayLength());
        long from = cursor.position();
        skipElements(elementType, length, limits.maxArrayLength() - length, 1);
        yield new GgufArray(elementType, length, cursor.slice(from, cursor.position()));
      }
    };
  }

  private int arrayLength(GgufValueType elementType, int max) {
    return cursor.count(elementType.minBytes(), max, "maxArrayLength");
  }

  /**
   * Checks the elements of an array and moves behind them.
   *
   * @param budget how many elements the arrays inside may have together
   * @return what is left of the budget
   */
  private int skipElements(GgufValueType type, int length, int budget, int depth) {
    switch (type) {
      case STRING -> cursor.skipStrings(length);
      case BOOL -> {
        for (int i = 0; i < length; i++) {
          cursor.bool();
        }
      }
      case ARRAY -> {
        if (depth == limits.maxArrayDepth()) {
          throw cursor.error(
              "arrays are nested deeper than the " + depth + " levels allowed (maxArrayDepth)");
        }
        int left = budget;
        for (int i = 0; i < length; i++) {
          GgufValueType nested = valueType();
          int nestedLength = arrayLength(nested, left);
          left = skipElements(nested, nestedLength, left - nestedLength, depth + 1);
        }
        return left;
      }
      default -> cursor.advance((long) length * type.bytes());
    }
    return budget;
  }

  private int alignment(Map<String, GgufValue> values) {
    GgufValue value = values.get(GgufHeader.ALIGNMENT_KEY);
    if (value == null) {
      return GgufHeader.DEFAULT_ALIGNMENT;
    }
    cursor.field("key '" + GgufHeader.ALIGNMENT_KEY + "'");
    if (value instanceof GgufValue.Int(_, long alignment)
        && alignment > 0
        && alignment <= limits.maxAlignment()
        && Long.bitCount(alignment) == 1) {
      return (int) alignment;
    }
    throw cursor.error(
        "found "
            + value.type()
            + " "
            + GgufException.quote(value.toString())
            + ", allowed are powers of two up to "
            + limits.maxAlignment()
            + " (maxAlignment)");
  }

  private TensorInfo readTensor(int index, int alignment, Set<String> names) {
    cursor.field("tensor " + index + ": name");
    String name = cursor.string(limits.maxTensorNameBytes(), "maxTensorNameBytes");
    cursor.field("tensor " + GgufException.quote(name));
    if (!names.add(name)) {
      throw cursor.error("appears twice; every tensor name must be unique");
    }
    List<Long> dimensions = dimensions();
    TensorType type = tensorType();
    long bytes = bytes(type, dimensions);
    long offset = cursor.int64();
    if (offset < 0 || offset % alignment != 0) {
      throw cursor.error(
          "found the offset "
              + Long.toUnsignedString(offset)
              + ", allowed are multiples of the alignment "
              + alignment);
    }
    return new TensorInfo(name, type, dimensions, offset, bytes);
  }

  private List<Long> dimensions() {
    int count = cursor.int32();
    if (count < 0 || count > GgufHeader.MAX_DIMENSIONS) {
      throw cursor.error(
          "found "
              + Integer.toUnsignedString(count)
              + " dimensions, allowed are 0 to "
              + GgufHeader.MAX_DIMENSIONS);
    }
    var dimensions = new Long[count];
    for (int i = 0; i < count; i++) {
      dimensions[i] = cursor.int64();
      if (dimensions[i] < 1) {
        throw cursor.error(
            "found dimension "
                + i
                + " of "
                + Long.toUnsignedString(dimensions[i])
                + ", allowed are 1 to 2^63-1");
      }
    }
    return List.of(dimensions);
  }

  private TensorType tensorType() {
    int id = cursor.int32();
    return TensorType.ofGgufId(id)
        .orElseThrow(() -> cursor.error(UnsupportedTensorType.explain(id)));
  }

  private long bytes(TensorType type, List<Long> dimensions) {
    long columns = dimensions.isEmpty() ? 1 : dimensions.getFirst();
    if (columns % type.blockElements() != 0) {
      throw cursor.error(
          "found rows of "
              + columns
              + " elements, allowed are multiples of "
              + type.blockElements()
              + ", the block size of "
              + type);
    }
    try {
      long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
      return type.bytes(elements);
    } catch (ArithmeticException e) {
      throw cursor.error("found dimensions " + dimensions + ", whose product is no 63-bit number");
    }
  }

  private void checkExtents(List<TensorInfo> tensors, long dataOffset) {
    for (TensorInfo tensor : tensors) {
      cursor.field("tensor " + GgufException.quote(tensor.name()));
      // dataOffset is small, the other two may be anything: subtract instead of adding.
      long available = fileBytes - dataOffset;
      if (tensor.offset() > available || tensor.bytes() > available - tensor.offset()) {
        throw cursor.error(
            "needs "
                + tensor.bytes()
                + " bytes from byte "
                + tensor.offset()
                + " of the data section, which has "
                + Math.max(0, available)
                + " bytes; the file is damaged or was not copied completely");
      }
    }
    List<TensorInfo> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingLong(TensorInfo::offset));
    for (int i = 1; i < sorted.size(); i++) {
      TensorInfo before = sorted.get(i - 1);
      TensorInfo after = sorted.get(i);
      if (before.offset() + before.bytes() > after.offset()) {
        cursor.field("tensor " + GgufException.quote(after.name()));
        throw cursor.error(
            "starts at byte "
                + after.offset()
                + " of the data section, inside "
                + GgufException.quote(before.name())
                + ", which ends at byte "
                + (before.offset() + before.bytes()));
      }
    }
  }
}
