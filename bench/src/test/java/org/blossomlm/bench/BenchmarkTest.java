package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A benchmark")
class BenchmarkTest {
  @TempDir Path folder;

  private Path file = Path.of("");

  @BeforeEach
  void a_model() {
    file = folder.resolve("tiny.gguf");
    new SyntheticModel(TinyShapes.qwen2(), Recipe.Q4_0, 1).write(file, bytes -> {});
  }

  @Test
  void evaluates_the_tokens_of_all_sequences_in_one_pass() {
    Set<Integer> tokens = new ConcurrentSkipListSet<>();
    LoadOptions options =
        LoadOptions.DEFAULT
            .withContextLength(128)
            .withThreads(2)
            .withObserver((tensor, count, columns, input) -> tokens.add(count));
    try (LanguageModel model = LanguageModel.load(file, options);
        ScheduledSequences sequences = new ScheduledSequences(model, 5, 1)) {
      for (int depth : new int[] {0, 70}) {
        sequences.fill(depth);
        tokens.clear();
        assertThat(sequences.decode(6)).isPositive();
        assertThat(tokens).as("depth %d", depth).contains(5);
      }
    }
  }

  @Test
  void says_so_when_a_context_has_no_room_for_the_tokens() {
    try (LanguageModel model =
            LanguageModel.load(file, LoadOptions.DEFAULT.withContextLength(16).withThreads(1));
        ScheduledSequences sequences = new ScheduledSequences(model, 2, 1)) {
      sequences.fill(4);
      assertThatThrownBy(() -> sequences.decode(40))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 of 2 sequences ended before they had made 40 tokens");
    }
  }

  @Test
  void has_room_for_more_contexts_than_the_engine_plans_by_itself() {
    var options = new BenchmarkOptions(List.of(), List.of(3), List.of(64), List.of(1, 24), 1);
    List<String> heard = new ArrayList<>();
    BenchmarkReport report =
        Benchmark.run(
            LanguageModel::load,
            file,
            LoadOptions.DEFAULT.withThreads(2).withKernels(Optional.of("scalar")),
            options,
            new Benchmark.Listener() {
              @Override
              public void onTest(String name, int step, int steps) {
                heard.add(step + "/" + steps + " " + name);
              }

              @Override
              public void onPart(Benchmark.Part part, int step, int steps) {
                heard.add(step + "/" + steps + " " + part);
              }

              @Override
              public void onWeights(long done, long total) {}
            });
    assertThat(report.results())
        .extracting(BenchmarkResult::name)
        .containsExactly("tg3 @ d64", "tg3 × 24 @ d64");
    assertThat(heard)
        .containsExactly(
            "0/6 LOADING",
            "1/6 tg3 @ d64",
            "2/6 tg3 × 24 @ d64",
            "3/6 READ_BANDWIDTH",
            "4/6 FLOAT32",
            "5/6 PRODUCTS");
    // 64 positions of 24 sequences: 4 layers, 2 key/value heads of 64 elements, 2 bytes each,
    // twice.
    assertThat(report.memory().cache()).isGreaterThanOrEqualTo(24L * 64 * 4 * 2 * 64 * 2 * 2);
  }

  @Test
  void counts_what_must_be_read_and_computed() {
    try (GgufFile gguf = GgufFile.open(file)) {
      ModelCost cost = ModelCost.of(gguf, KvType.F16);
      long vocabulary = gguf.requireTensor("token_embd.weight").rows();
      // Hidden 256, feed-forward 512, 4 query heads and 2 key/value heads of 64, 4 layers.
      long layer = 256L * 256 + 2 * 256 * 128 + 256L * 256 + 3 * 256 * 512;
      assertThat(cost.layerWeights()).isEqualTo(4 * layer);
      assertThat(cost.outputWeights()).isEqualTo(256 * vocabulary);
      assertThat(cost.cacheBytes(10)).isEqualTo(10L * 4 * 2 * 2 * 64 * 2);
      assertThat(ModelCost.of(gguf, KvType.Q8_0).cacheBytes(32))
          .isEqualTo(32L * 4 * 2 * 2 * 64 / 32 * 34);
      assertThat(cost.elements().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(4 * layer);

      double attention = 4.0 * (101 + 102) * 4 * 4 * 64;
      assertThat(cost.decodeOperations(2, 100, 3))
          .isCloseTo(3 * (2 * 2.0 * (4 * layer + 256 * vocabulary) + attention), within(1.0));
      assertThat(cost.decodeBytes(2, 100, 3))
          .isCloseTo(2.0 * cost.weightBytes() + 3 * cost.cacheBytes(101 + 102), within(1.0));
      assertThat(cost.promptOperations(2, 100))
          .isCloseTo(2 * 2.0 * 4 * layer + 2.0 * 256 * vocabulary + attention, within(1.0));
    }
  }

  @Test
  void measures_products_with_every_type_and_every_provider() {
    for (String name : KernelProvider.NAMES) {
      if (KernelProvider.refusal(name).isPresent()) {
        continue;
      }
      var kernels = KernelProvider.choose(Optional.of(name)).kernels();
      double fast =
          ProductRate.measure(kernels, 1, Map.of(TensorType.F32, 1L)).operationsPerSecond();
      double mixed =
          ProductRate.measure(kernels, 1, Map.of(TensorType.F32, 1L, TensorType.Q6_K, 1L))
              .operationsPerSecond();
      assertThat(fast).as(name).isPositive();
      assertThat(mixed).as(name).isPositive();
    }
  }

  @Test
  void takes_medians() {
    assertThat(new Sample(List.of(3.0, 1.0, 9.0)).median()).isEqualTo(3);
    assertThat(new Sample(List.of(3.0, 1.0, 9.0, 4.0)).median()).isEqualTo(3.5);
    assertThatThrownBy(() -> new Sample(List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
