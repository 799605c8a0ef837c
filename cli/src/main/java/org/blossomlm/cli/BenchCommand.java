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

  @Option(names = "--kernels", paramLabel = "NAME")
  private Optional<String> kernels = Optional.empty();

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
    Path path = ModelPath.resolve(name, application.messages());
    BenchmarkOptions options = options();
    BenchmarkReport report;
    try (StatusLine status = application.statusLine()) {
      status.begin();
      report =
          Benchmark.run(
              context ->
                  application
                      .engine()
                      .load(
                          path,
                          LoadOptions.DEFAULT
                              .withContextLength(context)
                              .withThreads(threads)
                              .withChunkSize(chunkSize)
                              .withKernels(kernels)),
              options,
              (test, step, steps) ->
                  status.show(application.text("bench.measuring", test, step + 1, steps)));
    }
    print(text(report));
  }

  private BenchmarkOptions options() {
    if (threads < 0 || chunkSize < 0) {
      throw CommandException.usage(
          application.text(
              "bench.at-least-one",
              threads < 0 ? "--threads" : "--chunk-size",
              Math.min(threads, chunkSize)));
    }
    try {
      return new BenchmarkOptions(
          withoutZero(prompts), withoutZero(generations), depths, sequences, repetitions);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
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
