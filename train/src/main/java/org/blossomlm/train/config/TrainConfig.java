package org.blossomlm.train.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.blossomlm.train.example.DataOrder;
import org.blossomlm.train.example.ExamplePolicy;
import org.blossomlm.train.example.ExampleSource;

/**
 * A training run, with every default in its place. {@code keys.txt} says what the values mean.
 *
 * @param file the configuration, as messages name it
 * @param tokenizer folder or file; empty for the model's own
 * @param template a Jinja file or {@code blossom}; empty for the model's own
 * @param date for templates that write one ({@code YYYY-MM-DD}); empty for the day of the start
 * @param cache folder of tokenised samples
 * @param gguf types of the files that are made of the result
 */
public record TrainConfig(
    String file,
    String name,
    Path output,
    long seed,
    ModelChoice model,
    Optional<Path> tokenizer,
    Optional<String> template,
    Method method,
    Lora lora,
    Compute compute,
    Optimizer optimizer,
    Schedule schedule,
    double labelSmoothing,
    double neftuneAlpha,
    Batches batches,
    List<Stage> stages,
    ExamplePolicy examples,
    Optional<String> date,
    Path cache,
    Evaluation evaluation,
    Checkpoints checkpoints,
    List<String> gguf) {

  public TrainConfig {
    stages = List.copyOf(stages);
    gguf = List.copyOf(gguf);
  }

  /** What is trained. */
  public sealed interface ModelChoice {}

  /** A model that is there: a Hugging Face folder or a GGUF file. */
  public record Pretrained(Path path) implements ModelChoice {}

  /** A model with random weights. */
  public record FromScratch(
      String architecture,
      int hiddenSize,
      int layers,
      int heads,
      int kvHeads,
      int headSize,
      int intermediateSize,
      int contextLength,
      double ropeTheta,
      double normEpsilon,
      boolean tieEmbeddings,
      double initialRange)
      implements ModelChoice {}

  /** Which weights are trained. */
  public enum Method {
    FULL,
    LORA,
    QLORA
  }

  /** How adapters are scaled. */
  public enum LoraVariant {
    LORA,
    RSLORA,
    DORA
  }

  /** Adapters of {@link Method#LORA} and {@link Method#QLORA}. */
  public record Lora(
      LoraVariant variant,
      int rank,
      double alpha,
      double dropout,
      List<String> targets,
      boolean trainEmbeddings,
      boolean trainHead) {
    public Lora {
      targets = List.copyOf(targets);
    }
  }

  /** {@code YES} and {@code NO} are said, {@code AUTO} is decided by the program. */
  public enum Choice {
    AUTO,
    YES,
    NO
  }

  /** The format of matrix products; {@code AUTO} is the faster one of the machine. */
  public enum Products {
    AUTO,
    BF16,
    FP32
  }

  /**
   * @param type of products
   * @param threads 0 for all cores
   */
  public record Compute(Products type, int threads, Choice gradientCheckpointing) {}

  /** AdamW; {@code clipNorm} and {@code ema} are 0 where they are off. */
  public record Optimizer(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double clipNorm,
      double ema) {}

  /** How the learning rate goes on after warm-up. */
  public enum ScheduleType {
    COSINE,
    LINEAR,
    CONSTANT,
    WSD
  }

  /**
   * @param warmup share of the steps, or their number if it is above 1
   * @param decay share of the steps at the end, of {@link ScheduleType#WSD}
   * @param minimum share of the peak
   */
  public record Schedule(ScheduleType type, double warmup, double decay, double minimum) {
    /** Steps of warm-up of a run of {@code steps}. */
    public long warmupSteps(long steps) {
      return warmup > 1 ? Math.min(steps, Math.round(warmup)) : Math.round(warmup * steps);
    }
  }

  public record Batches(
      int rows, int accumulate, boolean packing, int packingWindow, DataOrder.Kind order) {}

  /**
   * Records of one source.
   *
   * @param weight how often it is seen in an epoch
   */
  public record Data(String name, ExampleSource source, double weight) {}

  /**
   * Data that are seen together, with a schedule of their own.
   *
   * @param maxSteps empty for no limit
   */
  public record Stage(
      String name, List<Data> data, double epochs, OptionalInt maxSteps, double learningRate) {
    public Stage {
      data = List.copyOf(data);
    }
  }

  /**
   * @param share of the data that is held out where {@code data} is empty
   * @param every 0 for the end of stages only
   * @param patience 0 for no early stop
   */
  public record Evaluation(
      List<Data> data,
      double share,
      int every,
      List<String> prompts,
      int answerTokens,
      int patience) {
    public Evaluation {
      data = List.copyOf(data);
      prompts = List.copyOf(prompts);
    }
  }

  /**
   * @param every 0 for the end of stages only
   */
  public record Checkpoints(int every, int keep) {}
}
