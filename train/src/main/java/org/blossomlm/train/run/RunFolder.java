package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.blossomlm.model.files.FileTree;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.report.RunFiles;
import org.blossomlm.train.report.TrainingReport;

/** The folder of a run: what is in it, and how a new run makes room. */
final class RunFolder {
  /** The description of a model that is made from nothing. */
  static final String BASE = "base";

  private static final String STAGE = "stage-";

  private RunFolder() {}

  /** Whether a run began there. */
  static boolean hasRun(Path output) {
    return Files.exists(output.resolve(RunIdentity.FILE));
  }

  /** Where a stage has its checkpoints and metrics. */
  static Path stage(Path output, int number, int stages) {
    return stages == 1 ? output : output.resolve(STAGE + (number + 1));
  }

  /** Makes the folder. */
  static void make(Path output) {
    try {
      Files.createDirectories(output);
    } catch (IOException e) {
      throw new TrainException(output + ": cannot be made: " + e.getMessage(), e);
    }
  }

  /** Removes what an earlier run has left, but not the samples. */
  static void clear(Path output) {
    if (!Files.isDirectory(output)) {
      return;
    }
    for (String name :
        List.of(
            "checkpoints",
            "metrics.jsonl",
            ResultFolder.ADAPTER,
            ResultFolder.MODEL,
            RunFiles.CONFIGURATION,
            RunFiles.DATA,
            RunFiles.SAMPLES,
            RunFiles.MACHINE,
            RunFiles.FACTS,
            RunRecorder.EVENTS,
            TrainingReport.FILE,
            TrainingReport.PLOT,
            RunIdentity.FILE)) {
      remove(output.resolve(name));
    }
    try (Stream<Path> inside = Files.list(output)) {
      inside
          .filter(path -> path.getFileName().toString().matches(STAGE + "\\d+"))
          .forEach(RunFolder::remove);
    } catch (IOException e) {
      throw new TrainException(output + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Removes a file or folder, if it is there. */
  static void remove(Path path) {
    try {
      FileTree.delete(path);
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
