package org.blossomlm.model.gguf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.tensor.Tensor;

/**
 * An open GGUF model: metadata and tensors over the mapped file or files.
 *
 * <p>Opening maps the files and reads their headers; tensor data is paged in by the operating
 * system when it is touched. A file that is opened again while it is open shares the mapping;
 * closing the last holder unmaps it. After {@link #close}, this object's methods throw {@link
 * IllegalStateException}, and so does access to its arrays and tensors once the memory is unmapped.
 *
 * <p>The file must not change while it is open. To replace a model, write a new file and rename it
 * over the old one, as {@link GgufWriter} does: open models keep the old content. If another
 * program shortens the file in place, the operating system takes the pages away, and reading them
 * raises {@link InternalError}; while the header is read that is reported as a {@link
 * GgufException}.
 */
public final class GgufFile implements AutoCloseable {
  private final Path path;
  private final List<MappedFile> parts;
  private final int version;
  private final GgufMetadata metadata;
  private final Map<String, Tensor> tensors;
  private final List<Integer> tensorsOfParts;
  private final AtomicBoolean closed = new AtomicBoolean();

  private GgufFile(List<MappedFile> mapped, GgufFileReader.Content content) {
    this.path = content.path();
    this.parts = List.copyOf(mapped);
    this.version = content.version();
    this.metadata = content.metadata();
    this.tensors = Collections.unmodifiableMap(content.tensors());
    this.tensorsOfParts = List.copyOf(content.tensorsOfParts());
  }

  /**
   * Maps {@code path}. Any part of a split model opens all parts, which must lie beside it.
   *
   * @throws GgufException naming the file, the field, what was found and what is allowed
   */
  public static GgufFile open(Path path) {
    return open(path, GgufLimits.DEFAULT);
  }

  /** As {@link #open(Path)}, with other limits on what the file may claim. */
  public static GgufFile open(Path path, GgufLimits limits) {
    List<MappedFile> mapped = new ArrayList<>();
    try {
      return new GgufFile(mapped, new GgufFileReader(limits, mapped).read(path));
    } catch (RuntimeException e) {
      mapped.forEach(MappedFile::release);
      throw e;
    } catch (InternalError e) {
      mapped.forEach(MappedFile::release);
      throw new GgufException(
          path + ": the file was shortened while it was read; is it still being written?", e);
    }
  }

  /** The file; of a split model, its first part. */
  public Path path() {
    return path;
  }

  /** Of the format: 2 or 3. */
  public int version() {
    return version;
  }

  /** Of a split model, that of the first part. */
  public GgufMetadata metadata() {
    requireOpen();
    return metadata;
  }

  /** By name, in file order. */
  public Map<String, Tensor> tensors() {
    requireOpen();
    return tensors;
  }

  public Optional<Tensor> tensor(String name) {
    return Optional.ofNullable(tensors().get(name));
  }

  /**
   * The tensor of this name, which the model cannot do without.
   *
   * @throws GgufException if the file has no tensor of this name
   */
  public Tensor requireTensor(String name) {
    return tensor(name)
        .orElseThrow(() ->
            new GgufException(
                path
                    + ": tensor "
                    + GgufException.quote(name)
                    + ": is missing; the model needs it"));
  }

  /** How many of {@link #tensors()} each file holds, in order; one number unless it is split. */
  public List<Integer> tensorsOfParts() {
    return tensorsOfParts;
  }

  /** Bytes of all parts. */
  public long fileBytes() {
    requireOpen();
    return parts.stream().mapToLong(part -> part.segment().byteSize()).sum();
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException(path + " was closed");
    }
  }

  /** Unmaps the memory unless others hold it. Closing twice does nothing more. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      parts.forEach(MappedFile::release);
    }
  }

  @Override
  public String toString() {
    return path + (closed.get() ? " (closed)" : "");
  }
}
