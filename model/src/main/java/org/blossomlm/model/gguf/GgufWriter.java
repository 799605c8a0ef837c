package org.blossomlm.model.gguf;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.SegmentChannel;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Writes GGUF version 3. Tensors are declared first and produced one after another while the file
 * is written, so memory use does not depend on the size of the model.
 *
 * <p>Files appear whole or not at all: they are written beside their target under another name,
 * forced to disk and renamed; a failure, or a signal that ends the program, removes what was
 * written. A model that is open may be replaced by a copy of itself.
 *
 * <p>To copy a model with changes, start from its metadata ({@link GgufMetadata#toBuilder}) and
 * {@link #add(Tensor) add} its tensors; it must stay open until the writing is done. {@code
 * split.*} keys are left out, because they say how the source was split.
 */
public final class GgufWriter {
  /** ggml keeps names in 64 bytes with a terminator, and refuses files with longer ones. */
  private static final int MAX_NAME_BYTES = 63;

  private final Map<String, GgufValue> values = new LinkedHashMap<>();
  private final int alignment;
  private final List<GgufPart.Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /**
   * @throws IllegalArgumentException if a key is empty, longer than 65,535 bytes or no UTF-8, or
   *     {@code general.alignment} is not a UINT32 power of two up to 1 MiB
   */
  public GgufWriter(GgufMetadata metadata) {
    for (String key : metadata.keys()) {
      int bytes = GgufEncoder.utf8(key).length;
      if (bytes == 0 || bytes > GgufLimits.DEFAULT.maxKeyBytes()) {
        throw new IllegalArgumentException(
            "key "
                + GgufException.quote(key)
                + " has "
                + bytes
                + " bytes, allowed are 1 to "
                + GgufLimits.DEFAULT.maxKeyBytes());
      }
      if (!key.startsWith(GgufFileReader.SPLIT_PREFIX)) {
        metadata.value(key).ifPresent(value -> values.put(key, value));
      }
    }
    this.alignment = alignment(values.get(GgufHeader.ALIGNMENT_KEY));
  }

  private static int alignment(@Nullable GgufValue value) {
    return switch (value) {
      case null -> GgufHeader.DEFAULT_ALIGNMENT;
      case GgufValue.Int(GgufValueType type, long alignment)
          when type == GgufValueType.UINT32
              && alignment <= GgufLimits.DEFAULT.maxAlignment()
              && Long.bitCount(alignment) == 1 ->
          (int) alignment;
      case GgufValue other ->
          throw new IllegalArgumentException(
              "general.alignment must be a UINT32 power of two up to "
                  + GgufLimits.DEFAULT.maxAlignment()
                  + ": "
                  + other);
    };
  }

  /**
   * Declares the next tensor.
   *
   * @param dimensions 1 to 4, fastest first, none below 1, the first a multiple of the type's block
   * @throws IllegalArgumentException if a dimension or the name cannot be, or the name is taken
   */
  public GgufWriter add(String name, TensorType type, List<Long> dimensions, TensorSource source) {
    int nameBytes = GgufEncoder.utf8(name).length;
    if (nameBytes == 0 || nameBytes > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "tensor name "
              + GgufException.quote(name)
              + " has "
              + nameBytes
              + " bytes, allowed are 1 to "
              + MAX_NAME_BYTES);
    }
    if (dimensions.size() > GgufHeader.MAX_DIMENSIONS
        || dimensions.stream().anyMatch(dimension -> dimension < 1)) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + " has dimensions "
              + dimensions
              + ", allowed are 0 to 4, none below 1");
    }
    if (names.contains(name)) {
      throw new IllegalArgumentException("a tensor named " + name + " was added before");
    }
    long bytes;
    try {
      long columns = dimensions.isEmpty() ? 1 : dimensions.getFirst();
      long rows = dimensions.stream().skip(1).reduce(1L, Math::multiplyExact);
      bytes = Math.multiplyExact(type.bytes(columns), rows);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "tensor " + name + " has dimensions " + dimensions + ": too large", e);
    }
    names.add(name);
    entries.add(new GgufPart.Entry(name, type, List.copyOf(dimensions), bytes, source));
    return this;
  }

  /** Declares a tensor whose bytes are at hand, such as one of an open file. */
  public GgufWriter add(Tensor tensor) {
    return add(
        tensor.name(),
        tensor.type(),
        tensor.dimensions(),
        out -> SegmentChannel.write(tensor.data(), out));
  }

  /**
   * Writes one file, replacing {@code target} if it exists.
   *
   * @throws GgufException if the file cannot be written, its header would exceed {@link
   *     GgufLimits#DEFAULT}, or a source gave too few or too many bytes
   */
  public void write(Path target) {
    write(target, () -> {});
  }

  /**
   * As {@link #write(Path)}.
   *
   * @param lastCheck runs when all is written and nothing has its name yet; if it throws, nothing
   *     will have
   */
  public void write(Path target, Runnable lastCheck) {
    writeAll(List.of(new GgufPart(target, values, alignment, entries)), lastCheck);
  }

  /**
   * Writes a split model, {@code PREFIX-00001-of-00003.gguf} and so on. Metadata goes to the first
   * part. All parts appear only when all are written.
   *
   * @param prefix path of the parts without {@code -00001-of-...}
   * @param maxTensors of one part
   * @param maxBytes tensor bytes of one part; a larger tensor has a part of its own
   * @return the parts in order
   */
  public List<Path> writeSplit(Path prefix, int maxTensors, long maxBytes) {
    return writeParts(prefix, group(maxTensors, maxBytes));
  }

  /**
   * Writes a split model whose parts hold these numbers of tensors, in the order declared; see
   * {@link GgufFile#tensorsOfParts}.
   *
   * @throws IllegalArgumentException if they do not add up to the tensors that were declared
   */
  public List<Path> writeSplit(Path prefix, List<Integer> tensorsOfParts) {
    List<List<GgufPart.Entry>> groups = new ArrayList<>();
    int from = 0;
    for (int tensors : tensorsOfParts) {
      int to = Math.min(from + tensors, entries.size());
      groups.add(entries.subList(from, to));
      from += tensors;
    }
    if (from != entries.size()) {
      throw new IllegalArgumentException(
          "parts for " + from + " tensors, but " + entries.size() + " were added");
    }
    return writeParts(prefix, groups);
  }

  private List<Path> writeParts(Path prefix, List<List<GgufPart.Entry>> groups) {
    int count = groups.size();
    if (count > GgufLimits.DEFAULT.maxParts()) {
      throw new IllegalArgumentException(
          count + " parts, at most " + GgufLimits.DEFAULT.maxParts() + " allowed");
    }
    List<GgufPart> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path path =
          prefix.resolveSibling(
              SplitName.fileName(String.valueOf(prefix.getFileName()), i + 1, count));
      parts.add(new GgufPart(path, partValues(i, count), alignment, groups.get(i)));
    }
    writeAll(parts, () -> {});
    return parts.stream().map(GgufPart::target).toList();
  }

  private List<List<GgufPart.Entry>> group(int maxTensors, long maxBytes) {
    List<List<GgufPart.Entry>> groups = new ArrayList<>();
    groups.add(new ArrayList<>());
    long bytes = 0;
    for (GgufPart.Entry entry : entries) {
      List<GgufPart.Entry> last = groups.getLast();
      if (!last.isEmpty() && (last.size() >= maxTensors || entry.bytes() > maxBytes - bytes)) {
        last = new ArrayList<>();
        groups.add(last);
        bytes = 0;
      }
      last.add(entry);
      bytes += entry.bytes();
    }
    return groups;
  }

  private Map<String, GgufValue> partValues(int part, int count) {
    Map<String, GgufValue> own = new LinkedHashMap<>();
    if (part == 0) {
      own.putAll(values);
    } else if (values.containsKey(GgufHeader.ALIGNMENT_KEY)) {
      own.put(GgufHeader.ALIGNMENT_KEY, GgufValue.uint32(alignment));
    }
    own.put(GgufFileReader.SPLIT_NUMBER, new GgufValue.Int(GgufValueType.UINT16, part));
    own.put(GgufFileReader.SPLIT_COUNT, new GgufValue.Int(GgufValueType.UINT16, count));
    own.put(GgufFileReader.SPLIT_TENSORS, new GgufValue.Int(GgufValueType.INT32, entries.size()));
    return own;
  }

  private static void writeAll(List<GgufPart> parts, Runnable lastCheck) {
    List<AtomicFile> files = new ArrayList<>();
    ByteBuffer buffer = AtomicFile.largeBuffer();
    try {
      for (GgufPart part : parts) {
        var file = AtomicFile.create(part.target(), buffer, GgufException::new);
        files.add(file);
        part.writeTo(file);
      }
      lastCheck.run();
      for (AtomicFile file : files) {
        file.commit();
      }
    } finally {
      files.forEach(AtomicFile::close);
    }
  }
}
