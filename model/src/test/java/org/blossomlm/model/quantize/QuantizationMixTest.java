package org.blossomlm.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufValueType;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The mixes of published quantisations. Numbers of layers are those of real models. */
class QuantizationMixTest {
  private static final ModelTraits QWEN3_0_6B = new ModelTraits("qwen3", 28, 16, 8, 0);
  private static final ModelTraits QWEN3_14B = new ModelTraits("qwen3", 40, 40, 8, 0);
  private static final ModelTraits LLAMA_70B = new ModelTraits("llama", 80, 64, 8, 0);

  /**
   * The files were made by a relative of llama.cpp that gives attn_v one step more where four
   * queries share a head (here: llama3), so attn_v is not compared there.
   */
  @ParameterizedTest
  @CsvSource({
    "llama, BF16",
    "llama, F16",
    "llama, Q2_K",
    "llama, Q3_K_M",
    "llama, Q4_0",
    "llama, Q4_1",
    "llama, Q4_K_M",
    "llama, Q4_K_S",
    "llama, Q5_0",
    "llama, Q5_1",
    "llama, Q5_K_M",
    "llama, Q6_K",
    "llama, Q8_0",
    "llama3, F16",
    "llama3, Q4_0",
    "llama3, Q4_K_M",
    "llama3, Q5_K_M",
    "llama3, Q8_0",
    "qwen2, F16",
    "qwen2, Q4_0",
    "qwen2, Q4_K_M",
    "qwen2, Q5_K_M",
    "qwen2, Q8_0",
    "qwen3, F16",
    "qwen3, Q4_0",
    "qwen3, Q4_K_M",
    "qwen3, Q5_K_M",
    "qwen3, Q8_0"
  })
  void the_types_of_ready_made_files(String model, Recipe recipe) {
    try (GgufFile file =
        GgufFile.open(Fixtures.require("tiny-models/" + model + "-" + recipe + ".gguf"))) {
      ModelTraits traits = ModelTraits.of(file.metadata());
      List<TensorShape> shapes =
          file.tensors().values().stream()
              .map(tensor -> new TensorShape(tensor.name(), tensor.dimensions()))
              .toList();
      Map<String, TensorType> expected = new TreeMap<>();
      file.tensors().forEach((name, tensor) -> expected.put(name, tensor.type()));

      Map<String, TensorType> actual = new TreeMap<>();
      QuantizationMix.types(recipe, traits, shapes, false)
          .forEach((name, choice) -> actual.put(name, choice.type()));
      for (TensorShape shape : shapes) {
        actual.putIfAbsent(shape.name(), TensorType.F32);
      }
      if (traits.queriesPerKv() >= 4) {
        expected.keySet().removeIf(name -> name.contains("attn_v.weight"));
        actual.keySet().removeIf(name -> name.contains("attn_v.weight"));
      }
      assertThat(actual).isEqualTo(expected);
      assertThat(file.metadata().integer("general.file_type")).hasValue(recipe.fileType());
    }
  }

  /** Layers listed in llama.cpp's own record of what its quantiser does to Qwen3-0.6B. */
  @ParameterizedTest
  @CsvSource({"Q4_K_M", "Q5_K_M"})
  void medium_recipes_raise_the_ends_and_every_third_layer(Recipe recipe) {
    Map<String, TensorChoice> types = dense(recipe, QWEN3_0_6B, 1024, 3072, true);
    List<Integer> raised = List.of(0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27);
    assertThat(layers(types, "attn_v", TensorType.Q6_K)).isEqualTo(raised);
    assertThat(layers(types, "ffn_down", TensorType.Q6_K)).isEqualTo(raised);
    assertThat(layers(types, "attn_q", recipe.base())).hasSize(28);
  }

  @Test
  void q4_k_s_raises_four_attn_v_and_an_eighth_of_ffn_down() {
    Map<String, TensorChoice> types = dense(Recipe.Q4_K_S, QWEN3_14B, 5120, 17408, false);
    assertThat(layers(types, "attn_v", TensorType.Q5_K)).isEqualTo(List.of(0, 1, 2, 3));
    assertThat(layers(types, "ffn_down", TensorType.Q5_K)).isEqualTo(List.of(0, 1, 2, 3, 4));
    assertThat(type(types, "output.weight")).isEqualTo(TensorType.Q6_K);
    assertThat(type(types, "token_embd.weight")).isEqualTo(TensorType.Q4_K);
  }

  @Test
  void q3_k_m_mixes_three_types() {
    Map<String, TensorChoice> types = dense(Recipe.Q3_K_M, QWEN3_14B, 5120, 17408, false);
    assertThat(layers(types, "attn_v", TensorType.Q5_K)).isEqualTo(List.of(0, 1));
    assertThat(layers(types, "attn_v", TensorType.Q4_K)).hasSize(38);
    assertThat(layers(types, "ffn_down", TensorType.Q5_K)).isEqualTo(List.of(0, 1));
    assertThat(layers(types, "ffn_down", TensorType.Q4_K)).hasSize(38);
    assertThat(layers(types, "attn_output", TensorType.Q4_K)).hasSize(40);
    assertThat(layers(types, "ffn_up", TensorType.Q3_K)).hasSize(40);
  }

  @Test
  void q3_k_l_raises_attention_values_output_and_down() {
    Map<String, TensorChoice> types = dense(Recipe.Q3_K_L, QWEN3_14B, 5120, 17408, false);
    for (String role : List.of("attn_v", "attn_output", "ffn_down")) {
      assertThat(layers(types, role, TensorType.Q5_K)).hasSize(40);
    }
    assertThat(layers(types, "ffn_gate", TensorType.Q3_K)).hasSize(40);
  }

  @Test
  void q2_k_depends_on_how_many_queries_share_a_head() {
    Map<String, TensorChoice> two = dense(Recipe.Q2_K, QWEN3_0_6B, 1024, 3072, true);
    Map<String, TensorChoice> five = dense(Recipe.Q2_K, QWEN3_14B, 5120, 17408, false);
    assertThat(layers(two, "attn_v", TensorType.Q3_K)).hasSize(28);
    assertThat(layers(five, "attn_v", TensorType.Q4_K)).hasSize(40);
    assertThat(layers(five, "attn_output", TensorType.Q3_K)).hasSize(40);
    assertThat(layers(five, "ffn_down", TensorType.Q3_K)).hasSize(40);
    assertThat(layers(five, "attn_k", TensorType.Q2_K)).hasSize(40);
  }

  @ParameterizedTest
  @EnumSource(names = {"Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S"})
  void attn_v_of_a_70b_is_never_below_q5_k(Recipe recipe) {
    Map<String, TensorChoice> types = dense(recipe, LLAMA_70B, 8192, 28672, false);
    assertThat(layers(types, "attn_v", TensorType.Q5_K)).hasSize(80);
    Map<String, TensorChoice> ungrouped =
        dense(recipe, new ModelTraits("llama", 80, 64, 64, 0), 8192, 28672, false);
    assertThat(layers(ungrouped, "attn_v", TensorType.Q5_K)).hasSizeLessThan(80);
  }

  @Test
  void iq4_protects_the_first_down_projections_unless_importance_is_known() {
    Map<String, TensorChoice> blind = dense(Recipe.IQ4_XS, QWEN3_14B, 5120, 17408, false);
    assertThat(layers(blind, "ffn_down", TensorType.Q5_K)).isEqualTo(List.of(0, 1, 2, 3, 4));
    assertThat(layers(blind, "attn_v", TensorType.Q5_K)).hasSize(40);
    Map<String, TensorChoice> guided =
        QuantizationMix.types(Recipe.IQ4_XS, QWEN3_14B, shapes(40, 5120, 17408, false), true);
    assertThat(layers(guided, "ffn_down", TensorType.IQ4_XS)).hasSize(40);
  }

  @ParameterizedTest
  @CsvSource({"Q4_0, Q4_1", "Q5_0, Q5_1"})
  void importance_gives_early_down_projections_an_offset(Recipe recipe, TensorType raised) {
    List<TensorShape> shapes = shapes(28, 1024, 3072, true);
    assertThat(layers(QuantizationMix.types(recipe, QWEN3_0_6B, shapes, true), "ffn_down", raised))
        .isEqualTo(List.of(0, 1, 2));
    assertThat(layers(QuantizationMix.types(recipe, QWEN3_0_6B, shapes, false), "ffn_down", raised))
        .isEmpty();
  }

  @Test
  void tied_embeddings_are_quantised_like_an_output() {
    assertThat(type(dense(Recipe.Q4_K_M, QWEN3_0_6B, 1024, 3072, true), "token_embd.weight"))
        .isEqualTo(TensorType.Q6_K);
    assertThat(type(dense(Recipe.Q8_0, QWEN3_0_6B, 1024, 3072, true), "token_embd.weight"))
        .isEqualTo(TensorType.Q8_0);
    assertThat(type(dense(Recipe.F16, QWEN3_0_6B, 1024, 3072, true), "token_embd.weight"))
        .isEqualTo(TensorType.F16);
  }

  @Test
  void eight_experts_keep_keys_and_values_at_eight_bits() {
    ModelTraits mixtral = new ModelTraits("llama", 32, 32, 8, 8);
    Map<String, TensorChoice> types = dense(Recipe.Q4_K_M, mixtral, 4096, 14336, false);
    assertThat(layers(types, "attn_k", TensorType.Q8_0)).hasSize(32);
    assertThat(layers(types, "attn_v", TensorType.Q8_0)).hasSize(32);
    assertThat(layers(types, "attn_output", TensorType.Q5_K)).hasSize(32);
  }

  @Test
  void the_order_of_the_file_does_not_matter() {
    List<TensorShape> shapes = shapes(28, 1024, 3072, true);
    assertThat(QuantizationMix.types(Recipe.Q4_K_M, QWEN3_0_6B, shapes.reversed(), false))
        .isEqualTo(QuantizationMix.types(Recipe.Q4_K_M, QWEN3_0_6B, shapes, false));
  }

  /** Qwen2.5-0.5B has 896 columns: not a multiple of 256, but of 32. */
  @Test
  void rows_that_do_not_divide_by_256_fall_back_to_blocks_of_32() {
    ModelTraits model = new ModelTraits("qwen2", 24, 14, 2, 0);
    Map<String, TensorChoice> types = dense(Recipe.Q4_K_M, model, 896, 4864, true);
    assertThat(types.get("blk.5.attn_q.weight"))
        .isEqualTo(new TensorChoice(TensorType.Q4_K, TensorType.Q5_0));
    assertThat(types.get("blk.5.attn_v.weight"))
        .isEqualTo(new TensorChoice(TensorType.Q6_K, TensorType.Q8_0));
    assertThat(type(types, "token_embd.weight")).isEqualTo(TensorType.Q8_0);
    assertThat(types.get("blk.5.ffn_down.weight"))
        .isEqualTo(new TensorChoice(TensorType.Q6_K, TensorType.Q6_K));
  }

  @ParameterizedTest
  @CsvSource({
    "Q2_K, 96, Q4_0", "Q3_K, 96, Q4_0", "Q4_K, 96, Q5_0", "Q5_K, 96, Q5_1", "Q6_K, 96, Q8_0",
    "IQ4_XS, 96, IQ4_NL", "Q4_K, 172, F16", "Q4_0, 172, F16", "IQ4_NL, 172, F16", "Q8_0, 172, F16",
    "BF16, 172, BF16", "Q4_K, 512, Q4_K", "Q5_1, 96, Q5_1"
  })
  void each_type_has_a_substitute(TensorType wanted, long columns, TensorType type) {
    TensorChoice choice = TensorChoice.fit(wanted, columns);
    assertThat(choice.type()).isEqualTo(type);
    assertThat(choice.fellBack()).isEqualTo(wanted != type);
  }

  @Test
  void norms_biases_routers_and_vectors_stay() {
    List<TensorShape> shapes =
        List.of(
            new TensorShape("blk.0.attn_norm.weight", List.of(256L)),
            new TensorShape("blk.0.attn_q_norm.weight", List.of(64L, 4L)),
            new TensorShape("blk.0.attn_q.bias", List.of(256L, 2L)),
            new TensorShape("blk.0.ffn_gate_inp.weight", List.of(256L, 8L)),
            new TensorShape("rope_freqs.weight", List.of(64L)),
            new TensorShape("blk.0.attn_q.weight", List.of(256L, 1L)),
            new TensorShape("blk.0.ffn_down_exps.weight", List.of(256L, 64L, 8L)));
    assertThat(QuantizationMix.types(Recipe.Q4_0, QWEN3_0_6B, shapes, false))
        .containsOnlyKeys("blk.0.ffn_down_exps.weight");
  }

  @Test
  void traits_come_from_metadata() {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.architecture", "llama")
            .put("llama.block_count", GgufValue.uint32(3))
            .put("llama.attention.head_count", GgufArray.ofInts(8, 4, 8))
            .build();
    assertThat(ModelTraits.of(metadata)).isEqualTo(new ModelTraits("llama", 3, 8, 8, 0));
  }

  @Test
  void names_of_recipes() {
    assertThat(Recipe.parse("q4_k")).isEqualTo(Recipe.Q4_K_M);
    assertThat(Recipe.parse("iq4_xs")).isEqualTo(Recipe.IQ4_XS);
    assertThatThrownBy(() -> Recipe.parse("Q9"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("\"Q9\"")
        .hasMessageContaining("Q4_K_M");
  }

  private static Map<String, TensorChoice> dense(
      Recipe recipe, ModelTraits model, long width, long hidden, boolean tied) {
    return QuantizationMix.types(recipe, model, shapes(model.layers(), width, hidden, tied), false);
  }

  private static List<TensorShape> shapes(int layers, long width, long hidden, boolean tied) {
    List<TensorShape> shapes = new ArrayList<>();
    shapes.add(new TensorShape("token_embd.weight", List.of(width, 32_000L)));
    if (!tied) {
      shapes.add(new TensorShape("output.weight", List.of(width, 32_000L)));
    }
    shapes.add(new TensorShape("output_norm.weight", List.of(width)));
    for (int layer = 0; layer < layers; layer++) {
      String block = "blk." + layer + ".";
      shapes.add(new TensorShape(block + "attn_norm.weight", List.of(width)));
      for (String role : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
        shapes.add(new TensorShape(block + role + ".weight", List.of(width, width)));
      }
      shapes.add(new TensorShape(block + "ffn_gate.weight", List.of(width, hidden)));
      shapes.add(new TensorShape(block + "ffn_up.weight", List.of(width, hidden)));
      shapes.add(new TensorShape(block + "ffn_down.weight", List.of(hidden, width)));
    }
    return shapes;
  }

  /** The layers whose tensor of this role has this type. */
  private static List<Integer> layers(
      Map<String, TensorChoice> types, String role, TensorType type) {
    Predicate<Integer> matches =
        layer -> type(types, "blk." + layer + "." + role + ".weight") == type;
    int count =
        (int) types.keySet().stream().filter(name -> name.contains("." + role + ".")).count();
    return IntStream.range(0, count).boxed().filter(matches).toList();
  }

  private static TensorType type(Map<String, TensorChoice> types, String name) {
    return Objects.requireNonNull(types.get(name), name).type();
  }

  @Test
  void numbers_that_no_int_holds_are_refused() {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.architecture", "llama")
            .put("llama.block_count", new GgufValue.Int(GgufValueType.UINT64, 1L << 32))
            .build();
    assertThatThrownBy(() -> ModelTraits.of(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessage("llama.block_count is 4294967296; allowed are 0 to 2147483647");
  }
}
