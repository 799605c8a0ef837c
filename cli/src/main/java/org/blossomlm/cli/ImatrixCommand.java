package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.cli.terminal.ProgressBar;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.measure.ImportanceCollector;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.model.quantize.ImportanceFiles;
import org.blossomlm.model.quantize.ImportanceMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an importance matrix; run again, it goes on where it was stopped. */
@Command(name = "imatrix", mixinStandardHelpOptions = true, sortOptions = false)
final class ImatrixCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Parameters(index = "1", paramLabel = "TEXT")
  private Path text = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE")
  private Path output = Path.of("imatrix.gguf");

  @Option(names = "--context", paramLabel = "N")
  private int context = TextChunks.DEFAULT_CONTEXT;

  @Option(names = "--chunks", paramLabel = "N")
  private int chunks;

  @Option(names = "--output-weight")
  private boolean outputWeight;

  @Option(names = "--save-every", paramLabel = "N")
  private int saveEvery = 10;

  @Option(names = "--kernels", paramLabel = "NAME")
  private Optional<String> kernels = Optional.empty();

  @Option(names = "--threads", paramLabel = "N")
  private int threads;

  ImatrixCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    Path path = ModelPath.resolve(model, application.messages());
    String body = TextFile.read(text);
    Optional<ImportanceMatrix> before =
        Files.exists(output) ? Optional.of(ImportanceFiles.read(output)) : Optional.empty();
    before.ifPresent(this::requireSameText);
    int first = before.map(ImportanceMatrix::chunks).orElse(0);
    var collector = new ImportanceCollector(outputWeight);
    before.ifPresent(collector::resume);
    LoadOptions options =
        LoadOptions.DEFAULT
            .withContextLength(context)
            .withChunkSize(Math.min(context, TextChunks.DEFAULT_CONTEXT))
            .withThreads(threads)
            .withKernels(kernels);
    try (LanguageModel loaded = application.engine().load(path, collector.observing(options));
        StatusLine status = application.statusLine()) {
      TextChunks read = TextChunks.of(loaded, body, context, chunks);
      if (first > 0) {
        note("imatrix.resumed", output, first, read.count());
      }
      var bar = new ProgressBar();
      status.begin();
      collector.read(
          loaded,
          read,
          Math.min(first, read.count()),
          (done, total) -> {
            status.show(
                bar.text(
                    done - first,
                    total - first,
                    application.text("imatrix.progress", done, total)));
            if (saveEvery > 0 && (done - first) % saveEvery == 0 && done < total) {
              ImportanceFiles.write(collector.matrix(text, done, context), output);
            }
          });
      int done = Math.max(first, read.count());
      ImportanceMatrix matrix = collector.matrix(text, done, context);
      ImportanceFiles.write(matrix, output);
      status.clear();
      application
          .streams()
          .out()
          .println(
              application.text("imatrix.written", output, matrix.entries().size(), done, context));
    }
    return ExitCode.OK.status();
  }

  private void requireSameText(ImportanceMatrix before) {
    boolean same =
        before.chunkSize() == context
            && before.datasets().equals(List.of(String.valueOf(text.getFileName())));
    if (!same) {
      throw CommandException.usage(
          application.text(
              "imatrix.other-text",
              output,
              String.join(", ", before.datasets()),
              before.chunkSize()));
    }
  }

  private void note(String key, Object... arguments) {
    application.streams().err().println(application.text(key, arguments));
  }
}
