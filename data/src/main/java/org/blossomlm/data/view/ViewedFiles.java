package org.blossomlm.data.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.run.RunFiles;

/** What the arguments of a page stand for: files, folders, globs, and folders of runs. */
final class ViewedFiles {
  private static final int MOST = 1000;

  private final List<ViewedFile> files = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  private ViewedFiles() {}

  /**
   * @throws DataException if there is nothing to be seen
   */
  static List<ViewedFile> of(List<String> arguments) {
    var found = new ViewedFiles();
    arguments.forEach(found::add);
    if (found.files.size() > MOST) {
      throw new DataException(
          "%d files; a page shows at most %d: name fewer".formatted(found.files.size(), MOST));
    }
    return List.copyOf(found.files);
  }

  private void add(String argument) {
    if (RunFiles.isRun(argument)) {
      addRun(Path.of(argument));
    } else {
      for (String name : RecordFiles.names(argument)) {
        files.add(
            new ViewedFile(
                unique(name), ViewedFile.Kind.FILE, open(name), Optional.empty(), List.of()));
      }
    }
  }

  private void addRun(Path folder) {
    RunFiles run = RunFiles.of(folder);
    for (RunFiles.Output output : run.outputs()) {
      List<Records> before = new ArrayList<>();
      for (Path file : output.files()) {
        // A file of lineage for all parts together.
        Optional<Records> lineage =
            output.lineage().map(path -> new JsonLines(path, path.toString()));
        Records records = open(file.toString());
        files.add(
            new ViewedFile(
                unique(shown(folder, file)), ViewedFile.Kind.KEPT, records, lineage, before));
        before.add(records);
      }
    }
    for (Path file : jsonLines(folder.resolve("dropped"))) {
      addLeft(folder, file, ViewedFile.Kind.DROPPED);
    }
    Path failed = folder.resolve("failed.jsonl");
    if (Files.isRegularFile(failed)) {
      addLeft(folder, failed, ViewedFile.Kind.FAILED);
    }
    if (files.isEmpty()) {
      throw new DataException(folder + ": the run has not written anything yet");
    }
  }

  private void addLeft(Path folder, Path file, ViewedFile.Kind kind) {
    files.add(
        new ViewedFile(
            unique(shown(folder, file)), kind, open(file.toString()), Optional.empty(), List.of()));
  }

  private static String shown(Path folder, Path file) {
    Path base = folder.toAbsolutePath().normalize();
    Path path = file.toAbsolutePath().normalize();
    return (path.startsWith(base) ? base.relativize(path) : path).toString().replace('\\', '/');
  }

  private static List<Path> jsonLines(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList();
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Plain lines of JSON are reached by number; everything else is read from its beginning. */
  private static Records open(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean lines = lower.endsWith(".jsonl") || lower.endsWith(".ndjson");
    return lines && !name.contains(".zip!") && isPlain(Path.of(name))
        ? new JsonLines(Path.of(name), name)
        : new StreamedRecords(name);
  }

  private static boolean isPlain(Path file) {
    try (var in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(4);
      boolean gzip = start.length >= 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
      boolean zstd = start.length == 4 && start[0] == 0x28 && start[1] == (byte) 0xb5;
      return !gzip && !zstd;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private String unique(String name) {
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + " (" + i + ")";
    }
    return free;
  }
}
