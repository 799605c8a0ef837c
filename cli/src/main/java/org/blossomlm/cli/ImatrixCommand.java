package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      TextChunks all = TextChunks.of(loaded, body, context, 0);
      before.ifPresent(matrix -> requireSame(matrix, loaded, all));
      TextChunks read = chunks > 0 ? all.first(chunks) : all;
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
              ImportanceFiles.write(collector.matrix(loaded, text, all, done), output);
            }
          });
      int done = Math.max(first, read.count());
      ImportanceMatrix matrix = collector.matrix(loaded, text, all, done);
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

  private void requireSame(ImportanceMatrix before, LanguageModel loaded, TextChunks all) {
    ImportanceCollector.difference(before, loaded, text, all)
        .ifPresent(difference -> {
          String datasets = String.join(", ", before.datasets());
          throw CommandException.usage(
              switch (difference) {
                case CHUNK_SIZE ->
                    application.text(
                        "imatrix.other-chunk-size", output, before.chunkSize(), context);
                case MODEL -> application.text("imatrix.other-model", output, model);
                case TEXT ->
                    application.text("imatrix.other-text", output, datasets, before.chunks(), text);
              });
        });
  }

  private void note(String key, Object... arguments) {
    application.streams().err().println(application.text(key, arguments));
  }
}
