package org.blossomlm.train.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.example.BatchAssembler;
import org.blossomlm.train.example.DataOrder;
import org.blossomlm.train.example.Example;
import org.blossomlm.train.example.ExampleBuilder;
import org.blossomlm.train.example.ExampleCache;
import org.blossomlm.train.example.ExampleCounts;
import org.blossomlm.train.example.ExampleFile;
import org.blossomlm.train.example.ExampleSet;
import org.blossomlm.train.example.ExampleSource;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.example.Packer;

/** The samples of a run: made or found, divided, and put in order for every stage. */
final class RunData implements AutoCloseable {
  /** Of which the lengths of rows are made: vectors are full then. */
  private static final int ROW_MULTIPLE = 16;

  private static final int LOOKED_AT_FOR_ENDS = 2000;

  private final TrainConfig config;
  private final BatchAssembler assembler;
  private final Map<ExampleSource, ExampleFile> files = new LinkedHashMap<>();
  private final List<RunPlan.Source> sources = new ArrayList<>();
  private final List<StageData> stages = new ArrayList<>();

  /**
   * A stage.
   *
   * @param microBatches until its end
   */
  record StageData(
      RunPlan.Stage plan,
      DataOrder order,
      long microBatches,
      double learningRate,
      Iterable<MicroBatch> heldOut) {}

  private RunData(TrainConfig config, BatchAssembler assembler) {
    this.config = config;
    this.assembler = assembler;
  }

  /**
   * Makes samples, or finds them made.
   *
   * @param progress is told the source and how many of its records are done; what it throws ends
   *     the work
   * @throws TrainException if nothing is left to learn
   */
  static RunData open(
      TrainConfig config,
      ExampleBuilder builder,
      int padding,
      int threads,
      ObjLongConsumer<String> progress) {
    var data = new RunData(config, new BatchAssembler(padding, ROW_MULTIPLE, 0));
    try {
      var cache = new ExampleCache(config.cache(), threads);
      config.stages().forEach(stage -> data.read(stage.data(), cache, builder, progress));
      data.read(config.evaluation().data(), cache, builder, progress);
      for (int i = 0; i < config.stages().size(); i++) {
        data.stages.add(data.stage(config.stages().get(i), i));
      }
      return data;
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private void read(
      List<TrainConfig.Data> wanted,
      ExampleCache cache,
      ExampleBuilder builder,
      ObjLongConsumer<String> progress) {
    for (TrainConfig.Data each : wanted) {
      if (!files.containsKey(each.source())) {
        ExampleFile file =
            cache.examples(
                each.source(), builder, records -> progress.accept(each.name(), records));
        files.put(each.source(), file);
        sources.add(new RunPlan.Source(each.name(), file.counts()));
      }
    }
  }

  private ExampleFile file(TrainConfig.Data data) {
    ExampleFile file = files.get(data.source());
    if (file == null) {
      throw new IllegalStateException("not read: " + data.name());
    }
    return file;
  }

  private StageData stage(TrainConfig.Stage stage, int number) {
    List<DataOrder.Part> learnt = new ArrayList<>();
    List<DataOrder.Part> heldOut = new ArrayList<>();
    boolean divided = config.evaluation().data().isEmpty();
    double samples = 0;
    double tokens = 0;
    double learntTokens = 0;
    for (TrainConfig.Data data : stage.data()) {
      ExampleFile file = file(data);
      ExampleSubset.Split split =
          ExampleSubset.split(file, divided ? config.evaluation().share() : 0, config.seed());
      learnt.add(new DataOrder.Part(split.learnt(), data.weight()));
      heldOut.add(new DataOrder.Part(split.heldOut(), 1));
      double seen = data.weight() * split.learnt().size();
      samples += seen;
      tokens += seen * file.counts().tokens() / Math.max(1, file.size());
      learntTokens += seen * file.counts().learntTokens() / Math.max(1, file.size());
    }
    if (!divided) {
      heldOut.clear();
      config.evaluation().data().forEach(data -> heldOut.add(new DataOrder.Part(file(data), 1)));
    }
    if (Math.round(samples) == 0) {
      throw new TrainException(
          "stage %s: no sample is left to learn from; blossom train inspect shows why"
              .formatted(stage.name()));
    }
    var order = new DataOrder(learnt, settings(config.seed() + number, config.batches().order()));
    long microBatches = OrderedBatches.count(order, stage.epochs());
    long steps = Math.ceilDiv(microBatches, config.batches().accumulate());
    double share = stage.epochs();
    if (stage.maxSteps().isPresent() && stage.maxSteps().getAsInt() < steps) {
      share *= (double) stage.maxSteps().getAsInt() / steps;
      steps = stage.maxSteps().getAsInt();
      microBatches = Math.min(microBatches, steps * config.batches().accumulate());
    }
    long held = heldOut.stream().mapToLong(part -> part.examples().size()).sum();
    var plan =
        new RunPlan.Stage(
            stage.name(),
            Math.round(samples),
            held,
            steps,
            Math.round(tokens * share),
            Math.round(learntTokens * share));
    return new StageData(plan, order, microBatches, stage.learningRate(), evaluated(heldOut, held));
  }

  private Iterable<MicroBatch> evaluated(List<DataOrder.Part> heldOut, long held) {
    return held == 0
        ? List.of()
        : OrderedBatches.all(
            new DataOrder(heldOut, settings(config.seed(), DataOrder.Kind.SEQUENTIAL)), assembler);
  }

  private DataOrder.Settings settings(long seed, DataOrder.Kind kind) {
    TrainConfig.Batches batches = config.batches();
    return new DataOrder.Settings(
        seed,
        kind,
        batches.rows(),
        batches.packing()
            ? Optional.of(new Packer(config.examples().maxLength(), batches.packingWindow()))
            : Optional.empty());
  }

  List<RunPlan.Source> sources() {
    return sources;
  }

  List<StageData> stages() {
    return stages;
  }

  /** The micro-batches of a stage from its beginning. */
  OrderedBatches batches(StageData stage) {
    return new OrderedBatches(stage.order(), assembler, stage.microBatches());
  }

  /** Tokens of the longest row that can come. */
  int longestRow() {
    if (config.batches().packing()) {
      return config.examples().maxLength();
    }
    int longest = 1;
    for (ExampleSet file : files.values()) {
      for (int i = 0; i < file.size(); i++) {
        longest = Math.max(longest, file.length(i));
      }
    }
    return longest;
  }

  /** What a set of samples is, for {@link RunIdentity}. */
  Map<String, String> identity() {
    Map<String, String> identity = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (ExampleFile file : files.values()) {
      String name = sources.get(number++).name();
      ExampleCounts counts = file.counts();
      identity.put(
          "data " + (names.add(name) ? name : name + " (" + number + ")"),
          "%d samples of %d tokens, checksum %08x"
              .formatted(file.size(), counts.tokens(), file.checksum()));
    }
    return identity;
  }

  /** Tokens that end learnt answers, the most frequent first. */
  List<Integer> ends() {
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    for (ExampleFile file : files.values()) {
      for (int i = 0; i < Math.min(file.size(), LOOKED_AT_FOR_ENDS); i++) {
        Example example = file.get(i);
        int last = example.length() - 1;
        if (example.learnt()[last]) {
          counts.merge(example.tokens()[last], 1, Integer::sum);
        }
      }
    }
    // Pieces of long texts end anywhere; a token that ends a tenth of all samples is an end.
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() * 10 >= all)
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void close() {
    files.values().forEach(ExampleFile::close);
    files.clear();
  }
}
