package org.blossomlm.train.nn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** Small models with random weights, and batches for them. */
public final class TinyModels {
  public static final int VOCABULARY = 48;

  private TinyModels() {}

  /** Families, by what is special about them. */
  public enum Kind {
    LLAMA_TIED("LlamaForCausalLM", true),
    LLAMA("LlamaForCausalLM", false),
    QWEN2_BIASES("Qwen2ForCausalLM", true),
    QWEN3_HEAD_NORMS("Qwen3ForCausalLM", false);

    private final String className;
    private final boolean tied;

    Kind(String className, boolean tied) {
      this.className = className;
      this.tied = tied;
    }
  }

  /** Writes the {@code config.json} of a model with 2 layers of width 24. */
  public static Path folder(Path parent, Kind kind) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(kind.className));
    config.put("vocab_size", VOCABULARY);
    config.put("hidden_size", 24);
    config.put("intermediate_size", 40);
    config.put("num_hidden_layers", 2);
    config.put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2);
    config.put("head_dim", 8);
    config.put("max_position_embeddings", 128);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_theta", 10000.0);
    config.put("tie_word_embeddings", kind.tied);
    try {
      Path folder = Files.createDirectories(parent.resolve(kind.name()));
      Files.write(folder.resolve("config.json"), new JsonMapper().writeValueAsBytes(config));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model whose parameters are all far from zero and from one. */
  public static TrainingModel model(Path parent, Kind kind, Method method, Compute compute) {
    TrainingModel model =
        TrainingModel.of(WeightSources.random(folder(parent, kind), 7), method, compute, 7);
    nudge(model);
    return model;
  }

  /** Adds noise to all parameters. */
  public static void nudge(TrainingModel model) {
    var random = new Random(11);
    model.parameters().tensors().values().forEach(tensor -> nudge(tensor, random));
  }

  private static void nudge(Tensor tensor, Random random) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      var noise = new float[(int) tensor.numel()];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = (float) (0.2 * random.nextGaussian());
      }
      tensor.add_(
          TensorData.floats(noise, noise.length).view_as(tensor).to(tensor.scalar_type()),
          new Scalar(1.0));
    }
  }

  /** Samples of a row. */
  public record Sample(int[] tokens, int[] targets) {}

  /** A sample whose first tokens are not learnt. */
  public static Sample sample(int length, Random random) {
    int[] tokens = random.ints(length + 1, 0, VOCABULARY).toArray();
    int unlearnt = length / 3;
    return new Sample(
        IntStream.range(0, length).map(i -> tokens[i]).toArray(),
        IntStream.range(0, length)
            .map(i -> i < unlearnt ? MicroBatch.IGNORED : tokens[i + 1])
            .toArray());
  }

  /** Rows of samples, padded at their ends. */
  public static MicroBatch batch(List<List<Sample>> rows) {
    int length =
        rows.stream()
            .mapToInt(row -> row.stream().mapToInt(s -> s.tokens().length).sum())
            .max()
            .orElseThrow();
    int size = rows.size() * length;
    var tokens = new int[size];
    var targets = new int[size];
    var positions = new int[size];
    var segments = new int[size];
    java.util.Arrays.fill(targets, MicroBatch.IGNORED);
    for (int row = 0; row < rows.size(); row++) {
      int at = row * length;
      int segment = 1;
      for (Sample sample : rows.get(row)) {
        for (int i = 0; i < sample.tokens().length; i++, at++) {
          tokens[at] = sample.tokens()[i];
          targets[at] = sample.targets()[i];
          positions[at] = i;
          segments[at] = segment;
        }
        segment++;
      }
    }
    return new MicroBatch(rows.size(), length, tokens, targets, positions, segments);
  }

  /** One row with one sample, nothing of which is learnt. */
  public static MicroBatch text(int[] tokens) {
    var targets = new int[tokens.length];
    var segments = new int[tokens.length];
    java.util.Arrays.fill(targets, MicroBatch.IGNORED);
    java.util.Arrays.fill(segments, 1);
    return new MicroBatch(
        1, tokens.length, tokens, targets, IntStream.range(0, tokens.length).toArray(), segments);
  }

  /** All gradients. */
  public static Map<String, float[]> gradients(TrainingModel model) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    model
        .parameters()
        .tensors()
        .forEach((name, tensor) -> gradients.put(name, TensorData.floats(tensor.grad())));
    return gradients;
  }
}
