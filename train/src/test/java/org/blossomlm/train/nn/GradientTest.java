package org.blossomlm.train.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.TinyModels.Kind;
import org.blossomlm.train.nn.TinyModels.Sample;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients are right, however a batch is cut, packed or computed. */
@SuppressWarnings("NullAway") // What is missing fails the test either way.
class GradientTest {
  private static final long SEED = 5;
  private static final LossOptions SMOOTHED = new LossOptions(0.1, 0);

  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  private static Method lora(boolean decomposed, boolean quantized, Set<String> whole) {
    return new Method.Adapters(
        new LoraOptions(3, 6, 0, Set.copyOf(LoraOptions.LINEARS), false, decomposed),
        quantized,
        whole);
  }

  private TrainingModel model(Kind kind, Method method, ComputeType type, boolean checkpointed) {
    return TinyModels.model(temporary, kind, method, Compute.cpu(type, checkpointed));
  }

  private static List<Sample> samples(int count) {
    var random = new Random(SEED);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(TinyModels.sample(4 + 3 * i % 8, random));
    }
    return samples;
  }

  @ParameterizedTest
  @EnumSource
  void gradients_of_all_weights_are_the_slopes_of_the_loss(Kind kind) {
    try (TrainingModel model = model(kind, new Method.Full(), ComputeType.FP64, true)) {
      assertSlopes(model, "");
      Set<String> kinds = new TreeSet<>();
      model
          .parameters()
          .tensors()
          .keySet()
          .forEach(name -> kinds.add(name.replaceAll("model\\.layers\\.\\d+\\.", "")));
      assertThat(kinds)
          .contains("model.embed_tokens.weight", "model.norm.weight", "self_attn.q_proj.weight");
      assertThat(kinds.contains("lm_head.weight")).isEqualTo(!model.definition().tied());
      assertThat(kinds.contains("self_attn.k_proj.bias")).isEqualTo(kind == Kind.QWEN2_BIASES);
      assertThat(kinds.contains("self_attn.q_norm.weight"))
          .isEqualTo(kind == Kind.QWEN3_HEAD_NORMS);
    }
  }

  @Test
  void gradients_of_adapters_and_of_what_is_trained_beside_them_are_the_slopes_of_the_loss() {
    Method method = lora(false, false, Set.of("embed_tokens", "lm_head"));
    try (TrainingModel model = model(Kind.LLAMA, method, ComputeType.FP64, false)) {
      assertSlopes(model, "");
    }
    try (TrainingModel model =
        model(Kind.QWEN2_BIASES, lora(false, true, Set.of()), ComputeType.FP64, true)) {
      assertSlopes(model, "");
    }
  }

  /** A and B of DoRA have gradients with the rows' lengths held, which no slope has. */
  @Test
  void gradients_of_magnitudes_are_the_slopes_of_the_loss() {
    try (TrainingModel model =
        model(Kind.QWEN2_BIASES, lora(true, false, Set.of()), ComputeType.FP64, true)) {
      assertSlopes(model, "lora_magnitude_vector");
    }
  }

  /** Central differences at the elements of the largest gradients and some others. */
  private static void assertSlopes(TrainingModel model, String names) {
    List<Sample> s = samples(3);
    MicroBatch batch = TinyModels.batch(List.of(List.of(s.get(0), s.get(1)), List.of(s.get(2))));
    int tokens = TrainingModel.learntTokens(batch);
    model.accumulate(batch, tokens, SMOOTHED, Pass.EVALUATION);
    var random = new Random(SEED);
    int checked = 0;
    for (Map.Entry<String, Tensor> entry : model.parameters().tensors().entrySet()) {
      if (!entry.getKey().contains(names)) {
        continue;
      }
      var values = new DoublePointer(entry.getValue().data_ptr());
      double[] gradient = doubles(entry.getValue().grad());
      double scale = 0;
      for (double g : gradient) {
        scale = Math.max(scale, Math.abs(g));
      }
      assertThat(scale).as(entry.getKey()).isPositive();
      for (int k = 0; k < 4; k++) {
        int i = k == 0 ? largest(gradient) : random.nextInt(gradient.length);
        double value = values.get(i);
        double step = 1e-5;
        values.put(i, value + step);
        double above = smoothedLoss(model, batch, tokens);
        values.put(i, value - step);
        double below = smoothedLoss(model, batch, tokens);
        values.put(i, value);
        double slope = (above - below) / (2 * step);
        assertThat(Math.abs(slope - gradient[i]))
            .as(
                "%s[%d]: gradient %s, slope %s, seed %d",
                entry.getKey(), i, gradient[i], slope, SEED)
            .isLessThan(1e-6 * Math.max(scale, 1e-2));
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(10);
  }

  private static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = Math.abs(values[i]) > Math.abs(values[best]) ? i : best;
    }
    return best;
  }

  private static double[] doubles(Tensor tensor) {
    try (var _ = new Scope()) {
      var values = new double[(int) tensor.numel()];
      new DoublePointer(tensor.contiguous().data_ptr()).get(values);
      return values;
    }
  }

  /** Mean over learnt tokens; the gradients that come with it are thrown away. */
  private static double smoothedLoss(TrainingModel model, MicroBatch batch, int tokens) {
    Map<String, Tensor> parameters = model.parameters().tensors();
    try (var _ = new Scope()) {
      List<Tensor> kept = new ArrayList<>();
      parameters.values().forEach(p -> kept.add(p.grad().clone()));
      double loss = model.accumulate(batch, tokens, SMOOTHED, Pass.EVALUATION) / tokens;
      int i = 0;
      for (Tensor p : parameters.values()) {
        p.mutable_grad().copy_(kept.get(i++));
      }
      return loss;
    }
  }

  @ParameterizedTest
  @EnumSource
  void eight_micro_batches_of_one_are_one_of_eight(Kind kind) {
    List<Sample> samples = samples(8);
    MicroBatch together = TinyModels.batch(samples.stream().map(List::of).toList());
    int tokens = TrainingModel.learntTokens(together);
    try (TrainingModel one = model(kind, new Method.Full(), ComputeType.FP64, false);
        TrainingModel eight = model(kind, new Method.Full(), ComputeType.FP64, false)) {
      double loss = one.accumulate(together, tokens, SMOOTHED, Pass.EVALUATION);
      double sum = 0;
      for (Sample sample : samples) {
        MicroBatch alone = TinyModels.batch(List.of(List.of(sample)));
        sum += eight.accumulate(alone, tokens, SMOOTHED, Pass.EVALUATION);
      }
      assertThat(Math.abs(sum - loss)).isLessThan(1e-10 * loss);
      assertSame(TinyModels.gradients(eight), TinyModels.gradients(one), 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource
  void packed_samples_do_not_see_each_other(Kind kind) {
    List<Sample> s = samples(5);
    MicroBatch packed =
        TinyModels.batch(
            List.of(List.of(s.get(0), s.get(1), s.get(2)), List.of(s.get(3), s.get(4))));
    int tokens = TrainingModel.learntTokens(packed);
    try (TrainingModel one = model(kind, new Method.Full(), ComputeType.FP64, true);
        TrainingModel apart = model(kind, new Method.Full(), ComputeType.FP64, true)) {
      double loss = one.accumulate(packed, tokens, LossOptions.PLAIN, Pass.EVALUATION);
      double sum = 0;
      double evaluated = 0;
      for (Sample sample : s) {
        MicroBatch alone = TinyModels.batch(List.of(List.of(sample)));
        sum += apart.accumulate(alone, tokens, LossOptions.PLAIN, Pass.EVALUATION);
        evaluated += one.loss(alone);
      }
      assertThat(Math.abs(sum - loss)).isLessThan(1e-10 * loss);
      assertThat(Math.abs(evaluated - loss)).isLessThan(1e-10 * loss);
      assertSame(TinyModels.gradients(apart), TinyModels.gradients(one), 1e-6);
    }
  }

  @Test
  void a_change_in_one_packed_sample_changes_no_logit_of_another() {
    List<Sample> s = samples(2);
    MicroBatch packed = TinyModels.batch(List.of(s));
    int[] tokens = packed.tokens().clone();
    int first = s.getFirst().tokens().length;
    tokens[0] = (tokens[0] + 1) % TinyModels.VOCABULARY;
    var changed =
        new MicroBatch(
            1, packed.length(), tokens, packed.targets(), packed.positions(), packed.segments());
    try (TrainingModel model =
        model(Kind.QWEN3_HEAD_NORMS, new Method.Full(), ComputeType.FP32, true)) {
      float[] before = model.logits(packed);
      float[] after = model.logits(changed);
      int border = first * TinyModels.VOCABULARY;
      assertThat(java.util.Arrays.mismatch(before, after)).isBetween(0, border - 1);
      assertThat(java.util.Arrays.copyOfRange(after, border, after.length))
          .isEqualTo(java.util.Arrays.copyOfRange(before, border, before.length));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_checkpointed_way_back_is_the_plain_one(Kind kind) {
    assertCheckpointed(kind, new Method.Full());
  }

  @Test
  void a_checkpointed_way_back_is_the_plain_one_with_adapters_and_dropout() {
    var options = new LoraOptions(3, 6, 0.3, Set.copyOf(LoraOptions.LINEARS), true, true);
    for (boolean quantized : new boolean[] {false, true}) {
      assertCheckpointed(Kind.LLAMA, new Method.Adapters(options, quantized, Set.of()));
      assertCheckpointed(
          Kind.LLAMA, new Method.Adapters(options, quantized, Set.of("embed_tokens")));
    }
  }

  private void assertCheckpointed(Kind kind, Method method) {
    List<Sample> s = samples(3);
    MicroBatch batch = TinyModels.batch(List.of(List.of(s.get(0), s.get(1)), List.of(s.get(2))));
    var options = new LossOptions(0, 5);
    var pass = new Pass(true, 99);
    try (TrainingModel plain = model(kind, method, ComputeType.FP32, false);
        TrainingModel checkpointed = model(kind, method, ComputeType.FP32, true)) {
      double expected = plain.accumulate(batch, 20, options, pass);
      assertThat(checkpointed.accumulate(batch, 20, options, pass)).isEqualTo(expected);
      assertThat(plain.accumulate(batch, 20, options, new Pass(true, 98))).isNotEqualTo(expected);
      checkpointed.accumulate(batch, 20, options, new Pass(true, 98));
      assertSame(TinyModels.gradients(checkpointed), TinyModels.gradients(plain), 1e-6);
    }
  }

  private static void assertSame(
      Map<String, float[]> found, Map<String, float[]> expected, double tolerance) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> {
      float[] others = found.get(name);
      double scale = 0;
      double worst = 0;
      for (int i = 0; i < values.length; i++) {
        scale = Math.max(scale, Math.abs(values[i]));
        worst = Math.max(worst, Math.abs(values[i] - others[i]));
      }
      assertThat(scale).as(name).isPositive();
      assertThat(worst).as(name).isLessThanOrEqualTo(tolerance * scale);
    });
  }
}
