package org.blossomlm.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.checkpoint.Checkpoint;
import org.blossomlm.train.checkpoint.CheckpointStore;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.LossOptions;
import org.blossomlm.train.nn.Pass;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.optimizer.AdamW;
import org.blossomlm.train.optimizer.AdamWOptions;
import org.blossomlm.train.optimizer.GradientNorm;
import org.blossomlm.train.optimizer.LearningRate;
import org.blossomlm.train.optimizer.WeightAverage;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A run: steps, evaluations and checkpoints in a folder. Started on a folder with checkpoints it
 * goes on from the latest, and ends with the same bits as a run that was never interrupted:
 * weights, optimizer, schedule, data position, guard and averages are all in it, and dropout
 * follows from seed and step.
 */
public final class Trainer implements AutoCloseable {
  private static final String WEIGHTS = "weights";
  private static final String OPTIMIZER = "optimizer";
  private static final String AVERAGES = "averages";

  private final TrainingModel model;
  private final LearningRate schedule;
  private final LossOptions loss;
  private final LoopOptions options;
  private final MicroBatchSource source;
  private final Iterable<MicroBatch> heldOut;
  private final LoopListener listener;
  private final CheckpointStore checkpoints;
  private final MetricsLog metrics;
  private final AdamW optimizer;
  private final @Nullable WeightAverage average;
  private final SpikeGuard guard = new SpikeGuard();

  private long step;
  private double lastLoss = Double.NaN;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private long bestStep = -1;
  private int withoutGain;
  private volatile boolean stopped;

  /**
   * @param model whose parameters change
   * @param heldOut evaluated; may be empty
   * @param folder of this run, made if there is none
   */
  public Trainer(
      TrainingModel model,
      AdamWOptions adamW,
      LearningRate schedule,
      LossOptions loss,
      LoopOptions options,
      MicroBatchSource source,
      Iterable<MicroBatch> heldOut,
      Path folder,
      LoopListener listener) {
    this.model = model;
    this.schedule = schedule;
    this.loss = loss;
    this.options = options;
    this.source = source;
    this.heldOut = heldOut;
    this.listener = listener;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    this.checkpoints =
        new CheckpointStore(folder.resolve("checkpoints"), options.keptCheckpoints());
    this.metrics = new MetricsLog(folder.resolve("metrics.jsonl"));
    this.optimizer = new AdamW(parameters(), adamW);
    this.average =
        options.averageDecay() > 0 ? new WeightAverage(parameters(), options.averageDecay()) : null;
  }

  private Map<String, Tensor> parameters() {
    return model.parameters().tensors();
  }

  /** Asks the run to end after the step that it is in, with a checkpoint; from any thread. */
  public void stop() {
    stopped = true;
  }

  /**
   * Goes on to the end. The model has the last weights then, or their averages where there are.
   *
   * @throws TrainException if losses are not numbers and going back does not help
   */
  public LoopResult run() {
    Optional<Checkpoint> latest = checkpoints.latest();
    if (latest.isPresent()) {
      resume(latest.get());
      listener.resumed(latest.get());
    } else {
      metrics.cut(0);
    }
    long first = step;
    LoopResult.End end = LoopResult.End.ALL_STEPS;
    while (step < schedule.total()) {
      if (stopped) {
        end = LoopResult.End.STOPPED;
        break;
      }
      if (options.patience() > 0 && withoutGain >= options.patience()) {
        end = LoopResult.End.NO_MORE_GAIN; // Also where a run that ended so is started again.
        break;
      }
      List<MicroBatch> batches = nextBatches();
      if (batches.isEmpty()) {
        end = LoopResult.End.NO_MORE_DATA;
        break;
      }
      step(batches);
      boolean best = isDue(options.evaluateEvery()) && evaluate();
      if (best || isDue(options.checkpointEvery())) {
        save();
      }
    }
    if (end != LoopResult.End.STOPPED && step > first && !isDue(options.evaluateEvery())) {
      evaluate();
    }
    if (checkpoints.at(step).isEmpty()) {
      save();
    }
    if (average != null) {
      average.swap();
    }
    return new LoopResult(
        step, lastLoss, bestStep < 0 ? OptionalDouble.empty() : OptionalDouble.of(bestLoss), end);
  }

  /**
   * Gives the model the weights that were best on what is held out, or leaves it as it is where
   * nothing was evaluated.
   */
  public void restoreBest() {
    checkpoints
        .at(bestStep)
        .ifPresent(best ->
            best.read(average == null ? WEIGHTS : AVERAGES, saved -> restoreWeights(best, saved)));
  }

  private boolean isDue(long every) {
    return every > 0 && step % every == 0;
  }

  private List<MicroBatch> nextBatches() {
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < options.accumulate(); i++) {
      Optional<MicroBatch> batch = source.next();
      if (batch.isEmpty()) {
        break;
      }
      batches.add(batch.get());
    }
    return batches;
  }

  private void step(List<MicroBatch> batches) {
    long start = System.nanoTime();
    step++;
    long learnt = batches.stream().mapToLong(TrainingModel::learntTokens).sum();
    long tokens = batches.stream().mapToLong(batch -> batch.tokens().length).sum();
    if (learnt == 0) {
      throw new TrainException(
          "step %d has %d tokens and nothing to learn in them; check the labels with `blossom train"
                  .formatted(step, tokens)
              + " inspect`");
    }
    double sum = 0;
    for (int i = 0; i < batches.size(); i++) {
      sum += model.accumulate(batches.get(i), learnt, loss, new Pass(true, passSeed(i)));
    }
    lastLoss = sum / learnt;
    double norm = GradientNorm.clip(parameters().values(), options.clip());
    double rate = schedule.at(step) * guard.factor();
    SpikeGuard.Verdict verdict = guard.judge(lastLoss, norm);
    if (verdict == SpikeGuard.Verdict.GOOD) {
      optimizer.step(rate);
      if (average != null) {
        average.update();
      }
    }
    model.parameters().zeroGradients();
    var report =
        new StepReport(
            step,
            schedule.total(),
            lastLoss,
            rate,
            norm,
            tokens,
            learnt,
            (System.nanoTime() - start) / 1e9,
            verdict);
    metrics.step(report);
    listener.step(report);
    if (verdict == SpikeGuard.Verdict.ROLL_BACK) {
      rollBack(norm);
    }
  }

  private long passSeed(int microBatch) {
    return options.seed() * 1_000_003L + step * 4_099L + microBatch;
  }

  private void rollBack(double norm) {
    String reason = "step %d: loss %s, gradient norm %s".formatted(step, lastLoss, norm);
    Checkpoint latest =
        checkpoints
            .latest()
            .orElseThrow(() ->
                new TrainException(
                    reason
                        + ": the run diverged before its first checkpoint; use a lower learning"
                        + " rate or a longer warm-up"));
    if (!guard.rollBack()) {
      throw new TrainException(
          reason
              + ": the run diverged again after going back %d times; use a lower learning rate"
                  .formatted(guard.rollbacks() - 1));
    }
    restoreTensors(latest);
    restoreProgress(latest.state());
    listener.rolledBack(latest, reason);
  }

  /** Whether it was the best so far. */
  private boolean evaluate() {
    double sum = 0;
    long tokens = 0;
    if (average != null) {
      average.swap();
    }
    for (MicroBatch batch : heldOut) {
      sum += model.loss(batch);
      tokens += TrainingModel.learntTokens(batch);
    }
    if (average != null) {
      average.swap();
    }
    if (tokens == 0) {
      return false;
    }
    double mean = sum / tokens;
    boolean best = mean < bestLoss;
    if (best) {
      bestLoss = mean;
      bestStep = step;
      withoutGain = 0;
    } else {
      withoutGain++;
    }
    var report = new EvaluationReport(step, mean, tokens, best);
    metrics.evaluation(report);
    listener.evaluated(report);
    return best;
  }

  private void save() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("step", step);
    state.put("position", source.position());
    state.put("fingerprint", options.fingerprint());
    state.put("optimizer_steps", optimizer.steps());
    state.put("metrics_bytes", metrics.length());
    state.put("guard", guard.state());
    state.put("best_step", bestStep);
    if (bestStep >= 0) {
      state.put("best_loss", bestLoss);
    }
    state.put("without_gain", withoutGain);
    Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
    groups.put(WEIGHTS, parameters());
    groups.put(OPTIMIZER, optimizer.state());
    if (average != null) {
      groups.put(AVERAGES, average.state());
    }
    listener.saved(
        checkpoints.write(
            step, state, groups, bestStep < 0 ? OptionalLong.empty() : OptionalLong.of(bestStep)));
  }

  private void resume(Checkpoint checkpoint) {
    JsonNode state = checkpoint.state();
    String fingerprint = state.path("fingerprint").stringValue("");
    if (!fingerprint.equals(options.fingerprint())) {
      throw new TrainException(
          "%s: is of another run (%s; this one is %s); choose another output folder, or remove it"
              .formatted(checkpoint.folder(), fingerprint, options.fingerprint()));
    }
    restoreTensors(checkpoint);
    restoreProgress(state);
    guard.restore(state.path("guard"));
    source.restore(state.path("position").stringValue(""));
    metrics.cut(state.path("metrics_bytes").longValue(0));
  }

  private void restoreTensors(Checkpoint checkpoint) {
    checkpoint.read(WEIGHTS, saved -> restoreWeights(checkpoint, saved));
    long optimizerSteps = checkpoint.state().path("optimizer_steps").longValue(0);
    checkpoint.read(OPTIMIZER, saved -> optimizer.restore(saved, optimizerSteps));
    if (average != null) {
      checkpoint.read(AVERAGES, average::restore);
    }
  }

  private void restoreWeights(Checkpoint checkpoint, Map<String, Tensor> saved) {
    try (var _ = new NoGradGuard()) {
      parameters()
          .forEach((name, parameter) -> {
            Tensor value = saved.get(name);
            if (value == null || !value.is_same_size(parameter)) {
              throw new TrainException(
                  "%s: has no %s of this model; it is of another run"
                      .formatted(checkpoint.folder(), name));
            }
            parameter.copy_(value);
          });
    }
  }

  private void restoreProgress(JsonNode state) {
    step = state.path("step").longValue(0);
    bestStep = state.path("best_step").longValue(-1);
    bestLoss = state.path("best_loss").doubleValue(Double.POSITIVE_INFINITY);
    withoutGain = state.path("without_gain").intValue(0);
  }

  @Override
  public void close() {
    metrics.close();
    optimizer.close();
    if (average != null) {
      average.close();
    }
  }
}
