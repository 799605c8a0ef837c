package org.blossomlm.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.blossomlm.bench.BenchmarkResult.Kind;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadListener;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.Scheduler;
import org.blossomlm.engine.SchedulerOptions;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.model.gguf.GgufFile;

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
  /** Loads a model. */
  @FunctionalInterface
  public interface Loader {
    LanguageModel load(Path gguf, LoadOptions options, LoadListener listener);
  }

  /** Hears what is being measured, and how far loading is. */
  public interface Listener extends LoadListener {
    /**
     * @param step from 0
     */
    void onTest(String name, int step, int steps);

    /** As {@link #onTest}, for what is no test of the model's speed. */
    void onPart(Part part, int step, int steps);
  }

  /** What a benchmark consists of beside its tests. */
  public enum Part {
    LOADING,
    READ_BANDWIDTH,
    FLOAT32,
    PRODUCTS
  }

  private static final double WARM_UP_SECONDS = 1.5;
  private static final int MOST_WARM_UPS = 8;

  /** Positions of a page of the KV cache, of which a sequence has one that is not full. */
  private static final int PAGE = 64;

  private final LanguageModel model;
  private final LoadOptions loading;
  private final BenchmarkOptions options;
  private final Listener listener;
  private final ModelCost cost;
  private final int steps;
  private final List<BenchmarkResult> results = new ArrayList<>();
  private long cacheBytes;

  /** No two sequences have the same tokens: the cache would know them. */
  private long seed;

  private Benchmark(
      LanguageModel model, LoadOptions loading, BenchmarkOptions options, Listener listener) {
    this.model = model;
    this.loading = loading;
    this.options = options;
    this.listener = listener;
    this.cost = ModelCost.of(model.file(), loading.kvType());
    this.steps = steps(options);
  }

  private static int steps(BenchmarkOptions options) {
    int perDepth =
        options.prompts().size() + options.generations().size() * options.sequences().size();
    // Loading, and the three probes.
    return options.depths().size() * perDepth + 4;
  }

  /**
   * Loads the model, measures, and closes it.
   *
   * @param loading how the model is loaded; the length of the context follows from {@code options},
   *     as does the memory for keys and values where several sequences need more of it
   * @throws org.blossomlm.model.ModelException if the model cannot be loaded
   * @throws org.blossomlm.engine.OutOfMemoryException if model and contexts do not fit
   * @throws IllegalArgumentException if the model cannot be loaded in this way on this machine
   */
  public static BenchmarkReport run(
      Loader loader, Path gguf, LoadOptions loading, BenchmarkOptions options, Listener listener) {
    MachineDescription machine = MachineDescription.here();
    double startUp =
        (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    listener.onPart(Part.LOADING, 0, steps(options));
    LoadOptions complete = withRoom(gguf, loading, options);
    long start = System.nanoTime();
    try (LanguageModel model = loader.load(gguf, complete, listener)) {
      double loaded = (System.nanoTime() - start) / 1e9;
      return new Benchmark(model, complete, options, listener).report(machine, startUp, loaded);
    }
  }

  private static LoadOptions withRoom(Path gguf, LoadOptions loading, BenchmarkOptions options) {
    int context = options.contextLength();
    LoadOptions complete = loading.withContextLength(context);
    int most = Collections.max(options.sequences());
    if (most == 1) {
      return complete;
    }
    try (GgufFile file = GgufFile.open(gguf)) {
      long positions = most * (long) Math.ceilDiv(context + PAGE, PAGE) * PAGE;
      return complete.withKvCacheBytes(ModelCost.of(file, loading.kvType()).cacheBytes(positions));
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
    var memory =
        new BenchmarkReport.Memory(ProcessMemory.peak(), model.file().fileBytes(), cacheBytes);
    var setup =
        new BenchmarkReport.Setup(
            model.kernels(),
            model.threads(),
            loading.kvType(),
            loading.pack(),
            options.repetitions());
    return new BenchmarkReport(
        machine,
        ModelDescription.of(model.file()),
        setup,
        start,
        memory,
        limits(),
        List.copyOf(results));
  }

  private BenchmarkReport.Limits limits() {
    int threads = model.threads();
    listener.onPart(Part.READ_BANDWIDTH, steps - 3, steps);
    ReadBandwidth bandwidth = ReadBandwidth.measure(threads);
    listener.onPart(Part.FLOAT32, steps - 2, steps);
    DotProductRate float32 = DotProductRate.measure(threads);
    listener.onPart(Part.PRODUCTS, steps - 1, steps);
    var kernels = KernelProvider.choose(loading.kernels()).kernels();
    ProductRate products = ProductRate.measure(kernels, threads, cost.elements());
    return new BenchmarkReport.Limits(bandwidth, float32, products);
  }

  /** The first answer of the process, which nothing has warmed up. */
  private double firstAnswer() {
    try (TestSequence sequence = new TestSequence(model, seed++)) {
      return sequence.prompt(BenchmarkReport.FIRST_PROMPT).firstToken();
    }
  }

  private void prompts(int depth) {
    if (options.prompts().isEmpty()) {
      return;
    }
    try (TestSequence sequence = new TestSequence(model, seed++)) {
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
      rememberCache();
    }
  }

  private void generations(int depth, int count) {
    if (options.generations().isEmpty()) {
      return;
    }
    if (count > 1) {
      try (ScheduledSequences sequences = new ScheduledSequences(model, count, seed++)) {
        sequences.fill(depth);
        options
            .generations()
            .forEach(tokens -> decode(tokens, depth, count, () -> sequences.decode(tokens)));
        rememberCache();
      }
      return;
    }
    try (TestSequence sequence = new TestSequence(model, seed++)) {
      sequence.fill(depth);
      options
          .generations()
          .forEach(tokens -> decode(tokens, depth, count, () -> sequence.decode(tokens)));
      rememberCache();
    }
  }

  private void decode(int tokens, int depth, int count, Supplier<Double> test) {
    List<Double> seconds = repeat(BenchmarkResult.name(Kind.DECODE, tokens, depth, count), test);
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

  /** Keys and values that are in memory now, prefixes kept for later prompts included. */
  private void rememberCache() {
    try (Scheduler idle = model.newScheduler(SchedulerOptions.DEFAULT)) {
      cacheBytes = Math.max(cacheBytes, idle.statistics().kvBytes());
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
}
