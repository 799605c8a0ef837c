package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.ImportanceFiles;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("quantize, imatrix and perplexity on the command line")
class QuantizeCommandTest {
  @TempDir Path folder;

  private final InProcess program = new InProcess();
  private Path model = Path.of("");
  private Path text = Path.of("");

  @BeforeEach
  void a_model_and_a_text() throws IOException {
    model = folder.resolve("tiny-F16.gguf");
    TinyModel.write(model, 300);
    text = folder.resolve("text.txt");
    Files.writeString(text, "and an end and a hand and then\n".repeat(60));
  }

  private int blossom(Object... arguments) {
    return program.run(folder, Locale.ENGLISH, arguments);
  }

  private String out() {
    return program.out();
  }

  private String err() {
    return program.err();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }

  @Test
  void one_type_makes_one_file_and_a_summary_with_every_fall_back() {
    Path target = folder.resolve("small.gguf");
    assertThat(blossom("quantize", model, target, "q4_k_m")).as(err()).isZero();
    assertThat(out())
        .contains("Q4_K_M: " + target)
        .contains("(16.")
        .contains("bits per weight) → ")
        .contains("1 × blk.*.attn_q.weight: Q4_K → Q5_0 (64 columns are no multiple of 256)");
    assertThat(err()).isEmpty();
    try (GgufFile file = GgufFile.open(target)) {
      assertThat(file.requireTensor("blk.0.attn_q.weight").type()).isEqualTo(TensorType.Q5_0);
    }
  }

  @Test
  void several_types_go_to_a_folder_and_are_checked_against_the_original() throws IOException {
    assertThat(blossom("quantize", model, folder, "Q8_0", "Q4_0", "--check", text))
        .as(err())
        .isZero();
    assertThat(files()).contains("tiny-Q8_0.gguf", "tiny-Q4_0.gguf");
    assertThat(out().lines().toList())
        .anyMatch(line -> line.matches("What it cost, on \\d+ tokens of the text .*"))
        .anyMatch(line -> line.contains("mean KL"))
        .anyMatch(line -> line.startsWith("KL: how far the predictions are"))
        .anyMatch(line -> line.strip().startsWith("original"))
        .anyMatch(line -> line.strip().matches("Q8_0 .* ± .*"))
        .anyMatch(line -> line.strip().matches("Q4_0 .* ± .*"));
  }

  @Test
  void a_dry_run_tells_every_tensor_and_writes_nothing() throws IOException {
    List<String> before = files();
    assertThat(
            blossom(
                "quantize",
                model,
                folder.resolve("x.gguf"),
                "Q4_0",
                "--dry-run",
                "--tensor-type",
                "ffn_(up|gate)=Q8_0",
                "--tensor-type",
                "nothing=Q8_0",
                "--output-tensor-type",
                "F16",
                "--token-embedding-type",
                "Q5_1"))
        .as(err())
        .isZero();
    assertThat(out().lines().toList())
        .anyMatch(line -> line.matches(" *blk.0.ffn_up.weight .*F16 → Q8_0.*"))
        .anyMatch(line -> line.matches(" *token_embd.weight .*F16 → Q5_1.*"))
        .anyMatch(line -> line.matches(" *output.weight .* F16 .*"))
        .anyMatch(line -> line.contains("no tensor's name matches nothing"));
    assertThat(files()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Q9                                   | there is no type 'Q9'; allowed: F32, F16
          Q4_0 Q8_0                            | several types need a folder
          Q4_0 --tensor-type ffn               | expected REGEX=TYPE, found 'ffn'
          Q4_0 --tensor-type (=Q8_0            | no regular expression
          Q4_0 --tensor-type ffn=Q7            | there is no type 'Q7'
          Q4_0 --threads -1                    | expected a number from 1
          Q4_0 --imatrix absent.gguf           | there is no such file
          Q4_0 --check absent.txt              | there is no such file
          """)
  void wrong_usage_is_one_line(String arguments, String message) throws IOException {
    List<String> before = files();
    List<Object> line = new ArrayList<>(List.of("quantize", model, folder.resolve("x.gguf")));
    line.addAll(List.of(arguments.split(" ")));
    assertThat(blossom(line.toArray())).isNotZero();
    assertThat(err()).contains(message).startsWith("error: ");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void an_importance_matrix_is_made_resumed_and_used() throws IOException {
    Path matrix = folder.resolve("imatrix.gguf");
    assertThat(blossom("imatrix", model, text, "-o", matrix, "--context", "64", "--chunks", "3"))
        .as(err())
        .isZero();
    assertThat(out()).contains("7 tensors, 3 chunks of 64 tokens");
    assertThat(blossom("imatrix", model, text, "-o", matrix, "--context", "64", "--chunks", "5"))
        .as(err())
        .isZero();
    assertThat(err()).contains("3 of 5 chunks already");
    assertThat(ImportanceFiles.read(matrix).chunks()).isEqualTo(5);

    Path whole = folder.resolve("whole.gguf");
    blossom("imatrix", model, text, "-o", whole, "--context", "64", "--chunks", "5");
    ImportanceFiles.read(matrix)
        .entries()
        .forEach((name, entry) -> assertThat(entry.counts()).as(name).containsExactly(5 * 64));

    byte[] before = Files.readAllBytes(matrix);
    Path other = Files.createDirectory(folder.resolve("other")).resolve("text.txt");
    Files.writeString(other, Files.readString(text).replaceFirst("a hand", "a band"));
    assertThat(blossom("imatrix", model, other, "-o", matrix, "--context", "64")).isNotZero();
    assertThat(err()).contains("was made from another text");
    assertThat(blossom("imatrix", model, text, "-o", matrix, "--context", "32")).isNotZero();
    assertThat(err()).contains("chunks of 64 tokens, not 32");
    Path other8 = folder.resolve("tiny-Q8_0.gguf");
    blossom("quantize", model, other8, "Q8_0");
    assertThat(blossom("imatrix", other8, text, "-o", matrix, "--context", "64")).isNotZero();
    assertThat(err()).contains("was made with another model");
    assertThat(matrix).hasBinaryContent(before);

    Path renamed = Files.copy(text, folder.resolve("renamed.txt"));
    assertThat(blossom("imatrix", model, renamed, "-o", matrix, "--context", "64", "--chunks", "6"))
        .as(err())
        .isZero();
    assertThat(err()).contains("5 of 6 chunks already");

    assertThat(blossom("quantize", model, folder.resolve("g.gguf"), "Q4_0", "--imatrix", matrix))
        .as(err())
        .isZero();
    assertThat(out()).contains("knows nothing of 2 tensors: token_embd.weight, output.weight");
  }

  @Test
  void perplexity_and_divergence_through_a_base_file() {
    Path small = folder.resolve("small.gguf");
    Path base = folder.resolve("base.bin");
    blossom("quantize", model, small, "Q4_0");
    assertThat(
            blossom(
                "perplexity", model, text, "--context", "64", "--chunks", "4", "--kl-base", base))
        .as(err())
        .isZero();
    assertThat(out()).matches("perplexity [0-9.]+ ± [0-9.]+ \\(124 tokens in 4 chunks\\)\n");
    assertThat(blossom("perplexity", small, "--kl", base)).as(err()).isZero();
    assertThat(out())
        .contains("KL divergence, mean")
        .contains("KL divergence, 99.9 %")
        .contains("RMS of that change")
        .contains("same top token");
    assertThat(blossom("perplexity", small)).isNotZero();
    assertThat(err()).contains("TEXT is missing");
    assertThat(blossom("perplexity", small, text, "--kl", base)).isNotZero();
    assertThat(err()).contains("leave TEXT out");
    assertThat(blossom("perplexity", small, text, "--context", "4096")).isNotZero();
    assertThat(err()).contains("one chunk takes 4096");
  }

  /** SIGKILL gives a program no chance to tidy up. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_killed_run_leaves_no_file_under_the_final_name() throws Exception {
    TinyModel.write(model, 100_000);
    Path target = folder.resolve("small.gguf");
    Process process = java("quantize", model, target, "Q2_K", "--pure", "--threads", "1");
    try {
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (files().stream().noneMatch(name -> name.endsWith(".partial"))) {
        assertThat(process.isAlive()).as("it ended before it could be killed").isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(2);
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    assertThat(target).doesNotExist();
    assertThat(blossom("quantize", model, target, "Q8_0")).as(err()).isZero();
    assertThat(target).exists();
    assertThat(files())
        .as("what was left goes with the next run")
        .noneMatch(name -> name.endsWith(".partial"));
  }

  /** A limit on the size of files fails in the middle of writing, as a full disk does. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_full_disk_is_one_error_and_leaves_nothing() throws Exception {
    TinyModel.write(model, 4000);
    List<String> before = files();
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 100; exec \"$@\"", "sh"));
    command.addAll(command("quantize", model, folder.resolve("small.gguf"), "Q8_0"));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.BAD_MODEL.status());
    assertThat(said).contains("small.gguf: writing failed at byte");
    assertThat(files()).isEqualTo(before);
  }

  private Process java(Object... arguments) throws IOException {
    return new ProcessBuilder(command(arguments))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> command(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                "org.blossomlm.cli.Main"));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    return command;
  }
}
