package org.blossomlm.train.run;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.LoraVariant;
import org.blossomlm.train.example.ExampleBuilder;
import org.blossomlm.train.example.PromptFormat;
import org.blossomlm.train.loop.LoopOptions;
import org.blossomlm.train.loop.LoopResult;
import org.blossomlm.train.loop.Trainer;
import org.blossomlm.train.nn.Compute;
import org.blossomlm.train.nn.LoraOptions;
import org.blossomlm.train.nn.LossOptions;
import org.blossomlm.train.nn.Method;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.optimizer.AdamWOptions;
import org.blossomlm.train.optimizer.LearningRate;
import org.blossomlm.train.optimizer.LearningRate.Schedule;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.MatmulPeak;
import org.blossomlm.train.torch.MatmulProbe;
import org.blossomlm.train.torch.Torch;
import org.jspecify.annotations.Nullable;

/**
 * A run from its configuration to its result. Its folder has the tokenised samples, checkpoints,
 * {@code metrics.jsonl}, what else {@link org.blossomlm.train.report.RunFiles} lists, {@code
 * tensorboard} with event files, and at the end {@code report.html}, {@code loss.png} and {@code
 * adapter} or {@code model}; a run of several stages has checkpoints and metrics in a folder for
 * each.
 */
public final class TrainingRun {
  private final TrainConfig config;
  private final RunRecorder listener;
  private volatile boolean stopped;
  private volatile @Nullable Trainer running;

  /** What there may be in the run's folder. */
  public enum Begin {
    /** Nothing. */
    FRESH,
    /** The same run, which goes on from its latest checkpoint. */
    RESUME,
    /** Anything; what runs have left is removed, but not the samples. */
    RESTART
  }

  /**
   * @throws TrainException if a type is asked for that GGUF files do not have
   */
  public TrainingRun(TrainConfig config, RunListener listener) {
    GgufFiles.types(config);
    this.config = config;
    this.listener = new RunRecorder(config, listener);
  }

  /** Asks the run to end after the step that it is in, with a checkpoint; from any thread. */
  public void stop() {
    stopped = true;
    Trainer trainer = running;
    if (trainer != null) {
      trainer.stop();
    }
  }

  /** Everything that a run needs, open. */
  private record Prepared(
      PromptFormat format,
      ExampleBuilder builder,
      LocalDateTime now,
      BaseModel base,
      RunData data,
      RunPlan plan)
      implements AutoCloseable {
    @Override
    public void close() {
      data.close();
      format.close();
    }
  }

  /**
   * What the run would do and take; makes the samples, but nothing else.
   *
   * @throws TrainException if a part of it cannot be had
   */
  public RunPlan plan() {
    try (Prepared prepared = prepare(Begin.FRESH)) {
      return prepared.plan();
    }
  }

  /**
   * Trains.
   *
   * @throws TrainException if it cannot begin, does not fit, or diverges
   * @throws RunStoppedException if it was stopped before its first step
   */
  public RunResult train(Begin begin) {
    Path output = config.output();
    if (begin == Begin.FRESH && RunFolder.hasRun(output)) {
      throw new TrainException(
          output + ": has a run already; go on with --resume, or begin anew with --restart");
    }
    try (Prepared prepared = prepare(begin)) {
      Preflight.require(prepared.plan(), config);
      var identity = RunIdentity.of(
              config, prepared.base(), prepared.data(), prepared.plan().type());
      if (begin == Begin.RESUME && RunFolder.hasRun(output)) {
        identity.requireSame(output);
      } else {
        RunFolder.clear(output);
        identity.write(output);
      }
      listener.planned(prepared.plan());
      return train(prepared, identity.fingerprint());
    } finally {
      listener.close();
    }
  }

  private Prepared prepare(Begin begin) {
    Torch.Started torch = Torch.start(config.compute().threads());
    PromptFormat format = PromptFormat.open(BaseModel.prompts(config), config.template());
    try {
      RunFolder.make(config.output());
      LocalDateTime now =
          config.date().map(LocalDate::parse).orElseGet(LocalDate::now).atStartOfDay();
      var builder =
          new ExampleBuilder(format.tokenizer(), format.template(), config.examples(), now);
      BaseModel base = BaseModel.of(config, format, config.output().resolve(RunFolder.BASE));
      RunData data =
          RunData.open(
              config,
              builder,
              format.tokenizer().padding().orElse(0),
              torch.threads(),
              (source, records) -> {
                listener.preparing(source, records);
                if (stopped) {
                  throw new RunStoppedException();
                }
              });
      MatmulPeak peak = MatmulProbe.measure(torch);
      RunPlan plan = Preflight.ofMachine(config.output()).plan(config, base, data, type(begin, peak), peak);
      return new Prepared(format, builder, now, base, data, plan);
    } catch (RuntimeException e) {
      format.close();
      throw e;
    }
  }

  /** A run that goes on stays with what was measured when it began. */
  private ComputeType type(Begin begin, MatmulPeak peak) {
    return switch (config.compute().type()) {
      case BF16 -> ComputeType.BF16;
      case FP32 -> ComputeType.FP32;
      case AUTO ->
          begin == Begin.RESUME && RunFolder.hasRun(config.output())
              ? RunIdentity.type(config.output())
              : peak.fastest();
    };
  }

  private RunResult train(Prepared prepared, String fingerprint) {
    List<Integer> ends =
        prepared.data().ends().stream().filter(prepared.format().tokenizer()::isSpecial).toList();
    var compute = Compute.cpu(prepared.plan().type(), prepared.plan().checkpointed());
    List<LoopResult> results = new ArrayList<>();
    try (TrainingModel model =
        TrainingModel.of(prepared.base().open(config.seed()), method(), compute, config.seed())) {
      List<RunData.StageData> stages = prepared.data().stages();
      for (int i = 0; i < stages.size(); i++) {
        listener.stage(i, stages.get(i).plan());
        LoopResult result = stage(prepared, model, stages.get(i), i, fingerprint, ends);
        results.add(result);
        if (result.end() == LoopResult.End.STOPPED) {
          listener.trained(results);
          return new RunResult(results, Optional.empty(), List.of());
        }
      }
      listener.trained(results);
      var folder = new ResultFolder(config, prepared.base(), prepared.format(), ends);
      listener.writing(config.output().toString());
      Path result = folder.write(model);
      if (config.gguf().isEmpty()) {
        return new RunResult(results, Optional.of(result), List.of());
      }
      Path whole = config.method() == TrainConfig.Method.FULL ? result : folder.writeModel(model);
      List<Path> files =
          new GgufFiles(config, prepared.builder(), prepared.now()).write(whole, listener);
      return new RunResult(results, Optional.of(result), files);
    }
  }

  private LoopResult stage(
      Prepared prepared,
      TrainingModel model,
      RunData.StageData stage,
      int number,
      String fingerprint,
      List<Integer> ends) {
    Path folder = RunFolder.stage(config.output(), number, config.stages().size());
    Set<Integer> stops = new LinkedHashSet<>(ends);
    stops.addAll(prepared.format().tokenizer().endOfGeneration());
    var answers = new AnswerSamples(config, prepared.format(), prepared.now(), stops);
    var heard =
        new AnsweringListener(
            listener,
            stage.plan().heldOut() > 0 ? 0 : config.evaluation().every(),
            step -> answers.tell(model, step, listener));
    try (var trainer =
        new Trainer(
            model,
            adamW(),
            rate(stage),
            new LossOptions(config.labelSmoothing(), config.neftuneAlpha()),
            options(number, fingerprint),
            prepared.data().batches(stage),
            stage.heldOut(),
            folder,
            heard)) {
      running = trainer;
      if (stopped) {
        trainer.stop();
      }
      LoopResult result = trainer.run();
      if (config.evaluation().patience() > 0 && result.end() != LoopResult.End.STOPPED) {
        trainer.restoreBest();
      }
      return result;
    } finally {
      running = null;
    }
  }

  private Method method() {
    TrainConfig.Lora lora = config.lora();
    if (config.method() == TrainConfig.Method.FULL) {
      return new Method.Full();
    }
    Set<String> whole = new LinkedHashSet<>();
    if (lora.trainEmbeddings()) {
      whole.add("embed_tokens");
    }
    if (lora.trainHead()) {
      whole.add("lm_head");
    }
    return new Method.Adapters(
        new LoraOptions(
            lora.rank(),
            lora.alpha(),
            lora.dropout(),
            Set.copyOf(lora.targets()),
            lora.variant() == LoraVariant.RSLORA,
            lora.variant() == LoraVariant.DORA),
        config.method() == TrainConfig.Method.QLORA,
        whole);
  }

  private AdamWOptions adamW() {
    TrainConfig.Optimizer optimizer = config.optimizer();
    return new AdamWOptions(
        optimizer.beta1(), optimizer.beta2(), optimizer.epsilon(), optimizer.weightDecay());
  }

  private LearningRate rate(RunData.StageData stage) {
    TrainConfig.Schedule schedule = config.schedule();
    long steps = stage.plan().steps();
    Schedule shape =
        switch (schedule.type()) {
          case COSINE -> new Schedule.Cosine();
          case LINEAR -> new Schedule.Linear();
          case CONSTANT -> new Schedule.Constant();
          case WSD -> new Schedule.StableDecay(schedule.decay());
        };
    return new LearningRate(
        shape, stage.learningRate(), schedule.warmupSteps(steps), steps, schedule.minimum());
  }

  private LoopOptions options(int stage, String fingerprint) {
    double clip = config.optimizer().clipNorm();
    return new LoopOptions(
        config.batches().accumulate(),
        clip == 0 ? Double.POSITIVE_INFINITY : clip,
        config.evaluation().every(),
        config.checkpoints().every(),
        config.checkpoints().keep(),
        config.evaluation().patience(),
        config.optimizer().ema(),
        config.seed() + stage,
        fingerprint + " stage " + (stage + 1));
  }
}
