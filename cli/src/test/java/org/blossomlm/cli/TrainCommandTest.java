package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What train and merge say without libtorch, which is not on the class path of these tests. */
class TrainCommandTest {
  private final InProcess blossom = new InProcess();

  @TempDir Path folder;

  private int run(Object... arguments) {
    return blossom.run(folder, Locale.ENGLISH, arguments);
  }

  private Path config() throws IOException {
    return Files.writeString(
        folder.resolve("run.yaml"), "name: r\noutput: out\nmodel: base\ndata: chats.jsonl\n");
  }

  @Test
  void help_has_examples_and_every_key_in_both_languages() {
    assertThat(run("train", "--help")).isZero();
    assertThat(blossom.out())
        .contains("blossom train recipes/sft-lora.yaml", "--dry-run", "--resume", "inspect")
        .contains("--lora.rank  integer [1,4096], default 16\n      Rank of the adapters.");
    assertThat(blossom.run(folder, Locale.CHINESE, "train", "--help")).isZero();
    assertThat(blossom.out()).contains("适配器的秩。", "从最近的检查点继续。");
    assertThat(run("merge", "--help")).isZero();
    assertThat(blossom.out()).contains("blossom merge runs/lora/adapter --base");
  }

  @Test
  void without_a_configuration_the_usage_is_shown() {
    assertThat(run("train")).isEqualTo(2);
    assertThat(blossom.err()).contains("Usage: blossom train");
  }

  @Test
  void what_is_wrong_with_the_command_line_is_said_before_anything_is_loaded() throws IOException {
    assertThat(run("train", config(), "--resume", "--restart")).isEqualTo(2);
    assertThat(blossom.err()).contains("--resume and --restart exclude each other");
    assertThat(run("train", config(), "--lora.rnk", "8")).isEqualTo(2);
    assertThat(blossom.err()).contains("did you mean --lora.rank?");
    assertThat(run("train", folder.resolve("absent.yaml"))).isEqualTo(2);
    assertThat(blossom.err()).contains("there is no such configuration");
    assertThat(run("merge", folder, "--out", folder.resolve("m"), "--type", "q8")).isEqualTo(2);
    assertThat(blossom.err()).contains("f32, f16, bf16");
  }

  @Test
  void without_libtorch_the_way_to_it_is_shown() throws IOException {
    assertThat(run("train", config())).isEqualTo(1);
    assertThat(blossom.err()).contains("libtorch cannot be loaded", "blossom train");
    assertThat(folder.resolve("out/run.json")).doesNotExist();
  }
}
