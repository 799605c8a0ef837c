package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Models that are known by name")
class KnownModelsTest {
  /** The counts of the published safetensors files, in which tied embeddings are there once. */
  @ParameterizedTest
  @CsvSource({
    "qwen1.5:0.5b, 463987712",
    "qwen1.5:1.8b, 1836828672",
    "qwen1.5:4b, 3950369280",
    "qwen1.5:7b, 7721324544",
    "qwen1.5:14b, 14167290880",
    "qwen2:0.5b, 494032768",
    "qwen2:1.5b, 1543714304",
    "qwen2:7b, 7615616512",
    "qwen2.5:0.5b, 494032768",
    "qwen2.5:1.5b, 1543714304",
    "qwen2.5:3b, 3085938688",
    "qwen2.5:7b, 7615616512",
    "qwen2.5:14b, 14770033664",
    "qwen2.5:32b, 32763876352",
    "qwen3:0.6b, 596049920",
    "qwen3:1.7b, 1720574976",
    "qwen3:4b, 4022468096",
    "qwen3:8b, 8190735360",
    "qwen3:14b, 14768307200",
    "smollm2:135m, 134515008",
    "smollm2:360m, 361821120",
    "smollm2:1.7b, 1711376384",
    "tinyllama:1.1b, 1100048384",
    "llama2:7b, 6738415616",
    "llama2:13b, 13015864320",
    "llama3:8b, 8030261248",
    "llama3.1:8b, 8030261248",
    "llama3.2:1b, 1235814400",
    "llama3.2:3b, 3212749824",
    "yi:6b, 6061035520",
    "yi:9b, 8829407232",
    "yi:34b, 34388917248",
    "mistral:7b, 7241732096"
  })
  void have_as_many_parameters_as_the_published_ones(String name, long parameters) {
    long elements =
        TensorList.of(KnownModels.named(name), Recipe.F16).stream()
            .filter(tensor -> tensor.content() != TensorList.Content.ROPE_FACTORS)
            .mapToLong(KnownModelsTest::elements)
            .sum();
    assertThat(elements).isEqualTo(parameters);
  }

  @Test
  void all_of_them_are_in_the_table_above() {
    assertThat(KnownModels.ALL).hasSize(33);
    assertThat(KnownModels.names()).doesNotHaveDuplicates();
  }

  private static long elements(TensorList.Entry tensor) {
    return tensor.dimensions().stream().reduce(1L, Math::multiplyExact);
  }

  @Test
  void types_are_those_of_the_recipe() {
    List<TensorList.Entry> tensors = TensorList.of(KnownModels.named("qwen2:1.5b"), Recipe.Q4_K_M);
    assertThat(type(tensors, "token_embd.weight")).isEqualTo(TensorType.Q6_K);
    assertThat(type(tensors, "blk.0.ffn_down.weight")).isEqualTo(TensorType.Q6_K);
    assertThat(type(tensors, "blk.3.ffn_down.weight")).isEqualTo(TensorType.Q4_K);
    assertThat(type(tensors, "blk.0.attn_q.weight")).isEqualTo(TensorType.Q4_K);
    assertThat(type(tensors, "blk.0.attn_q.bias")).isEqualTo(TensorType.F32);
    // 896 columns are no whole number of 256-element blocks.
    tensors = TensorList.of(KnownModels.named("qwen2:0.5b"), Recipe.Q4_K_M);
    assertThat(type(tensors, "blk.0.attn_q.weight")).isEqualTo(TensorType.Q5_0);
  }

  private static TensorType type(List<TensorList.Entry> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow()
        .type();
  }

  @Test
  void a_file_is_as_large_as_the_published_one() {
    // Qwen2-1.5B in Q4_K_M and Q8_0, without the header.
    assertThat(SyntheticModel.of("qwen2:1.5b:Q4_K_M", 1).bytes()).isEqualTo(980_097_536L);
    assertThat(SyntheticModel.of("QWEN2:1.5B:q8_0", 1).bytes()).isEqualTo(1_640_622_080L);
  }

  @Test
  void a_wrong_name_says_what_is_allowed() {
    assertThatThrownBy(() -> SyntheticModel.of("qwen2", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'qwen2'")
        .hasMessageContaining("FAMILY:SIZE:TYPE");
    assertThatThrownBy(() -> SyntheticModel.of("qwen2:9b:Q4_0", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown model 'qwen2:9b'; known are qwen2:0.5b, qwen2:1.5b, qwen2:7b");
    assertThatThrownBy(() -> SyntheticModel.of("gpt:1b:Q4_0", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mistral:7b");
    assertThatThrownBy(() -> SyntheticModel.of("qwen2:7b:Q9", 1))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Q4_K_M");
  }
}
