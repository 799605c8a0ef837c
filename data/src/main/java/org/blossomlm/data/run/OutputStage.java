package org.blossomlm.data.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordWriter;
import org.blossomlm.data.file.WriteOptions;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.operator.OrderedWork;
import org.blossomlm.data.recipe.Recipe;

/** Writes a sink; it appears when it is complete. A run that was stopped does it again. */
final class OutputStage {
  /** How large a record is, is not known here: eight make a chunk of work. */
  private static final long RECORD_WEIGHT = 1 << 15;

  private final Stage.Output stage;
  private final RunEnvironment run;

  private record Read(List<byte[]> badLines, Optional<DataRecord> record) {}

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
    Recipe.Sink sink = stage.sink();
    Path target = target(run.folder(), sink.file());
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      try (StageInput input =
              new StageInput(
                  stage.inputs(),
                  Position.START,
                  run.folder()::stageFile,
                  run.sources(),
                  run.recipe().seed());
          RecordWriter writer = RecordFiles.write(target, options(sink))) {
        var records =
            new OrderedWork<StageInput.Item, Read>(
                item -> new Read(item.badLines(), item.record().get()),
                read -> write(read, writer));
        for (Optional<StageInput.Item> item = input.next(); item.isPresent(); item = input.next()) {
          if (run.isStopping()) {
            throw RunStop.interrupted();
          }
          records.add(item.get(), RECORD_WEIGHT);
          run.progress(stage, input::fraction);
        }
        records.finish();
        writer.commit();
        run.journal().counted(countName(sink.file()), writer.records());
      }
    } catch (RunStop e) {
      throw e;
    } catch (IOException e) {
      throw RunStop.writing(target.toString(), e);
    } catch (UncheckedIOException e) {
      throw RunStop.writing(target.toString(), new IOException(e));
    } catch (DataException e) {
      throw RunStop.isDiskFull(e)
          ? RunStop.writing(target.toString(), new IOException(e))
          : new RunStop(RunStop.Cause.FAILURE, e.getMessage() + "; go on with --resume", e);
    }
  }

  private static WriteOptions options(Recipe.Sink sink) {
    WriteOptions options =
        WriteOptions.of(sink.format().flatMap(RecordFormat::named).orElse(RecordFormat.BLOSSOM))
            .withDatasetInfo();
    return sink.shard().isPresent() ? options.withMaxRecords(sink.shard().getAsLong()) : options;
  }

  private void write(Read read, RecordWriter writer) {
    try {
      for (byte[] line : read.badLines) {
        run.journal().fail(line);
      }
      if (read.record.isPresent()) {
        write(read.record.get(), writer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A record that the format cannot hold is one that failed. */
  private void write(DataRecord record, RecordWriter writer) throws IOException {
    DataRecord finished =
        stage.sink().lineage()
            ? record
            : record.mapHead(head -> head.withProvenance(Provenance.UNKNOWN));
    String reason;
    if (record.failure().isPresent()) {
      reason = record.failure().get();
    } else {
      try {
        writer.write(finished);
        if (!stage.sink().lineage()) {
          run.journal()
              .write(RunFolder.lineageName(stage.sink().file()), RecordLine.lineage(record));
        }
        return;
      } catch (DataException e) {
        if (e.getCause() instanceof IOException) {
          throw e;
        }
        reason = String.valueOf(e.getMessage());
      }
    }
    run.journal().fail(RecordLine.of("sink " + stage.sink().file(), reason, record));
  }
}
