package org.blossomlm.data.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;

/** Writes a sink; it appears when it is complete. A run that was stopped does it again. */
final class OutputStage {
  private final Stage.Output stage;
  private final RunEnvironment run;

  OutputStage(Stage.Output stage, RunEnvironment run) {
    this.stage = stage;
    this.run = run;
  }

  static Path target(RunFolder folder, String file) {
    return folder.path().resolve(file);
  }

  static String countName(String file) {
    return "output:" + file;
  }

  void run() throws InterruptedException {
    Path target = target(run.folder(), stage.sink().file());
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    long records = 0;
    try (StageInput input =
            new StageInput(
                stage.inputs(),
                Position.START,
                run.folder(),
                run.sources(),
                run.recipe().seed());
        OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(temporary))) {
      for (Optional<StageInput.Item> item = input.next(); item.isPresent(); item = input.next()) {
        if (run.isStopping()) {
          throw RunStop.interrupted();
        }
        Optional<DataRecord> record = item.get().record().get();
        if (record.isPresent()) {
          DataRecord finished =
              stage.sink().lineage()
                  ? record.get()
                  : record.get().mapHead(head -> head.withProvenance(Provenance.UNKNOWN));
          out.write(RecordLine.of(finished));
          records++;
        }
        run.progress(stage, input::fraction);
      }
      out.flush();
      Files.move(
          temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw RunStop.writing(target.toString(), e);
    } catch (UncheckedIOException e) {
      throw RunStop.writing(target.toString(), new IOException(e));
    }
    run.journal().counted(countName(stage.sink().file()), records);
  }
}
