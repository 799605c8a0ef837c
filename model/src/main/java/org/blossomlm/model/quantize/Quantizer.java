package org.blossomlm.model.quantize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.files.DiskSpace;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufWriter;

/**
 * Makes a smaller GGUF file of a model. Tensors are read from the mapped file and written one after
 * another; of each only a few pieces per thread are in memory at a time.
 */
public final class Quantizer {
  /** What the header may need beside the metadata that is copied. */
  private static final long HEADER_BYTES = 1 << 20;

  private final GgufFile source;
  private final QuantizeOptions options;
  private final DiskSpace space;
  private final QuantizationPlan plan;

  /** Told how far the work is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A piece of a tensor was written.
     *
     * @param tensor that is being written
     * @param done bytes of the source that are done
     * @param total bytes of all its tensors
     */
    void at(String tensor, long done, long total);
  }

  /**
   * Plans the work.
   *
   * @param source must stay open until {@link #write} is done
   * @throws ModelException see {@link QuantizationPlan#of}
   */
  public Quantizer(GgufFile source, QuantizeOptions options) {
    this(source, options, DiskSpace.OF_FILE_SYSTEM);
  }

  Quantizer(GgufFile source, QuantizeOptions options, DiskSpace space) {
    this.source = source;
    this.options = options;
    this.space = space;
    this.plan = QuantizationPlan.of(source, options);
  }

  public QuantizationPlan plan() {
    return plan;
  }

  /**
   * Writes {@code target}, whole or not at all; with {@code keepSplit}, the parts {@code
   * TARGET-00001-of-00003.gguf} and so on.
   *
   * @return the files written
   * @throws ModelException if there is not enough space, the target is the source, a weight is not
   *     finite or too large for its type, or writing fails
   */
  public List<Path> write(Path target, Progress progress) {
    refuseSource(target);
    requireSpace(target);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            options.threads(), Thread.ofPlatform().name("quantize-", 0).daemon().factory());
    try {
      var pipeline = new TensorPipeline(source.path(), threads, options.threads());
      var writer = new GgufWriter(plan.metadata());
      long done = 0;
      long total = plan.sourceBytes();
      for (QuantizationPlan.Step step : plan.steps()) {
        if (step.copied()) {
          writer.add(step.source());
        } else {
          long before = done;
          String name = step.source().name();
          writer.add(
              name,
              step.type(),
              step.source().dimensions(),
              out -> pipeline.write(step, out, bytes -> progress.at(name, before + bytes, total)));
        }
        done += step.source().data().byteSize();
      }
      if (splits()) {
        return writer.writeSplit(withoutSuffix(target), source.tensorsOfParts());
      }
      writer.write(target);
      return List.of(target);
    } catch (InternalError e) {
      throw new ModelException(
          source.path() + ": the file was shortened while it was read; is it being written?", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean splits() {
    return options.keepSplit() && source.tensorsOfParts().size() > 1;
  }

  private static Path withoutSuffix(Path target) {
    String name = String.valueOf(target.getFileName());
    return name.endsWith(".gguf")
        ? target.resolveSibling(name.substring(0, name.length() - ".gguf".length()))
        : target;
  }

  private void refuseSource(Path target) {
    Path first =
        splits()
            ? target.resolveSibling(
                withoutSuffix(target).getFileName()
                    + String.format(
                        Locale.ROOT, "-00001-of-%05d.gguf", source.tensorsOfParts().size()))
            : target;
    try {
      if (Files.exists(first) && Files.isSameFile(source.path(), first)) {
        throw new ModelException(
            target + ": the output is the input; the original would be lost: give another name");
      }
    } catch (IOException e) {
      throw new ModelException(target + ": cannot be looked at: " + e.getMessage(), e);
    }
  }

  private void requireSpace(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ModelException(target + ": cannot be written: its folder does not exist");
    }
    long headers = source.fileBytes() - plan.sourceBytes() + HEADER_BYTES;
    space.require(
        target,
        plan.bytes() + headers,
        "write elsewhere, or choose a smaller type",
        ModelException::new);
  }
}
