package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run, held by one run at a time.
 *
 * <pre>
 * plan.yaml        the recipe with all defaults and parameters
 * checkpoint.json  from where the run goes on
 * run.log          when what began, ended and went wrong
 * metrics.json     what each step did
 * stages/          records between stages; gone when nobody needs them any more
 * dropped/         a file per step: what it dropped, with the reason
 * clusters/        a file per step that looks for duplicates: the largest clusters
 * lineage/         a file per sink: where each record comes from and what touched it
 * failed.jsonl     records that a step could not work on, with the reason
 * calls.db         answers of teachers
 * </pre>
 */
final class RunFolder implements AutoCloseable {
  private static final String CHECKPOINT = "checkpoint.json";
  private static final String PLAN = "plan.yaml";
  private static final String STAGES = "stages";
  private static final String DROPPED = "dropped";
  private static final String CLUSTERS = "clusters";
  private static final String LINEAGE = "lineage";
  private static final String FAILED = "failed.jsonl";

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private RunFolder(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Takes hold of a folder, which is made if need be.
   *
   * @throws DataException if another run has it
   */
  static RunFolder open(Path path) throws IOException {
    Files.createDirectories(path);
    FileChannel channel =
        FileChannel.open(
            path.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (lock == null) {
      String owner = Files.readString(path.resolve("lock")).strip();
      channel.close();
      throw new DataException(
          "%s: another run is at work in this folder (%s); wait for it or choose another with --output"
              .formatted(path, owner.isEmpty() ? "unknown process" : owner));
    }
    channel.truncate(0);
    channel.write(StandardCharsets.UTF_8.encode("process " + ProcessHandle.current().pid() + "\n"));
    return new RunFolder(path, channel, lock);
  }

  Path path() {
    return path;
  }

  Path stageFile(int id) {
    return path.resolve(stageName(id));
  }

  static String stageName(int id) {
    return "%s/%03d.jsonl".formatted(STAGES, id);
  }

  Path file(String name) {
    return path.resolve(name);
  }

  static String droppedName(String step) {
    return DROPPED + "/" + step + ".jsonl";
  }

  static String lineageName(String sink) {
    String name = sink.replaceAll("[/\\\\:]+", "_");
    return LINEAGE + "/" + (name.endsWith(".jsonl") ? name : name + ".jsonl");
  }

  static String clustersName(String step) {
    return CLUSTERS + "/" + step + ".jsonl";
  }

  static String failedName() {
    return FAILED;
  }

  Optional<Checkpoint> checkpoint() throws IOException {
    Path file = path.resolve(CHECKPOINT);
    try {
      return Optional.of(Checkpoint.fromJson(Files.readString(file), file.toString()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void save(Checkpoint checkpoint) throws IOException {
    replace(CHECKPOINT, checkpoint.toJson());
  }

  Optional<String> plan() throws IOException {
    try {
      return Optional.of(Files.readString(path.resolve(PLAN)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void savePlan(String plan) throws IOException {
    replace(PLAN, plan);
  }

  /** Replaces a small file as a whole. */
  void replace(String name, String text) throws IOException {
    Path target = path.resolve(name);
    Path fresh = path.resolve(name + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    }
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Brings the folder to the state of a checkpoint: what is behind the lengths it remembers goes,
   * and so do files that it does not know.
   *
   * @param files lengths by name
   */
  void restore(Map<String, Long> files) throws IOException {
    for (Path file : own()) {
      String name = path.relativize(file).toString().replace('\\', '/');
      Long length = files.get(name);
      if (length == null) {
        Files.delete(file);
        continue;
      }
      long found = Files.size(file);
      if (found < length) {
        throw new DataException(
            "%s: damaged: %d bytes, but the checkpoint counts on %d; begin again with --restart"
                .formatted(file, found, length));
      }
      if (found > length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(length);
        }
      }
    }
    for (String name : files.keySet()) {
      if (!Files.exists(path.resolve(name))) {
        throw new DataException(
            "%s: missing, but the checkpoint counts on it; begin again with --restart"
                .formatted(path.resolve(name)));
      }
    }
  }

  /** Forgets an earlier run, but not the answers of teachers, which were paid for. */
  void clear() throws IOException {
    // The checkpoint first: without one there is nothing to go on from, whatever else is left.
    Files.deleteIfExists(path.resolve(CHECKPOINT));
    Files.deleteIfExists(path.resolve(PLAN));
    restore(Map.of());
    for (String name :
        List.of(
            "run.log",
            "metrics.json",
            "report.html",
            "made-by.json",
            "README.md",
            "dataset_info.json")) {
      Files.deleteIfExists(path.resolve(name));
    }
  }

  void delete(String name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
  }

  /** Files that a run makes while it is under way. */
  private List<Path> own() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : List.of(STAGES, DROPPED, CLUSTERS, LINEAGE)) {
      Path folder = path.resolve(name);
      if (Files.isDirectory(folder)) {
        try (Stream<Path> list = Files.list(folder)) {
          list.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).forEach(files::add);
        }
      }
    }
    if (Files.exists(path.resolve(FAILED))) {
      files.add(path.resolve(FAILED));
    }
    return files;
  }

  /** Adds a line with the time to the log; a log that cannot be written stops nothing. */
  void log(String message) {
    String line = Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + message + "\n";
    try {
      Files.writeString(
          path.resolve("run.log"),
          line.replaceAll("\\R(?=.)", " "),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      System.getLogger(RunFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "run.log cannot be written", e);
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
