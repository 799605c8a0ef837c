package org.blossomlm.model.safetensors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The start of a file: eight bytes with the length of the JSON that follows, then an object with
 * {@code dtype}, {@code shape} and {@code data_offsets} of every tensor. The offsets count from the
 * end of the JSON; together the tensors fill the rest of the file without gap or overlap.
 *
 * @param metadata of {@code __metadata__}: free text by keys
 * @param tensors in the order of their bytes
 */
record SafetensorsHeader(Map<String, String> metadata, List<SafetensorsTensor> tensors) {
  static final int LENGTH_BYTES = 8;
  static final String METADATA = "__metadata__";
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A tensor as the header gives it, before its place was checked. */
  private record Entry(String name, SafetensorsType type, List<Long> shape, long begin, long end) {}

  /**
   * Reads and checks the header of a whole file.
   *
   * @throws SafetensorsException naming the file, the tensor, what was found and what is allowed
   */
  static SafetensorsHeader read(Path path, MemorySegment file, SafetensorsLimits limits) {
    return new Reader(path, file, limits).read();
  }

  private record Reader(Path path, MemorySegment file, SafetensorsLimits limits) {
    SafetensorsHeader read() {
      ForeignWeights.check(path, file);
      if (file.byteSize() < LENGTH_BYTES + 2) {
        throw fail(
            "the file has " + file.byteSize() + " bytes; even an empty one has 10; is it cut off?");
      }
      long length = file.get(LONG, 0);
      if (length < 0 || length > limits.maxHeaderBytes()) {
        throw fail(
            "its header says to be %s bytes long; at most %d are allowed (maxHeaderBytes)"
                .formatted(Long.toUnsignedString(length), limits.maxHeaderBytes()));
      }
      long dataBytes = file.byteSize() - LENGTH_BYTES - length;
      if (dataBytes < 0) {
        throw fail(
            "its header is %d bytes long, but the file ends after %d; the file is cut off, copy or"
                    .formatted(length, file.byteSize() - LENGTH_BYTES)
                + " download it again");
      }
      byte[] json = file.asSlice(LENGTH_BYTES, length).toArray(JAVA_BYTE);
      if (json.length == 0 || json[0] != '{') {
        throw fail("not a safetensors file: its header does not begin with '{'");
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      List<Entry> entries = entries(json, metadata);
      return new SafetensorsHeader(metadata, place(entries, LENGTH_BYTES + length, dataBytes));
    }

    private List<Entry> entries(byte[] json, Map<String, String> metadata) {
      JsonFactory factory =
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(8)
                      .maxNameLength(limits.maxNameBytes())
                      .maxStringLength(limits.maxNameBytes())
                      .maxDocumentLength(limits.maxHeaderBytes())
                      .build())
              .build();
      List<Entry> entries = new ArrayList<>();
      try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
        require(parser.nextToken() == JsonToken.START_OBJECT, "the header is not an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          if (name.equals(METADATA)) {
            readMetadata(parser, metadata);
          } else {
            entries.add(entry(name, parser));
            require(
                entries.size() <= limits.maxTensors(),
                "there are more than " + limits.maxTensors() + " tensors (maxTensors)");
          }
        }
        require(parser.nextToken() == null, "something follows the JSON of the header");
        return entries;
      } catch (JacksonException e) {
        throw new SafetensorsException(
            path
                + ": its header is not valid: "
                + String.valueOf(e.getOriginalMessage()).replaceAll("\\p{Cntrl}+", " "),
            e);
      }
    }

    private void readMetadata(JsonParser parser, Map<String, String> metadata) {
      require(parser.nextToken() == JsonToken.START_OBJECT, METADATA + " is not an object");
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        require(
            parser.nextToken() == JsonToken.VALUE_STRING,
            METADATA + ": " + SafetensorsException.quote(key) + " is not a string");
        metadata.put(key, parser.getString());
      }
    }

    private Entry entry(String name, JsonParser parser) {
      String where = "tensor " + SafetensorsException.quote(name);
      require(parser.nextToken() == JsonToken.START_OBJECT, where + " is not an object");
      String type = "";
      List<Long> shape = List.of();
      List<Long> offsets = List.of();
      int seen = 0;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (field) {
          case "dtype" -> {
            require(value == JsonToken.VALUE_STRING, where + ": dtype is not a string");
            type = parser.getString();
            seen |= 1;
          }
          case "shape" -> {
            shape = integers(parser, where + ": shape", limits.maxDimensions());
            seen |= 2;
          }
          case "data_offsets" -> {
            offsets = integers(parser, where + ": data_offsets", 2);
            seen |= 4;
          }
          default ->
              throw fail(
                  where
                      + " has a field "
                      + SafetensorsException.quote(field)
                      + "; allowed are dtype, shape and data_offsets");
        }
      }
      require(seen == 7, where + " lacks a field; it needs dtype, shape and data_offsets");
      require(offsets.size() == 2, where + ": data_offsets has not two numbers");
      String found = type;
      SafetensorsType known =
          SafetensorsType.named(type)
              .orElseThrow(() ->
                  fail(
                      where
                          + ": dtype is "
                          + SafetensorsException.quote(found)
                          + "; known are "
                          + SafetensorsType.all()));
      return new Entry(name, known, shape, offsets.getFirst(), offsets.getLast());
    }

    /** An array of whole numbers from 0. */
    private List<Long> integers(JsonParser parser, String where, int most) {
      require(parser.currentToken() == JsonToken.START_ARRAY, where + " is not an array");
      List<Long> numbers = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        require(
            parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && (parser.getNumberType() == JsonParser.NumberType.INT
                    || parser.getNumberType() == JsonParser.NumberType.LONG)
                && parser.getLongValue() >= 0,
            where + " has an element that is no whole number from 0 to 2^63-1");
        numbers.add(parser.getLongValue());
        require(numbers.size() <= most, where + " has more than " + most + " numbers");
      }
      return numbers;
    }

    /** Lays the tensors over the data, which they must cover once. */
    private List<SafetensorsTensor> place(List<Entry> entries, long dataStart, long dataBytes) {
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      List<SafetensorsTensor> tensors = new ArrayList<>(entries.size());
      long position = 0;
      for (Entry entry : entries) {
        String where = "tensor " + SafetensorsException.quote(entry.name());
        long bytes = bytes(entry, where);
        require(
            entry.end() >= entry.begin() && entry.end() - entry.begin() == bytes,
            "%s: data_offsets [%d, %d] do not fit; %s of shape %s takes %d bytes"
                .formatted(where, entry.begin(), entry.end(), entry.type(), entry.shape(), bytes));
        require(
            entry.begin() == position,
            "%s begins at byte %d of the data; the tensor before it ends at %d: %s"
                .formatted(
                    where,
                    entry.begin(),
                    position,
                    entry.begin() < position ? "they overlap" : "there is a gap"));
        require(
            entry.end() <= dataBytes,
            "%s ends at byte %d of the data, of which there are %d; the file is cut off, copy or"
                    .formatted(where, entry.end(), dataBytes)
                + " download it again");
        tensors.add(
            new SafetensorsTensor(
                entry.name(),
                entry.type(),
                entry.shape(),
                file.asSlice(dataStart + entry.begin(), bytes)));
        position = entry.end();
      }
      require(
          position == dataBytes,
          "%d bytes follow the last tensor; the file and its header do not belong together"
              .formatted(dataBytes - position));
      return List.copyOf(tensors);
    }

    private long bytes(Entry entry, String where) {
      try {
        long elements = 1;
        for (long dimension : entry.shape()) {
          elements = Math.multiplyExact(elements, dimension);
        }
        return entry.type().bytes(elements);
      } catch (ArithmeticException e) {
        throw new SafetensorsException(
            "%s: %s: shape %s of %s cannot be: %s"
                .formatted(path, where, entry.shape(), entry.type(), e.getMessage()),
            e);
      }
    }

    private void require(boolean condition, String problem) {
      if (!condition) {
        throw fail(problem);
      }
    }

    private SafetensorsException fail(String problem) {
      return new SafetensorsException(path + ": " + problem);
    }
  }
}
