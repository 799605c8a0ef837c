package org.blossomlm.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.blossomlm.bench.BenchmarkResult.Kind;
import org.blossomlm.engine.LanguageModel;

/*
 * The order matters. Loading and the first answer come first, while the code is as cold as in any other start. Every test
 * runs a few times unmeasured before it counts. The peak of memory is read before the probes of the machine, which take
 * memory of their own.
 */
/**
 * Measures how fast a model runs, as llama-bench does: prompts of random tokens in the engine's
 * chunks, and decoding token by token, each from a context of a given depth. Adds what it takes to
 * get there, and what the machine could do at best.
 */
public final class Benchmark {
  /** Loads the model with a context of this many tokens. */
  @FunctionalInterface
  public interface Loader {
    LanguageModel load(int contextLength);
  }

  /** Hears what is being measured. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param step from 0
     */
    void onTest(String name, int step, int steps);
  }

  private static final double WARM_UP_SECONDS = 1.5;
  private static final int MOST_WARM_UPS = 8;

  private final LanguageModel model;
  private final BenchmarkOptions options;
  private final Listener listener;
  private final ModelCost cost;
  private final int steps;
  private final List<BenchmarkResult> results = new ArrayList<>();

  private Benchmark(LanguageModel model, BenchmarkOptions options, Listener listener) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    this.cost = ModelCost.of(model.file());
    this.steps = steps(options);
  }

  private static int steps(BenchmarkOptions options) {
    int perDepth =
        options.prompts().size() + options.generations().size() * options.sequences().size();
    // Loading, and the two probes.
    return options.depths().size() * perDepth + 3;
  }

  /**
   * Loads the model, measures, and closes it.
   *
   * @throws org.blossomlm.model.ModelException if the model cannot be loaded
   */
  public static BenchmarkReport run(Loader loader, BenchmarkOptions options, Listener listener) {
    MachineDescription machine = MachineDescription.here();
    double startUp =
        (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    listener.onTest("load", 0, steps(options));
    long start = System.nanoTime();
    try (LanguageModel model = loader.load(options.contextLength())) {
      double loaded = (System.nanoTime() - start) / 1e9;
      return new Benchmark(model, options, listener).report(machine, startUp, loaded);
    }
  }

  private BenchmarkReport report(MachineDescription machine, double startUp, double loaded) {
    var start = new BenchmarkReport.Start(startUp, loaded, firstAnswer());
    for (int depth : options.depths()) {
      prompts(depth);
      for (int count : options.sequences()) {
        generations(depth, count);
      }
    }
    var memory = new BenchmarkReport.Memory(ProcessMemory.peak(), fileBytes(), cacheBytes());
    int threads = model.threads();
    listener.onTest("read bandwidth", steps - 2, steps);
    ReadBandwidth bandwidth = ReadBandwidth.measure(threads);
    listener.onTest("dot products", steps - 1, steps);
    DotProductRate arithmetic = DotProductRate.measure(threads);
    return new BenchmarkReport(
        machine,
        ModelDescription.of(model.file()),
        model.kernels(),
        threads,
        options.repetitions(),
        start,
        memory,
        bandwidth,
        arithmetic,
        List.copyOf(results));
  }

  /** The first answer of the process, which nothing has warmed up. */
  private double firstAnswer() {
    try (TestSequence sequence = new TestSequence(model, 0)) {
      return sequence.prompt(BenchmarkOptions.FIRST_PROMPT).firstToken();
    }
  }

  private void prompts(int depth) {
    if (options.prompts().isEmpty()) {
      return;
    }
    try (TestSequence sequence = new TestSequence(model, depth)) {
      sequence.fill(depth);
      for (int tokens : options.prompts()) {
        List<TestSequence.PromptTime> times =
            repeat(
                BenchmarkResult.name(Kind.PROMPT, tokens, depth, 1), () -> sequence.prompt(tokens));
        results.add(
            new BenchmarkResult(
                Kind.PROMPT,
                tokens,
                depth,
                1,
                new Sample(times.stream().map(TestSequence.PromptTime::prompt).toList()),
                Optional.of(
                    new Sample(times.stream().map(TestSequence.PromptTime::firstToken).toList())),
                cost.promptBytes(tokens, depth),
                cost.promptOperations(tokens, depth)));
      }
    }
  }

  private void generations(int depth, int count) {
    if (options.generations().isEmpty()) {
      return;
    }
    try (SequenceGroup group = new SequenceGroup(model, count)) {
      group.fill(depth);
      for (int tokens : options.generations()) {
        String name = BenchmarkResult.name(Kind.DECODE, tokens, depth, count);
        List<Double> seconds = repeat(name, () -> group.decode(tokens));
        results.add(
            new BenchmarkResult(
                Kind.DECODE,
                tokens,
                depth,
                count,
                new Sample(seconds),
                Optional.empty(),
                cost.decodeBytes(tokens, depth, count),
                cost.decodeOperations(tokens, depth, count)));
      }
    }
  }

  private <T> List<T> repeat(String name, Supplier<T> test) {
    listener.onTest(name, results.size() + 1, steps);
    long start = System.nanoTime();
    for (int i = 0; i < MOST_WARM_UPS; i++) {
      var _ = test.get();
      if ((System.nanoTime() - start) / 1e9 > WARM_UP_SECONDS) {
        break;
      }
    }
    List<T> values = new ArrayList<>();
    for (int i = 0; i < options.repetitions(); i++) {
      values.add(test.get());
    }
    return values;
  }

  private long fileBytes() {
    return model.file().fileBytes();
  }

  /** Bytes of the keys and values that were in memory at the same time, at most. */
  private long cacheBytes() {
    long decoding =
        options.generations().isEmpty()
            ? 0
            : (long) Collections.max(options.sequences())
                * (Collections.max(options.depths()) + Collections.max(options.generations()));
    long prompts =
        options.prompts().isEmpty()
            ? 0
            : Collections.max(options.depths()) + (long) Collections.max(options.prompts());
    return cost.cacheBytes(Math.max(decoding, prompts));
  }
}
