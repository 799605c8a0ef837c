package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.cli.report.MeasureReport;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.TextChunks;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures how well a model predicts a text, or how far it is from another. */
@Command(name = "perplexity", mixinStandardHelpOptions = true, sortOptions = false)
final class PerplexityCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT")
  private Optional<Path> text = Optional.empty();

  @Option(names = "--context", paramLabel = "N")
  private int context = TextChunks.DEFAULT_CONTEXT;

  @Option(names = "--chunks", paramLabel = "N")
  private int chunks;

  @ArgGroup(exclusive = true)
  private Base base = new Base();

  /** A file of log-probabilities, to be written or to be compared with. */
  static final class Base {
    @Option(names = "--kl-base", paramLabel = "FILE")
    private Optional<Path> written = Optional.empty();

    @Option(names = "--kl", paramLabel = "FILE")
    private Optional<Path> compared = Optional.empty();
  }

  @Option(names = "--kernels", paramLabel = "NAME")
  private Optional<String> kernels = Optional.empty();

  @Option(names = "--threads", paramLabel = "N")
  private int threads;

  PerplexityCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    Path path = ModelPath.resolve(model, application.messages());
    if (base.compared.isPresent()) {
      compare(path, base.compared.get());
      return ExitCode.OK.status();
    }
    Path file =
        text.orElseThrow(() -> CommandException.usage(application.text("error.missing", "TEXT")));
    String body = TextFile.read(file);
    var report = new MeasureReport(application.messages());
    try (LanguageModel loaded = load(path, context);
        StatusLine status = application.statusLine()) {
      TextChunks read = TextChunks.of(loaded, body, context, chunks);
      var progress = new MeasureBar(application, status);
      application
          .streams()
          .out()
          .print(
              report.perplexity(
                  base.written.isPresent()
                      ? Perplexity.writeBase(loaded, read, base.written.get(), progress)
                      : Perplexity.of(loaded, read, progress)));
    }
    return ExitCode.OK.status();
  }

  private void compare(Path path, Path file) {
    if (text.isPresent()) {
      throw CommandException.usage(application.text("perplexity.text-with-kl"));
    }
    var report = new MeasureReport(application.messages());
    try (LanguageModel loaded = load(path, Perplexity.contextOf(file));
        StatusLine status = application.statusLine()) {
      application
          .streams()
          .out()
          .print(
              report.divergence(
                  Perplexity.compare(loaded, file, new MeasureBar(application, status))));
    }
  }

  private LanguageModel load(Path path, int tokens) {
    if (tokens < 4) {
      throw CommandException.usage(application.text("perplexity.context-too-small", tokens));
    }
    return application
        .engine()
        .load(
            path,
            LoadOptions.DEFAULT
                .withContextLength(tokens)
                .withChunkSize(Math.min(tokens, TextChunks.DEFAULT_CONTEXT))
                .withThreads(threads)
                .withKernels(kernels));
  }
}
