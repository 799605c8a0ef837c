package org.blossomlm.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.model.files.FileTree;
import org.blossomlm.train.TrainException;
import org.bytedeco.pytorch.Tensor;

/** The checkpoints of a run: {@code step-00000120} and so on in one folder. */
public final class CheckpointStore {
  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");

  private final Path folder;
  private final int kept;

  /**
   * @param kept how many of the latest stay; the best stays beside them
   */
  public CheckpointStore(Path folder, int kept) {
    if (kept < 1) {
      throw new TrainException("%d checkpoints are kept; at least 1 is needed".formatted(kept));
    }
    this.folder = folder;
    this.kept = kept;
  }

  /** All that are complete, the oldest first. */
  public List<Checkpoint> list() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .flatMap(path -> {
            Matcher name = NAME.matcher(path.getFileName().toString());
            return name.matches()
                ? Stream.of(new Checkpoint(path, Long.parseLong(name.group(1))))
                : Stream.empty();
          })
          .sorted(Comparator.comparingLong(Checkpoint::step))
          .toList();
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** From where a run goes on. */
  public Optional<Checkpoint> latest() {
    List<Checkpoint> all = list();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** That of a step. */
  public Optional<Checkpoint> at(long step) {
    return list().stream().filter(checkpoint -> checkpoint.step() == step).findFirst();
  }

  /**
   * Writes one and removes those that are too many. One of the same step is replaced.
   *
   * @param best the step whose checkpoint stays however old it is
   */
  public Checkpoint write(
      long step,
      Map<String, Object> state,
      Map<String, Map<String, Tensor>> groups,
      OptionalLong best) {
    try {
      Files.createDirectories(folder);
      Path target = folder.resolve("step-%08d".formatted(step));
      if (Files.exists(target)) {
        remove(target);
      }
      Checkpoint written = Checkpoint.write(target, step, state, groups);
      List<Checkpoint> all = list();
      for (Checkpoint old : all.subList(0, Math.max(0, all.size() - kept))) {
        if (best.isEmpty() || best.getAsLong() != old.step()) {
          remove(old.folder());
        }
      }
      return written;
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Under another name first, so that nobody takes half a checkpoint for one. */
  private static void remove(Path checkpoint) throws IOException {
    Path doomed = checkpoint.resolveSibling("." + checkpoint.getFileName() + ".removed");
    FileTree.delete(doomed);
    Files.move(checkpoint, doomed, StandardCopyOption.ATOMIC_MOVE);
    FileTree.delete(doomed);
  }
}
