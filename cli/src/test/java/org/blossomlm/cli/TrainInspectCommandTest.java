package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From text to a vocabulary, and from a vocabulary to labelled samples. */
class TrainInspectCommandTest {
  private static final String CHATS =
      """
      {"messages":[{"role":"user","content":"What is 1+1?"},{"role":"assistant","content":"It is 2."}]}
      {"messages":[{"role":"user","content":"一加一等于几？"},{"role":"assistant","content":"等于二。"}]}
      """;

  private final InProcess blossom = new InProcess();

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(folder.resolve("chats.jsonl"), CHATS);
    Files.writeString(
        folder.resolve("run.yaml"),
        "name: r\nfrom_scratch: {hidden_size: 64}\ntokenizer: tok\ndata: chats.jsonl\n");
    assertThat(tokenizer("--vocab-size", "300")).as(blossom.err()).isZero();
  }

  private int run(Object... arguments) {
    return blossom.run(folder, Locale.ENGLISH, arguments);
  }

  private int tokenizer(String... options) {
    Object[] arguments = new Object[options.length + 5];
    arguments[0] = "tokenizer";
    arguments[1] = "train";
    arguments[2] = folder.resolve("chats.jsonl");
    arguments[3] = "-o";
    arguments[4] = folder.resolve("tok");
    System.arraycopy(options, 0, arguments, 5, options.length);
    return run(arguments);
  }

  private int inspect(Object... options) {
    Object[] arguments = new Object[options.length + 3];
    arguments[0] = "train";
    arguments[1] = "inspect";
    arguments[2] = folder.resolve("run.yaml");
    System.arraycopy(options, 0, arguments, 3, options.length);
    return run(arguments);
  }

  @Test
  void a_vocabulary_is_made_of_records() {
    assertThat(blossom.out()).startsWith(folder.resolve("tok") + ": ").endsWith(" tokens\n");
    assertThat(blossom.err()).contains("fewer than 300 tokens");
    assertThat(folder.resolve("tok/tokenizer.json")).exists();
    assertThat(run("tokenize", folder.resolve("tok/tokenizer.json"), "--text", "1")).isZero();
  }

  @Test
  void a_vocabulary_is_made_of_lines_of_text() throws IOException {
    Path text = Files.writeString(folder.resolve("book.txt"), "ab ab ab\nab ab\n");
    assertThat(
            run(
                "tokenizer",
                "train",
                text,
                "-o",
                folder.resolve("t"),
                "--vocab-size",
                "261",
                "--template",
                "blossom",
                "--pre",
                "gpt-2"))
        .isZero();
    assertThat(blossom.out()).contains("261 tokens");
    assertThat(folder.resolve("t/tokenizer_config.json"))
        .content()
        .contains("|Human|", "\"eos_token\" : \"<|endoftext|>\"");
  }

  @Test
  void what_cannot_be_trained_is_said() {
    assertThat(tokenizer("--vocab-size", "10")).isEqualTo(3);
    assertThat(blossom.err()).contains("a vocabulary of 10 is too small");
    assertThat(tokenizer("--vocab-size", "300", "--pre", "qwen")).isEqualTo(3);
    assertThat(blossom.err()).contains("unknown pre-tokenizer");
  }

  @Test
  void what_is_learnt_is_marked_where_there_are_no_colours() {
    assertThat(inspect()).as(blossom.err()).isZero();
    assertThat(blossom.out())
        .contains("assistant\n【It is 2.<|im_end|>】", "【等于二。<|im_end|>】")
        .contains("2 records, 2 samples");
    assertThat(inspect("-n", "1")).isZero();
    assertThat(blossom.out()).contains("1 records").doesNotContain("等于二");
    assertThat(inspect("-n", "0", "--all")).isZero();
    assertThat(blossom.out()).startsWith("2 records, 2 samples");
  }

  @Test
  void keys_of_the_configuration_can_be_given() {
    assertThat(inspect("--examples.max_length", "4", "--examples.too_long=drop")).isEqualTo(1);
    assertThat(blossom.out()).contains("too long, left out", "2 records, 0 samples");
    assertThat(inspect("--examples.max_len", "4")).isEqualTo(2);
    assertThat(blossom.err()).contains("did you mean --examples.max_length?");
  }

  @Test
  void what_nothing_can_be_learnt_from_is_an_error() throws IOException {
    Files.writeString(
        folder.resolve("chats.jsonl"), "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n");
    assertThat(inspect()).isEqualTo(1);
    assertThat(blossom.err()).contains("nothing to learn");
    assertThat(
            blossom.run(
                folder,
                Locale.CHINESE,
                "train",
                "inspect",
                folder.resolve("run.yaml"),
                "--examples.problems",
                "skip"))
        .isEqualTo(1);
    assertThat(blossom.out()).contains("没有可学的内容", "1 条记录，0 个样本");
  }
}
