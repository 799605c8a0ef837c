package org.blossomlm.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model becomes a smaller one that still is the same model. */
class QuantizerTest {
  private static final Quantizer.Progress SILENT = (tensor, done, total) -> {};

  @TempDir Path folder;
  private Path original = Path.of("");

  @BeforeEach
  void write_a_small_model() {
    original = folder.resolve("original.gguf");
    write(original, Map.of());
  }

  @ParameterizedTest
  @EnumSource(Recipe.class)
  void every_recipe_gives_a_readable_model_of_the_planned_types(Recipe recipe) {
    Path target = folder.resolve("out.gguf");
    QuantizationPlan plan = quantize(original, target, QuantizeOptions.of(recipe));
    try (GgufFile before = GgufFile.open(original);
        GgufFile after = GgufFile.open(target)) {
      assertThat(after.tensors().keySet()).containsExactlyElementsOf(before.tensors().keySet());
      for (QuantizationPlan.Step step : plan.steps()) {
        Tensor tensor = after.requireTensor(step.source().name());
        assertThat(tensor.type()).isEqualTo(step.type());
        assertThat(tensor.dimensions()).isEqualTo(step.source().dimensions());
      }
      assertThat(after.metadata().integer("general.file_type")).hasValue(recipe.fileType());
      assertThat(after.metadata().string("general.name")).hasValue("small");
      Tensor norm = before.requireTensor("output_norm.weight");
      assertThat(after.requireTensor("output_norm.weight").data().mismatch(norm.data()))
          .isEqualTo(-1);
      double relative = relativeError(before, after);
      assertThat(relative).isLessThan(recipe == Recipe.Q2_K ? 0.4 : 0.25);
    }
  }

  @Test
  void bits_per_weight_are_those_of_the_file() throws IOException {
    Path target = folder.resolve("out.gguf");
    QuantizationPlan plan = quantize(original, target, QuantizeOptions.of(Recipe.Q4_K_M));
    assertThat(plan.bitsPerWeight()).isBetween(4.5, 7.0);
    assertThat(plan.sourceBitsPerWeight()).isEqualTo(32);
    assertThat(Files.size(target)).isBetween(plan.bytes(), plan.bytes() + 4096);
    try (GgufFile after = GgufFile.open(target)) {
      assertThat(after.metadata().integer("general.quantization_version")).hasValue(2);
    }
  }

  @Test
  void the_number_of_threads_does_not_change_a_byte() throws IOException {
    Path one = folder.resolve("one.gguf");
    Path five = folder.resolve("five.gguf");
    quantize(original, one, QuantizeOptions.of(Recipe.Q4_K_M).withThreads(1));
    quantize(original, five, QuantizeOptions.of(Recipe.Q4_K_M).withThreads(5));
    assertThat(Files.mismatch(one, five)).isEqualTo(-1);
  }

  @Test
  void rows_that_do_not_divide_fall_back_and_are_reported() {
    Path stories = Fixtures.require("stories260k/stories260k-f32.gguf");
    QuantizationPlan plan =
        quantize(stories, folder.resolve("out.gguf"), QuantizeOptions.of(Recipe.Q4_K_M));
    assertThat(plan.fallBacks())
        .hasSize(plan.steps().size() - 12)
        .anySatisfy(step -> {
          assertThat(step.source().name()).isEqualTo("blk.0.ffn_down.weight");
          assertThat(step.type()).isEqualTo(TensorType.F16);
        })
        .anySatisfy(step -> {
          assertThat(step.source().name()).isEqualTo("blk.1.attn_q.weight");
          assertThat(step.type()).isEqualTo(TensorType.Q5_0);
        });
  }

  @Test
  void the_user_decides_over_the_recipe() {
    var options =
        new QuantizeOptions(
            Recipe.Q4_0,
            false,
            List.of(
                new QuantizeOptions.TypeRule(Pattern.compile("blk\\.0\\..*ffn"), TensorType.Q8_0),
                new QuantizeOptions.TypeRule(Pattern.compile("ffn"), TensorType.Q5_1),
                new QuantizeOptions.TypeRule(Pattern.compile("ssm"), TensorType.Q8_0)),
            Optional.of(TensorType.F16),
            Optional.of(TensorType.BF16),
            Optional.empty(),
            "",
            false,
            false,
            1);
    Path target = folder.resolve("out.gguf");
    QuantizationPlan plan = quantize(original, target, options);
    assertThat(types(target))
        .containsEntry("output.weight", TensorType.F16)
        .containsEntry("token_embd.weight", TensorType.BF16)
        .containsEntry("blk.0.ffn_up.weight", TensorType.Q8_0)
        .containsEntry("blk.1.ffn_up.weight", TensorType.Q5_1)
        .containsEntry("blk.1.attn_q.weight", TensorType.Q4_0);
    assertThat(plan.unusedRules()).containsExactly("ssm");
  }

  @Test
  void pure_is_one_type() {
    var options =
        new QuantizeOptions(
            Recipe.Q4_K_M,
            true,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "",
            false,
            false,
            2);
    Path target = folder.resolve("out.gguf");
    quantize(original, target, options);
    assertThat(types(target).values()).containsOnly(TensorType.Q4_K, TensorType.F32);
  }

  @Test
  void what_is_quantised_is_not_quantised_again_unless_asked() {
    Path small = folder.resolve("small.gguf");
    quantize(original, small, QuantizeOptions.of(Recipe.Q8_0));
    assertThatThrownBy(
            () -> quantize(small, folder.resolve("x.gguf"), QuantizeOptions.of(Recipe.Q4_0)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("token_embd.weight")
        .hasMessageContaining("Q8_0")
        .hasMessageContaining("--allow-requantize");
    var allowed =
        new QuantizeOptions(
            Recipe.Q4_0,
            false,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "",
            true,
            false,
            2);
    quantize(small, folder.resolve("y.gguf"), allowed);
    assertThat(types(folder.resolve("y.gguf")))
        .containsEntry("blk.0.attn_q.weight", TensorType.Q4_0);
    // The same type is a copy, not another loss.
    quantize(small, folder.resolve("z.gguf"), QuantizeOptions.of(Recipe.Q8_0));
  }

  @Test
  void importance_is_used_and_recorded() throws IOException {
    ImportanceMatrix matrix = importance(256);
    QuantizeOptions options =
        QuantizeOptions.of(Recipe.Q4_K_S).withImportance(matrix, "small.imatrix");
    Path guided = folder.resolve("guided.gguf");
    Path blind = folder.resolve("blind.gguf");
    QuantizationPlan plan = quantize(original, guided, options);
    quantize(original, blind, QuantizeOptions.of(Recipe.Q4_K_S));
    assertThat(plan.withoutImportance()).contains("token_embd.weight").doesNotContain("blk.0");
    try (GgufFile file = GgufFile.open(guided);
        GgufFile other = GgufFile.open(blind)) {
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.string("quantize.imatrix.file")).hasValue("small.imatrix");
      assertThat(metadata.string("quantize.imatrix.dataset")).hasValue("a.txt, b.txt");
      assertThat(metadata.integer("quantize.imatrix.entries_count")).hasValue(1);
      assertThat(metadata.integer("quantize.imatrix.chunks_count")).hasValue(7);
      String name = "blk.0.attn_q.weight";
      assertThat(file.requireTensor(name).data().mismatch(other.requireTensor(name).data()))
          .isNotEqualTo(-1);
      String unknown = "blk.0.attn_k.weight";
      assertThat(file.requireTensor(unknown).data().mismatch(other.requireTensor(unknown).data()))
          .isEqualTo(-1);
    }
  }

  @Test
  void an_importance_matrix_of_another_model_is_refused() {
    QuantizeOptions options =
        QuantizeOptions.of(Recipe.Q4_0).withImportance(importance(128), "other.imatrix");
    assertThatThrownBy(() -> quantize(original, folder.resolve("x.gguf"), options))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("other.imatrix")
        .hasMessageContaining("128")
        .hasMessageContaining("256");
  }

  @Test
  void a_split_model_stays_split_if_asked() throws IOException {
    List<Path> parts;
    try (GgufFile file = GgufFile.open(original)) {
      var writer = new GgufWriter(file.metadata());
      file.tensors().values().forEach(writer::add);
      parts = writer.writeSplit(folder.resolve("parts"), List.of(3, 1, file.tensors().size() - 4));
    }
    var keep =
        new QuantizeOptions(
            Recipe.Q4_0,
            false,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "",
            false,
            true,
            2);
    try (GgufFile source = GgufFile.open(parts.getFirst())) {
      var quantizer = new Quantizer(source, keep);
      List<Path> written = quantizer.write(folder.resolve("small.gguf"), SILENT);
      assertThat(written)
          .containsExactly(
              folder.resolve("small-00001-of-00003.gguf"),
              folder.resolve("small-00002-of-00003.gguf"),
              folder.resolve("small-00003-of-00003.gguf"));
      try (GgufFile result = GgufFile.open(written.getFirst())) {
        assertThat(result.tensorsOfParts()).isEqualTo(source.tensorsOfParts());
      }
      assertThatThrownBy(() -> quantizer.write(folder.resolve("parts.gguf"), SILENT))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the output is the input");
      new Quantizer(source, QuantizeOptions.of(Recipe.Q4_0))
          .write(folder.resolve("whole.gguf"), SILENT);
    }
    assertThat(types(folder.resolve("whole.gguf")))
        .isEqualTo(types(folder.resolve("small-00001-of-00003.gguf")));
  }

  @Test
  void progress_reaches_the_end() {
    List<Long> seen = new ArrayList<>();
    try (GgufFile source = GgufFile.open(original)) {
      var quantizer = new Quantizer(source, QuantizeOptions.of(Recipe.Q4_0));
      quantizer.write(
          folder.resolve("out.gguf"),
          (tensor, done, total) -> {
            assertThat(done).isLessThanOrEqualTo(total);
            seen.add(done);
          });
    }
    assertThat(seen).isSorted().hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      floats = {Float.NaN, Float.POSITIVE_INFINITY, -1e6f})
  void a_weight_that_cannot_be_is_named_and_nothing_is_left(float bad) throws IOException {
    Path damaged = folder.resolve("damaged.gguf");
    write(damaged, Map.of("blk.1.ffn_up.weight", bad));
    assertThatThrownBy(
            () -> quantize(damaged, folder.resolve("x.gguf"), QuantizeOptions.of(Recipe.Q4_K_M)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("damaged.gguf")
        .hasMessageContaining("blk.1.ffn_up.weight")
        .hasMessageContaining("row 1, column 5")
        .hasMessageContaining(Float.toString(bad));
    assertThat(files()).containsExactlyInAnyOrder("original.gguf", "damaged.gguf");
  }

  @Test
  void the_output_is_not_the_input_and_its_folder_exists() {
    assertThatThrownBy(() -> quantize(original, original, QuantizeOptions.of(Recipe.Q4_0)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the output is the input");
    assertThatThrownBy(
            () -> quantize(original, folder.resolve("no/x.gguf"), QuantizeOptions.of(Recipe.Q4_0)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("folder does not exist");
  }

  @Test
  void a_truncated_input_is_refused_before_anything_is_written() throws IOException {
    byte[] bytes = Files.readAllBytes(original);
    Path cut = folder.resolve("cut.gguf");
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(
            () -> quantize(cut, folder.resolve("x.gguf"), QuantizeOptions.of(Recipe.Q4_0)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("cut.gguf");
    assertThat(files()).containsExactlyInAnyOrder("original.gguf", "cut.gguf");
  }

  @Test
  void a_file_without_weights_is_refused() {
    Path empty = folder.resolve("vocabulary.gguf");
    new GgufWriter(GgufMetadata.builder().put("general.architecture", "llama").build())
        .write(empty);
    assertThatThrownBy(
            () -> quantize(empty, folder.resolve("x.gguf"), QuantizeOptions.of(Recipe.Q4_0)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("nothing to quantise");
  }

  private QuantizationPlan quantize(Path from, Path to, QuantizeOptions options) {
    try (GgufFile source = GgufFile.open(from)) {
      var quantizer = new Quantizer(source, options);
      quantizer.write(to, SILENT);
      return quantizer.plan();
    }
  }

  @Test
  void an_error_on_a_thread_is_thrown_and_leaves_nothing() throws IOException {
    Path target = folder.resolve("out.gguf");
    try (GgufFile source = GgufFile.open(original)) {
      var quantizer = new Quantizer(source, QuantizeOptions.of(Recipe.Q4_K_M));
      // Shortened while it is mapped: reading the pages that are gone is an InternalError.
      try (FileChannel channel = FileChannel.open(original, StandardOpenOption.WRITE)) {
        channel.truncate(8192);
      }
      assertThatThrownBy(() -> quantizer.write(target, SILENT)).isInstanceOf(ModelException.class);
    }
    assertThat(files()).containsExactly("original.gguf");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }

  private static Map<String, TensorType> types(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      Map<String, TensorType> types = new LinkedHashMap<>();
      file.tensors().forEach((name, tensor) -> types.put(name, tensor.type()));
      return types;
    }
  }

  private static double relativeError(GgufFile before, GgufFile after) {
    double error = 0;
    double norm = 0;
    for (Tensor tensor : before.tensors().values()) {
      float[] expected = floats(tensor);
      float[] actual = floats(after.requireTensor(tensor.name()));
      for (int i = 0; i < expected.length; i++) {
        double difference = (double) expected[i] - actual[i];
        error += difference * difference;
        norm += (double) expected[i] * expected[i];
      }
    }
    return Math.sqrt(error / norm);
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.elements()];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, values.length, values, 0);
    return values;
  }

  private static ImportanceMatrix importance(int columns) {
    float[] sums = new float[columns];
    for (int i = 0; i < columns; i++) {
      sums[i] = i % 7 == 0 ? 100 : 1;
    }
    return new ImportanceMatrix(
        List.of("a.txt", "b.txt"),
        7,
        512,
        Map.of("blk.0.attn_q.weight", new ImportanceMatrix.Entry(sums, new float[] {10})));
  }

  /**
   * @param damage the value of the weight in row 1, column 5 of a tensor
   */
  private static void write(Path target, Map<String, Float> damage) {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.architecture", "llama")
            .put("general.name", "small")
            .put("general.tags", GgufArray.ofStrings(List.of("test")))
            .put("llama.block_count", GgufValue.uint32(2))
            .put("llama.attention.head_count", GgufValue.uint32(4))
            .build();
    var writer = new GgufWriter(metadata);
    var random = new Random(11);
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("token_embd.weight", List.of(256L, 700L));
    shapes.put("output.weight", List.of(256L, 700L));
    shapes.put("output_norm.weight", List.of(256L));
    for (int layer = 0; layer < 2; layer++) {
      String block = "blk." + layer + ".";
      shapes.put(block + "attn_norm.weight", List.of(256L));
      for (String role : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
        shapes.put(block + role + ".weight", List.of(256L, 256L));
      }
      shapes.put(block + "ffn_up.weight", List.of(256L, 512L));
      shapes.put(block + "ffn_down.weight", List.of(512L, 256L));
    }
    shapes.forEach((name, dimensions) -> {
      int count = (int) dimensions.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
      ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        bytes.putFloat((float) (0.02 * random.nextGaussian()));
      }
      Float bad = damage.get(name);
      if (bad != null) {
        bytes.putFloat(4 * (int) (dimensions.getFirst() + 5), bad);
      }
      writer.add(name, TensorType.F32, dimensions, out -> out.write(bytes.flip()));
    });
    writer.write(target);
  }
}
