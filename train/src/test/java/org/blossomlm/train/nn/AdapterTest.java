package org.blossomlm.train.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.TinyModels.Kind;
import org.blossomlm.train.optimizer.AdamW;
import org.blossomlm.train.optimizer.AdamWOptions;
import org.blossomlm.train.torch.ComputeType;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway") // What is missing fails the test either way.
class AdapterTest {
  private static final Compute FP32 = Compute.cpu(ComputeType.FP32, true);

  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  private static Tensor leaf(float[] values, long... shape) {
    Tensor leaf = TensorData.floats(values, shape);
    leaf.set_requires_grad(true);
    return leaf;
  }

  /**
   * W = [[1, 2], [3, 4]], A = [[1, 1]], B = [[1], [0]], alpha/rank = 2, x = (1, 2), loss = y₁ + y₂.
   *
   * <p>A x = 3, so y = W x + 2 B·3 = (5 + 6, 11). dB = 2·dy·(A x)ᵀ = (6, 6), and dA = 2·Bᵀdy·xᵀ =
   * (2, 4). A plain step of 0.5 leaves A = (0, −1), B = (−2, −3), and the merged matrix is W + 2 B
   * A = [[1, 2 + 4], [3, 4 + 6]].
   */
  @Test
  void a_step_by_hand() {
    try (var _ = new Scope()) {
      Tensor a = leaf(new float[] {1, 1}, 1, 2);
      Tensor b = leaf(new float[] {1, 0}, 2, 1);
      var weight = new DenseWeight(TensorData.floats(new float[] {1, 2, 3, 4}, 2, 2));
      var linear = new Linear(weight, null, new Adapter(a, b, null, 2, 0));
      Tensor y = linear.forward(TensorData.floats(new float[] {1, 2}, 1, 2), FP32, Pass.EVALUATION);
      assertThat(TensorData.floats(y)).containsExactly(11, 11);
      y.sum().backward();
      assertThat(TensorData.floats(a.grad())).containsExactly(2, 4);
      assertThat(TensorData.floats(b.grad())).containsExactly(6, 6);
      Tensor a1 = TensorData.floats(new float[] {0, -1}, 1, 2);
      Tensor b1 = TensorData.floats(new float[] {-2, -3}, 2, 1);
      assertThat(
              TensorData.floats(
                  new Linear(weight, null, new Adapter(a1, b1, null, 2, 0)).merged(FP32)))
          .containsExactly(1, 6, 3, 10);
    }
  }

  /** The rows of W + BA = [[3, 4], [0, 2]] have lengths 5 and 2; magnitudes 10 and 1. */
  @Test
  void magnitudes_by_hand() {
    try (var _ = new Scope()) {
      var adapter =
          new Adapter(
              leaf(new float[] {1, 1}, 1, 2),
              leaf(new float[] {1, -1}, 2, 1),
              leaf(new float[] {10, 1}, 2),
              1,
              0);
      var weight = new DenseWeight(TensorData.floats(new float[] {2, 3, 1, 3}, 2, 2));
      var linear = new Linear(weight, leaf(new float[] {100, 200}, 2), adapter);
      assertThat(TensorData.floats(linear.merged(FP32))).containsExactly(6, 8, 0, 1);
      Tensor y = linear.forward(TensorData.floats(new float[] {1, 1}, 1, 2), FP32, Pass.EVALUATION);
      assertThat(TensorData.floats(y)).containsExactly(114, 201);
      y.sum().backward();
      assertThat(TensorData.floats(adapter.magnitude().grad()))
          .containsExactly(new float[] {7f / 5, 1}, within(1e-6f));
    }
  }

  @Test
  void rank_stabilised_adapters_are_scaled_by_the_root_of_their_rank() {
    Set<String> targets = Set.of("q_proj");
    assertThat(new LoraOptions(16, 8, 0, targets, false, false).scaling()).isEqualTo(0.5);
    assertThat(new LoraOptions(16, 8, 0, targets, true, false).scaling()).isEqualTo(2);
  }

  @Test
  void new_adapters_change_nothing() {
    MicroBatch batch = batch();
    for (Kind kind : Kind.values()) {
      Path folder = TinyModels.folder(temporary, kind);
      float[] base;
      try (TrainingModel full =
          TrainingModel.of(WeightSources.random(folder, 7), new Method.Full(), FP32, 7)) {
        base = full.logits(batch);
      }
      for (boolean decomposed : new boolean[] {false, true}) {
        var lora = new LoraOptions(3, 6, 0.5, Set.copyOf(LoraOptions.LINEARS), false, decomposed);
        try (TrainingModel adapted =
            TrainingModel.of(WeightSources.random(folder, 7), Method.Adapters.of(lora), FP32, 7)) {
          assertThat(adapted.logits(batch))
              .as("%s, decomposed %s", kind, decomposed)
              .containsExactly(base, within(decomposed ? 1e-5f : 0));
        }
      }
    }
  }

  private static MicroBatch batch() {
    return TinyModels.batch(List.of(List.of(TinyModels.sample(12, new Random(1)))));
  }

  private static Method adapters(boolean quantized, boolean decomposed) {
    return new Method.Adapters(
        new LoraOptions(4, 8, 0, Set.copyOf(LoraOptions.LINEARS), false, decomposed),
        quantized,
        Set.of());
  }

  /** One batch is learnt by heart: the loss goes to zero, and the base stays as it was. */
  @Test
  void one_batch_is_learnt_by_heart() {
    for (Method method :
        List.of(
            new Method.Full(),
            adapters(false, false),
            adapters(false, true),
            adapters(true, false))) {
      MicroBatch batch = batch();
      int tokens = TrainingModel.learntTokens(batch);
      try (var _ = new Scope();
          TrainingModel model = TrainingModel.of(base(Kind.QWEN2_BIASES), method, FP32, 7);
          var optimizer = new AdamW(model.parameters().tensors(), AdamWOptions.DEFAULT)) {
        double first = model.loss(batch) / tokens;
        for (int step = 0; step < 150; step++) {
          model.accumulate(batch, tokens, LossOptions.PLAIN, new Pass(true, step));
          optimizer.step(2e-2);
          model.parameters().zeroGradients();
        }
        assertThat(first).as("%s", method).isGreaterThan(2);
        assertThat(model.loss(batch) / tokens).as("%s", method).isLessThan(0.05);
      }
    }
  }

  @Test
  void the_frozen_base_has_no_gradients_and_a_merged_model_computes_the_same() {
    MicroBatch batch = batch();
    for (boolean quantized : new boolean[] {false, true}) {
      for (boolean decomposed : new boolean[] {false, true}) {
        Method method = adapters(quantized, decomposed);
        try (TrainingModel model =
            TinyModels.model(temporary, Kind.QWEN3_HEAD_NORMS, method, FP32)) {
          assertThat(model.parameters().tensors().keySet())
              .allMatch(name -> name.contains(".lora_"));
          try (var _ = new Scope();
              TrainingModel plain = TrainingModel.of(merged(model), new Method.Full(), FP32, 1)) {
            assertThat(plain.logits(batch))
                .as("quantised %s, decomposed %s", quantized, decomposed)
                .containsExactly(model.logits(batch), within(2e-5f));
          }
        }
      }
    }
  }

  /** A model whose last norm is large enough for a sure answer, which a frozen one needs. */
  private WeightSource base(Kind kind) {
    try (TrainingModel model = TinyModels.model(temporary, kind, new Method.Full(), FP32);
        var _ = new NoGradGuard()) {
      Tensor norm = model.parameters().tensors().get(DecoderDefinition.FINAL_NORM);
      assertThat(norm).isNotNull();
      norm.fill_(new Scalar(4.0));
      return merged(model);
    }
  }

  private static WeightSource merged(TrainingModel model) {
    Map<Place, Tensor> merged = new HashMap<>();
    for (Place place : model.definition().places()) {
      Tensor tensor = model.merged(place);
      if (tensor != null) {
        merged.put(place, tensor.clone());
      }
    }
    return new MergedWeights(model.definition(), merged);
  }

  private record MergedWeights(DecoderDefinition definition, Map<Place, Tensor> tensors)
      implements WeightSource {
    @Override
    public Optional<Tensor> tensor(Place place) {
      return Optional.ofNullable(tensors.get(place));
    }

    @Override
    public void close() {
      // Its scope frees the tensors.
    }
  }

  @Test
  void numbers_of_the_code_survive_quantisation_and_others_come_close() {
    try (var _ = new Scope()) {
      torch.manual_seed(1);
      Tensor normal = torch.randn(37, 129);
      Nf4Weight weight = Nf4Weight.of(normal, FP32);
      Tensor back = weight.dequantised();
      double error = back.sub(normal).norm().item_double() / normal.norm().item_double();
      System.out.println("relative error of NF4 on normal numbers: " + error);
      assertThat(error).isBetween(0.05, 0.11);
      assertThat((double) weight.bytes() * 8 / (37 * 129)).isLessThan(4.6);
      // What is in the code already is not changed again: merged models can be quantised anew.
      Tensor again = Nf4Weight.of(back, FP32).dequantised();
      assertThat(again.sub(back).abs().max().item_double()).isLessThan(0.02);
      Tensor zeros = torch.zeros(2, 64);
      assertThat(TensorData.floats(Nf4Weight.of(zeros, FP32).dequantised())).containsOnly(0);
    }
  }

  @Test
  void what_cannot_be_trained_is_refused() {
    assertThatThrownBy(() -> new LoraOptions(0, 1, 0, Set.of("q_proj"), false, false))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("rank 0");
    assertThatThrownBy(() -> new LoraOptions(1, 1, 0, Set.of("qproj"), false, false))
        .hasMessageContaining("'qproj' cannot have an adapter; allowed are [q_proj, k_proj");
    Method method = new Method.Adapters(LoraOptions.ofRank(2), false, Set.of("lm_head"));
    assertThatThrownBy(() -> TinyModels.model(temporary, Kind.LLAMA_TIED, method, FP32))
        .hasMessageContaining("this model's output is its embedding; train embed_tokens");
    try (TrainingModel model = TinyModels.model(temporary, Kind.LLAMA, new Method.Full(), FP32)) {
      int[] tokens = {1, TinyModels.VOCABULARY};
      assertThatThrownBy(() -> model.logits(TinyModels.text(tokens)))
          .isInstanceOf(TrainException.class)
          .hasMessageContaining("the model's vocabulary has 48 entries");
    }
  }
}
