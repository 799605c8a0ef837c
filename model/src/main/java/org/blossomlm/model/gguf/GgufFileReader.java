package org.blossomlm.model.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.tensor.Tensor;

/**
 * Puts a model together from its file or files.
 *
 * <p>A split model has {@code split.count} files named {@code PREFIX-00001-of-00003.gguf} and so
 * on. Each says its own number, from 0, as {@code split.no}; the first holds the metadata; {@code
 * split.tensors.count} is the number of tensors of all.
 */
final class GgufFileReader {
  static final String SPLIT_PREFIX = "split.";
  static final String SPLIT_NUMBER = SPLIT_PREFIX + "no";
  static final String SPLIT_COUNT = SPLIT_PREFIX + "count";
  static final String SPLIT_TENSORS = SPLIT_PREFIX + "tensors.count";

  private final GgufLimits limits;
  private final List<MappedFile> mapped;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<Integer> tensorsOfParts = new ArrayList<>();

  /**
   * @param mapped receives every file that is mapped, for the caller to release
   */
  GgufFileReader(GgufLimits limits, List<MappedFile> mapped) {
    this.limits = limits;
    this.mapped = mapped;
  }

  /**
   * A whole model.
   *
   * @param tensorsOfParts how many tensors each file has
   */
  record Content(
      Path path,
      int version,
      GgufMetadata metadata,
      Map<String, Tensor> tensors,
      List<Integer> tensorsOfParts) {}

  Content read(Path opened) {
    Optional<SplitName> name = SplitName.of(opened);
    if (name.isPresent() && name.get().number() > 1) {
      return readFirst(name.get().sibling(1), opened);
    }
    return readFirst(opened, opened);
  }

  private Content readFirst(Path path, Path opened) {
    GgufHeader header;
    try {
      header = readPart(path);
    } catch (GgufException e) {
      if (path.equals(opened)) {
        throw e;
      }
      throw new GgufException(
          opened
              + ": this is a later part of a split model, whose first part is needed: "
              + e.getMessage(),
          e);
    }
    var metadata = new MapMetadata(path.toString(), header.values());
    long count = metadata.integer(SPLIT_COUNT).orElse(1);
    if (count != 1) {
      readOtherParts(path, metadata, count);
    }
    return new Content(path, header.version(), metadata, tensors, tensorsOfParts);
  }

  private void readOtherParts(Path first, GgufMetadata metadata, long count) {
    if (count < 1 || count > limits.maxParts()) {
      throw error(
          first, SPLIT_COUNT, count, "allowed are 1 to " + limits.maxParts() + " (maxParts)");
    }
    SplitName name =
        SplitName.of(first)
            .filter(split -> split.count() == count)
            .orElseThrow(() ->
                error(
                    first,
                    SPLIT_COUNT,
                    count,
                    "but the other parts cannot be found by this file's name;"
                        + " name the parts "
                        + SplitName.fileName("NAME", 1, (int) count)
                        + " and so on"));
    checkNumber(first, metadata, 0);
    for (int i = 1; i < count; i++) {
      Path path = name.sibling(i + 1);
      GgufHeader header = readPart(path);
      var own = new MapMetadata(path.toString(), header.values());
      checkNumber(path, own, i);
      long ownCount = own.requireInteger(SPLIT_COUNT);
      if (ownCount != count) {
        throw error(path, SPLIT_COUNT, ownCount, "but the first part says " + count);
      }
    }
    metadata
        .integer(SPLIT_TENSORS)
        .ifPresent(total -> {
          if (total != tensors.size()) {
            throw error(
                first, SPLIT_TENSORS, total, "but the parts have " + tensors.size() + " tensors");
          }
        });
  }

  private static void checkNumber(Path path, GgufMetadata metadata, int expected) {
    long number = metadata.requireInteger(SPLIT_NUMBER);
    if (number != expected) {
      throw error(
          path,
          SPLIT_NUMBER,
          number,
          "but the file's name stands for " + expected + "; was it renamed?");
    }
  }

  private GgufHeader readPart(Path path) {
    MappedFile file = MappedFile.acquire(path, GgufException::new);
    mapped.add(file);
    MemorySegment segment = file.segment();
    GgufHeader header = GgufHeaderReader.read(path, segment, limits);
    if (header.tensors().size() > limits.maxTensors() - tensors.size()) {
      throw new GgufException(
          path
              + ": with this part the model has "
              + ((long) tensors.size() + header.tensors().size())
              + " tensors, at most "
              + limits.maxTensors()
              + " allowed (maxTensors)");
    }
    tensorsOfParts.add(header.tensors().size());
    for (TensorInfo info : header.tensors()) {
      MemorySegment data = segment.asSlice(header.dataOffset() + info.offset(), info.bytes());
      var tensor = new Tensor(info.name(), info.type(), info.dimensions(), data);
      if (tensors.putIfAbsent(info.name(), tensor) != null) {
        throw new GgufException(
            path
                + ": tensor "
                + GgufException.quote(info.name())
                + ": another part of the model has a tensor of this name");
      }
    }
    return header;
  }

  private static GgufException error(Path path, String key, long found, String what) {
    return new GgufException(path + ": key '" + key + "': found " + found + ", " + what);
  }
}
