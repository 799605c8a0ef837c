package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  private static GgufMetadata.Builder llama() {
    return GgufMetadata.builder()
        .put("general.architecture", GgufValue.text("llama"))
        .put("llama.context_length", GgufValue.uint32(8192))
        .put("llama.embedding_length", GgufValue.uint32(64))
        .put("llama.block_count", GgufValue.uint32(3))
        .put("llama.feed_forward_length", GgufValue.uint32(172))
        .put("llama.attention.head_count", GgufValue.uint32(8))
        .put("llama.attention.layer_norm_rms_epsilon", GgufValue.float32(1e-6f));
  }

  @Test
  void what_a_file_leaves_out_follows_from_what_it_says() {
    Architecture a = Architecture.of(llama().build());
    assertThat(a.keyValueHeads()).isEqualTo(8);
    assertThat(a.group()).isEqualTo(1);
    assertThat(a.headSize()).isEqualTo(8);
    assertThat(a.rope().rotated()).isEqualTo(8);
    assertThat(a.rope().halves()).isFalse();
    assertThat(a.rope().angles()[1]).isCloseTo(Math.pow(10_000, -2 / 8.0), within(1e-12));
    assertThat(a.epsilon()).isEqualTo(1e-6f);
    assertThat(a.attentionScale()).isEqualTo((float) (1 / Math.sqrt(8)));
    Architecture scaled =
        Architecture.of(llama().put("llama.attention.scale", GgufValue.float32(0.5f)).build());
    assertThat(scaled.attentionScale()).isEqualTo(0.5f);
  }

  @Test
  void linear_scaling_divides_every_angle() {
    Architecture plain = Architecture.of(llama().build());
    Architecture scaled =
        Architecture.of(
            llama()
                .put("llama.rope.scaling.type", GgufValue.text("linear"))
                .put("llama.rope.scaling.factor", GgufValue.float32(4))
                .build());
    for (int i = 0; i < 4; i++) {
      assertThat(scaled.rope().angles()[i]).isEqualTo(plain.rope().angles()[i] / 4);
    }
    assertThat(scaled.rope().magnitude()).isEqualTo(1);
  }

  /** Against the formulas of the YaRN paper (arXiv 2309.00071), section 3.2 and 3.4. */
  @Test
  void yarn_keeps_fast_pairs_interpolates_slow_ones_and_raises_the_magnitude() {
    double factor = 4;
    int trained = 4096;
    Architecture a =
        Architecture.of(
            llama()
                .put("llama.attention.key_length", GgufValue.uint32(128))
                .put("llama.attention.value_length", GgufValue.uint32(128))
                .put("llama.rope.scaling.type", GgufValue.text("yarn"))
                .put("llama.rope.scaling.factor", GgufValue.float32((float) factor))
                .put("llama.rope.scaling.original_context_length", GgufValue.uint32(trained))
                .build());
    double[] angles = a.rope().angles();
    int fast = 0;
    int slow = 0;
    for (int i = 0; i < 64; i++) {
      double plain = Math.pow(10_000, -2.0 * i / 128);
      double turns = trained * plain / (2 * Math.PI);
      if (turns > 40) {
        assertThat(angles[i]).isEqualTo(plain);
        fast++;
      } else if (turns < 0.8) {
        assertThat(angles[i]).isCloseTo(plain / factor, within(1e-15));
        slow++;
      } else {
        assertThat(angles[i]).isBetween(plain / factor, plain);
      }
    }
    assertThat(fast).isGreaterThan(10);
    assertThat(slow).isGreaterThan(10);
    assertThat(a.rope().magnitude()).isCloseTo(1 + 0.1 * Math.log(factor), within(1e-12));
  }

  @Test
  void llama_3_factors_divide_pair_by_pair_and_must_be_as_many() {
    RopeScaling rope = Architecture.of(llama().build()).rope();
    RopeScaling scaled = rope.withFactors(new float[] {1, 2, 4, 8});
    assertThat(scaled.angles()[3]).isEqualTo(rope.angles()[3] / 8);
    assertThatThrownBy(() -> rope.withFactors(new float[] {1, 2}))
        .isInstanceOf(ModelException.class)
        .hasMessage("rope_freqs.weight has 2 factors; the model rotates 4 pairs");
    assertThatThrownBy(() -> rope.withFactors(new float[] {1, 2, 0, 1}))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("rope_freqs.weight[2] is 0.0");
  }

  @ParameterizedTest
  @CsvSource({
    "llama.block_count, 0, 'llama.block_count is 0; it must lie in [1, 1024]'",
    "llama.embedding_length, 4294967295, llama.embedding_length is 4294967295",
    "llama.attention.head_count_kv, 3, 'llama.attention.head_count (8) must be a multiple of'",
    "llama.attention.value_length, 16, only values as long as keys (8) are supported",
    "llama.logit_scale, 16, llama.logit_scale is 16.0; only 1.0 is supported",
    "llama.expert_count, 8, mixture-of-experts models are not supported",
    "llama.rope.dimension_count, 7, it must be even",
    "llama.rope.dimension_count, 9, 'it must lie in [2, 8]'"
  })
  void an_impossible_number_is_named_with_what_is_allowed(String key, long value, String message) {
    GgufMetadata metadata = llama().put(key, GgufValue.uint32(value)).build();
    assertThatThrownBy(() -> Architecture.of(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void an_unknown_architecture_is_told_which_are_known() {
    GgufMetadata metadata =
        GgufMetadata.builder().put("general.architecture", GgufValue.text("mamba")).build();
    assertThatThrownBy(() -> Architecture.of(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("'mamba'")
        .hasMessageContaining("llama")
        .hasMessageContaining("qwen3");
  }

  @Test
  void an_unknown_rope_scaling_is_an_error() {
    GgufMetadata metadata =
        llama().put("llama.rope.scaling.type", GgufValue.text("longrope")).build();
    assertThatThrownBy(() -> Architecture.of(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("'longrope'; supported are none, linear and yarn");
  }
}
