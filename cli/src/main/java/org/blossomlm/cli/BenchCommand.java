package org.blossomlm.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.bench.Benchmark;
import org.blossomlm.bench.BenchmarkOptions;
import org.blossomlm.bench.BenchmarkReport;
import org.blossomlm.bench.SyntheticModel;
import org.blossomlm.cli.files.Json;
import org.blossomlm.cli.files.OutputFile;
import org.blossomlm.cli.report.BenchmarkTables;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.model.ModelException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures how fast a model runs, or writes one to measure with. */
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  /** How the report is printed. */
  enum Format {
    table,
    json,
    markdown
  }

  private final Application application;

  @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL")
  private Optional<String> model = Optional.empty();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "N",
      split = ",")
  private List<Integer> prompts = BenchmarkOptions.DEFAULT.prompts();

  @Option(
      names = {"-n", "--generate"},
      paramLabel = "N",
      split = ",")
  private List<Integer> generations = BenchmarkOptions.DEFAULT.generations();

  @Option(
      names = {"-d", "--depth"},
      paramLabel = "N",
      split = ",")
  private List<Integer> depths = BenchmarkOptions.DEFAULT.depths();

  @Option(names = "--batch", paramLabel = "N", split = ",")
  private List<Integer> sequences = BenchmarkOptions.DEFAULT.sequences();

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "N")
  private int repetitions = BenchmarkOptions.DEFAULT.repetitions();

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N")
  private int threads;

  @Mixin private LoadingOptions loading = new LoadingOptions();

  @Option(names = "--chunk-size", paramLabel = "N")
  private int chunkSize;

  @Option(names = "--format", paramLabel = "FORMAT")
  private Format format = Format.table;

  @Option(names = "--synthetic", paramLabel = "NAME")
  private Optional<String> synthetic = Optional.empty();

  @Option(names = "--seed", paramLabel = "N")
  private long seed = 1;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE")
  private Optional<Path> output = Optional.empty();

  BenchCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    if (model.isPresent() == synthetic.isPresent()) {
      throw CommandException.usage(application.text("bench.one-of"));
    }
    if (synthetic.isPresent()) {
      write(synthetic.get());
    } else {
      measure(model.orElseThrow());
    }
    return ExitCode.OK.status();
  }

  private void write(String name) {
    SyntheticModel wanted;
    try {
      wanted = SyntheticModel.of(name, seed);
    } catch (IllegalArgumentException | ModelException e) {
      throw CommandException.usage("--synthetic: " + e.getMessage());
    }
    Path target = output.orElseGet(() -> Path.of(wanted.fileName()));
    if (output.isEmpty() && Files.exists(target)) {
      throw CommandException.usage(application.text("bench.exists", target));
    }
    long megabytes = wanted.bytes() >> 20;
    try (StatusLine status = application.statusLine()) {
      status.begin();
      wanted.write(
          target,
          done ->
              status.show(
                  application.text("bench.writing", target.getFileName(), done >> 20, megabytes)));
    }
    application.streams().out().println(target.toString());
  }

  private void measure(String name) throws IOException {
    BenchmarkOptions options = options();
    LoadOptions how = loading.read(application).withThreads(threads).withChunkSize(chunkSize);
    Path path = ModelPath.resolve(name, application.messages());
    BenchmarkReport report;
    try (StatusLine status = application.statusLine()) {
      status.begin();
      report = Benchmark.run(application.engine()::load, path, how, options, new Progress(status));
    }
    print(text(report));
  }

  /** What is going on, for the status line. */
  private final class Progress implements Benchmark.Listener {
    private final StatusLine status;

    Progress(StatusLine status) {
      this.status = status;
    }

    @Override
    public void onWeights(long done, long total) {
      status.show(application.text("status.packing", 100 * done / total));
    }

    @Override
    public void onTest(String name, int step, int steps) {
      status.show(application.text("bench.measuring", name, step + 1, steps));
    }

    @Override
    public void onPart(Benchmark.Part part, int step, int steps) {
      String name =
          switch (part) {
            case LOADING -> "bench.loading";
            case READ_BANDWIDTH -> "bench.bandwidth";
            case FLOAT32 -> "bench.float32";
            case PRODUCTS -> "bench.products";
          };
      onTest(application.text(name), step, steps);
    }
  }

  private BenchmarkOptions options() {
    within("--prompt", prompts, 0, BenchmarkOptions.MOST_TOKENS);
    within("--generate", generations, 0, BenchmarkOptions.MOST_TOKENS);
    within("--depth", depths, 0, BenchmarkOptions.MOST_TOKENS);
    within("--batch", sequences, 1, BenchmarkOptions.MOST_SEQUENCES);
    within("--repetitions", List.of(repetitions), 1, BenchmarkOptions.MOST_REPETITIONS);
    within("--threads", List.of(threads), 0, LoadOptions.MOST_THREADS);
    within("--chunk-size", List.of(chunkSize), 0, Integer.MAX_VALUE);
    List<Integer> read = withoutZero(prompts);
    List<Integer> made = withoutZero(generations);
    if (read.isEmpty() && made.isEmpty()) {
      throw CommandException.usage(application.text("bench.nothing"));
    }
    return new BenchmarkOptions(read, made, depths, sequences, repetitions);
  }

  private void within(String option, List<Integer> values, int least, int most) {
    for (int value : values) {
      if (value < least || value > most) {
        throw CommandException.usage(
            application.text("parameter.invalid", option, value, least + " … " + most));
      }
    }
  }

  /** As for llama-bench, a length of 0 means that there is no such test. */
  private static List<Integer> withoutZero(List<Integer> lengths) {
    return lengths.stream().filter(length -> length != 0).toList();
  }

  private String text(BenchmarkReport report) {
    return switch (format) {
      case table -> BenchmarkTables.of(report, application.messages());
      case json -> Json.writePretty(report.toJson()) + "\n";
      case markdown -> report.toMarkdown();
    };
  }

  private void print(String text) throws IOException {
    if (output.isEmpty()) {
      application.streams().out().print(text);
      return;
    }
    OutputFile.write(output.get(), file -> file.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
