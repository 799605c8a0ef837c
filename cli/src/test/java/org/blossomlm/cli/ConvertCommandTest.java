package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("convert on the command line")
class ConvertCommandTest {
  @TempDir Path temporary;

  private final InProcess program = new InProcess();
  private Path gguf = Path.of("");
  private Path folder = Path.of("");

  private int blossom(Object... arguments) {
    return program.run(temporary, Locale.ENGLISH, arguments);
  }

  private String out() {
    return program.out();
  }

  private String err() {
    return program.err();
  }

  /** One layer of zeros. */
  @BeforeEach
  void a_model() {
    gguf = temporary.resolve("tiny.gguf");
    folder = temporary.resolve("Tiny-9K");
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < 256; i++) {
      tokens.add("<0x%02X>".formatted(i));
    }
    int[] types = new int[tokens.size()];
    for (int id = 0; id < types.length; id++) {
      types[id] = id == 0 ? 2 : id < 3 ? 3 : 6;
    }
    GgufMetadata.Builder metadata =
        GgufMetadata.builder()
            .put("general.architecture", "llama")
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.tokens", GgufArray.ofStrings(tokens))
            .put("tokenizer.ggml.scores", GgufArray.ofFloats(new float[types.length]))
            .put("tokenizer.ggml.token_type", GgufArray.ofInts(types));
    Map<String, Integer> numbers =
        Map.of(
            "block_count", 1,
            "context_length", 64,
            "embedding_length", 32,
            "feed_forward_length", 32,
            "attention.head_count", 2);
    numbers.forEach((key, value) -> metadata.put("llama." + key, GgufValue.uint32(value)));
    var writer = new GgufWriter(metadata.build());
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("token_embd.weight", List.of(32L, 259L));
    shapes.put("output_norm.weight", List.of(32L));
    for (String vector : List.of("attn_norm", "ffn_norm")) {
      shapes.put("blk.0." + vector + ".weight", List.of(32L));
    }
    for (String matrix :
        List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
      shapes.put("blk.0." + matrix + ".weight", List.of(32L, 32L));
    }
    shapes.forEach((name, shape) -> {
      TensorType type = shape.size() == 1 ? TensorType.F32 : TensorType.BF16;
      int bytes = Math.toIntExact(type.bytes(shape.stream().reduce(1L, (a, b) -> a * b)));
      writer.add(name, type, shape, target -> target.write(ByteBuffer.allocate(bytes)));
    });
    writer.write(gguf);
  }

  @Test
  void a_file_becomes_a_folder_and_the_folder_a_file() throws IOException {
    assertThat(blossom("convert", gguf, "-o", folder, "--max-shard-size", "10KB")).isZero();
    assertThat(out()).contains(folder + ": BF16, 11 tensors, 0.0 M parameters");
    assertThat(err()).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("config.json", "tokenizer.json", "model.safetensors.index.json");
    }
    assertThat(blossom("convert", folder)).isZero();
    assertThat(out()).contains("Tiny-9K-BF16.gguf: BF16, 11 tensors").doesNotContain("note");
    assertThat(blossom("convert", folder, "-o", temporary.resolve("q.gguf"), "--type", "Q8_0"))
        .isZero();
    try (GgufFile file = GgufFile.open(temporary.resolve("q.gguf"))) {
      assertThat(file.requireTensor("token_embd.weight").type()).isEqualTo(TensorType.Q8_0);
    }
  }

  @Test
  void wrong_usage_says_what_is_right() {
    assertThat(blossom("convert", gguf)).isEqualTo(2);
    assertThat(err()).contains("name the new folder with -o");
    assertThat(blossom("convert", gguf, "-o", folder, "--type", "q8_0")).isEqualTo(2);
    assertThat(err()).contains("allowed: auto, f32, f16, bf16");
    assertThat(blossom("convert", gguf, "-o", folder, "--type", "q4")).isEqualTo(2);
    assertThat(err()).contains("'q4'", "auto, f32, f16, bf16, q8_0");
    assertThat(blossom("convert", gguf, "-o", folder, "--max-shard-size", "5")).isEqualTo(2);
    assertThat(err()).contains("'5'", "5GB");
    assertThat(blossom("convert", gguf, "-o", folder, "--threads", "-1")).isEqualTo(2);
    assertThat(blossom("convert", temporary, "--max-shard-size", "5GB")).isEqualTo(2);
    assertThat(err()).contains("made from a GGUF file");
    assertThat(blossom("convert", temporary.resolve("none"))).isEqualTo(2);
    assertThat(err()).contains("no such file");
    assertThat(folder).doesNotExist();
  }

  @Test
  void a_folder_that_is_no_model_is_an_unusable_model() throws IOException {
    assertThat(blossom("convert", temporary)).isEqualTo(3);
    assertThat(err()).contains("config.json", "there is no such file");
    Files.writeString(temporary.resolve("config.json"), "{\"architectures\":[\"BertModel\"]}");
    assertThat(blossom("convert", temporary)).isEqualTo(3);
    assertThat(err()).contains("BertModel", "LlamaForCausalLM").hasLineCount(1);
  }

  /** A limit on the size of files fails in the middle of writing, as a full disk does. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_full_disk_is_one_error_and_leaves_nothing() throws Exception {
    assertThat(blossom("convert", gguf, "-o", folder)).as(err()).isZero();
    List<Path> before = all();
    for (Path target : List.of(temporary.resolve("back"), temporary.resolve("again.gguf"))) {
      Path source = target.toString().endsWith(".gguf") ? folder : gguf;
      List<String> command =
          List.of(
              "sh",
              "-c",
              "ulimit -f 8; exec \"$@\"",
              "sh",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:-UsePerfData",
              "-cp",
              System.getProperty("java.class.path"),
              Main.class.getName(),
              "convert",
              source.toString(),
              "-o",
              target.toString());
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.BAD_MODEL.status());
      assertThat(said).contains("writing failed at byte");
      assertThat(all()).isEqualTo(before);
    }
  }

  private List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(temporary)) {
      return files.sorted().toList();
    }
  }
}
