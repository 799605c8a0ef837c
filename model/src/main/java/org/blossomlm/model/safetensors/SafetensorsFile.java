package org.blossomlm.model.safetensors;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.model.files.MappedFile;

/**
 * One open file: metadata and tensors over mapped memory, paged in when touched. Tensors must not
 * be used after {@link #close}. The file must not change while it is open.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final Path path;
  private final MappedFile mapped;
  private final SafetensorsHeader header;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SafetensorsFile(Path path, MappedFile mapped, SafetensorsHeader header) {
    this.path = path;
    this.mapped = mapped;
    this.header = header;
  }

  /**
   * Maps {@code path} and checks its header.
   *
   * @throws SafetensorsException naming the file, the tensor, what was found and what is allowed
   */
  public static SafetensorsFile open(Path path) {
    return open(path, SafetensorsLimits.DEFAULT);
  }

  /** As {@link #open(Path)}, with other limits. */
  public static SafetensorsFile open(Path path, SafetensorsLimits limits) {
    MappedFile mapped = MappedFile.acquire(path, SafetensorsException::new);
    try {
      return new SafetensorsFile(
          path, mapped, SafetensorsHeader.read(path, mapped.segment(), limits));
    } catch (RuntimeException e) {
      mapped.release();
      throw e;
    } catch (InternalError e) {
      mapped.release();
      throw new SafetensorsException(
          path + ": the file was shortened while it was read; is it still being written?", e);
    }
  }

  public Path path() {
    return path;
  }

  /** What {@code __metadata__} says, e.g. {@code format: pt}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** By name, in the order of their bytes. */
  public Map<String, SafetensorsTensor> tensors() {
    if (closed.get()) {
      throw new IllegalStateException(path + " was closed");
    }
    Map<String, SafetensorsTensor> tensors = new LinkedHashMap<>();
    header.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * The tensor of this name.
   *
   * @throws SafetensorsException if there is none
   */
  public SafetensorsTensor requireTensor(String name) {
    SafetensorsTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new SafetensorsException(
          path + ": there is no tensor " + SafetensorsException.quote(name));
    }
    return tensor;
  }

  /** Unmaps the memory unless others hold it. Closing twice does nothing more. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      mapped.release();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
