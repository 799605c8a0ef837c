package org.blossomlm.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.ExactChannel;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes safetensors. Tensors are declared first and produced one after another while their file is
 * written, so memory use does not depend on the size of the model.
 *
 * <p>Files appear whole or not at all: each is written under another name, forced to disk and
 * renamed when all are complete; of a sharded model the index comes last, and without it the shards
 * are no model. A failure removes what was written.
 */
public final class SafetensorsWriter {
  /** The size at which Hugging Face's tools begin a new shard: 5 GB. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, String> metadata;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** Produces the bytes of a tensor when the writer has come to its place. */
  @FunctionalInterface
  public interface Source {
    /** Writes exactly as many bytes as type and shape take, in any pieces. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private record Entry(
      String name, SafetensorsType type, List<Long> shape, long bytes, Source source) {}

  /** A file to be. */
  private record Shard(Path path, List<Entry> entries) {}

  /**
   * @param metadata of every file; {@code format: pt}, which Hugging Face's loaders ask for, is
   *     added if there is no {@code format}
   */
  public SafetensorsWriter(Map<String, String> metadata) {
    this.metadata = new LinkedHashMap<>(metadata);
    this.metadata.putIfAbsent("format", "pt");
  }

  /**
   * Declares the next tensor.
   *
   * @param shape slowest first
   * @throws IllegalArgumentException if the name is taken or reserved, or the shape cannot be
   */
  public SafetensorsWriter add(String name, SafetensorsType type, List<Long> shape, Source source) {
    if (name.isEmpty() || name.equals(SafetensorsHeader.METADATA) || !names.add(name)) {
      throw new IllegalArgumentException("tensor name '" + name + "' is empty, reserved or taken");
    }
    try {
      long elements = 1;
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new ArithmeticException("a dimension is negative");
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      entries.add(new Entry(name, type, List.copyOf(shape), type.bytes(elements), source));
      return this;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("tensor " + name + ": shape " + shape + " cannot be", e);
    }
  }

  /** Bytes of all tensors. */
  public long dataBytes() {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }

  /**
   * Writes one file, replacing {@code target} if it exists.
   *
   * @throws SafetensorsException if it cannot be written, or a source gave too few or too many
   *     bytes
   */
  public void write(Path target) {
    writeAll(List.of(new Shard(target, entries)), Map.of());
  }

  /**
   * Writes a model into {@code folder}: {@code model.safetensors} if it fits in {@code maxBytes},
   * otherwise shards {@code model-00001-of-00003.safetensors} and so on with their index.
   *
   * @param maxBytes of the tensors of a shard; a larger tensor has a shard of its own
   * @return the files, the index last
   * @throws SafetensorsException also if the folder has weights already, which would be mixed up
   */
  public List<Path> writeModel(Path folder, long maxBytes) {
    refuseOtherWeights(folder);
    List<List<Entry>> groups = group(maxBytes);
    if (groups.size() == 1) {
      Path file = folder.resolve(SafetensorsModel.FILE);
      write(file);
      return List.of(file);
    }
    List<Shard> shards = new ArrayList<>();
    Map<String, String> weightMap = new LinkedHashMap<>();
    for (List<Entry> group : groups) {
      String name = "model-%05d-of-%05d.safetensors".formatted(shards.size() + 1, groups.size());
      shards.add(new Shard(folder.resolve(name), group));
      group.forEach(entry -> weightMap.put(entry.name(), name));
    }
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", dataBytes()));
    index.put("weight_map", weightMap);
    Path indexFile = folder.resolve(SafetensorsModel.INDEX);
    writeAll(
        shards, Map.of(indexFile, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index)));
    List<Path> files = new ArrayList<>(shards.stream().map(Shard::path).toList());
    files.add(indexFile);
    return files;
  }

  private static void refuseOtherWeights(Path folder) {
    try (var listed = Files.newDirectoryStream(folder, "*.safetensors*")) {
      for (Path file : listed) {
        throw new SafetensorsException(
            folder + ": has " + file.getFileName() + " already; write into a new folder");
      }
    } catch (IOException e) {
      throw new SafetensorsException(folder + ": cannot be written: " + e, e);
    }
  }

  private List<List<Entry>> group(long maxBytes) {
    List<List<Entry>> groups = new ArrayList<>();
    groups.add(new ArrayList<>());
    long bytes = 0;
    for (Entry entry : entries) {
      if (!groups.getLast().isEmpty() && entry.bytes() > maxBytes - bytes) {
        groups.add(new ArrayList<>());
        bytes = 0;
      }
      groups.getLast().add(entry);
      bytes += entry.bytes();
    }
    return groups;
  }

  /**
   * @param small further files with their bytes, which appear after the shards
   */
  private void writeAll(List<Shard> shards, Map<Path, byte[]> small) {
    List<AtomicFile> files = new ArrayList<>();
    ByteBuffer buffer = AtomicFile.largeBuffer();
    try {
      for (Shard shard : shards) {
        AtomicFile file = AtomicFile.create(shard.path(), buffer, SafetensorsException::new);
        files.add(file);
        write(shard, file);
      }
      for (Map.Entry<Path, byte[]> entry : small.entrySet()) {
        AtomicFile file = AtomicFile.create(entry.getKey(), buffer, SafetensorsException::new);
        files.add(file);
        file.write(ByteBuffer.wrap(entry.getValue()));
        file.force();
      }
      files.forEach(AtomicFile::commit);
    } catch (IOException e) {
      throw new SafetensorsException(
          shards.getFirst().path() + ": writing failed: " + e.getMessage(), e);
    } finally {
      files.forEach(AtomicFile::close);
    }
  }

  private void write(Shard shard, AtomicFile file) {
    try {
      // Wide types first, so that every tensor is aligned to its elements.
      List<Entry> ordered = new ArrayList<>(shard.entries());
      ordered.sort(Comparator.comparingInt((Entry entry) -> entry.type().bits()).reversed());
      byte[] header = header(ordered);
      file.write(
          ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .flip());
      file.write(ByteBuffer.wrap(header));
      for (Entry entry : ordered) {
        var data = new ExactChannel(file, entry.name(), entry.bytes());
        entry.source().writeTo(data);
        data.requireComplete();
      }
      file.force();
    } catch (IOException e) {
      throw new SafetensorsException(
          "%s: writing failed at byte %d: %s"
              .formatted(shard.path(), file.position(), e.getMessage()),
          e);
    }
  }

  /** JSON, padded with spaces so that the data begins at a multiple of eight. */
  private byte[] header(List<Entry> ordered) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(SafetensorsHeader.METADATA, metadata);
    long offset = 0;
    for (Entry entry : ordered) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", entry.type().name());
      tensor.put("shape", entry.shape());
      tensor.put("data_offsets", List.of(offset, offset + entry.bytes()));
      json.put(entry.name(), tensor);
      offset += entry.bytes();
    }
    byte[] text = JSON.writeValueAsBytes(json);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) & -8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    if (padded.length > SafetensorsLimits.DEFAULT.maxHeaderBytes()) {
      throw new SafetensorsException(
          "the header would have %d bytes; the format allows %d"
              .formatted(padded.length, SafetensorsLimits.DEFAULT.maxHeaderBytes()));
    }
    return padded;
  }
}
