package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.blossomlm.cli.FakeModel.FakeEngine;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.OutOfMemoryException;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The command line")
class CommandLineTest {
  @TempDir Path folder;

  private final FakeEngine engine = new FakeEngine();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private OutputStream outStream = out;
  private Locale locale = Locale.ENGLISH;
  private String model = "";
  private boolean errIsTerminal;

  @BeforeEach
  void aModelFile() throws IOException {
    model = Files.createFile(folder.resolve("stories-q4_0.gguf")).toString();
  }

  private int blossom(String... arguments) {
    return blossomWithInput("", arguments);
  }

  private int blossomWithInput(String input, String... arguments) {
    out.reset();
    err.reset();
    boolean inputIsTerminal = input.isEmpty();
    var streams =
        new Streams(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new Output(outStream),
            new Output(err),
            inputIsTerminal,
            false,
            errIsTerminal);
    return Main.run(
        new Application(
            streams, Messages.in(locale), engine, Map.of("TERM", "xterm", "NO_COLOR", "1"), folder),
        arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void one_answer_goes_to_standard_output_and_nothing_else() {
    assertThat(blossom("run", model, "hello", "world")).isZero();
    assertThat(out()).isEqualTo("HELLO WORLD\n");
    assertThat(err()).isEmpty();
  }

  @Test
  void piped_text_comes_before_the_prompt() {
    assertThat(blossomWithInput("a text\n", "run", model, "summarise")).isZero();
    assertThat(out()).isEqualTo("A TEXT SUMMARISE\n");
    assertThat(blossomWithInput("only this\n", "run", model)).isZero();
    assertThat(out()).isEqualTo("ONLY THIS\n");
  }

  @Test
  void without_any_prompt_there_is_nothing_to_answer() {
    assertThat(blossomWithInput("\n", "run", model)).isEqualTo(2);
    assertThat(err()).contains("there is no prompt");
  }

  @Test
  void options_reach_the_engine() {
    blossom(
        "run",
        model,
        "--system",
        "Be brief.",
        "--temperature",
        "0",
        "--seed=3",
        "--stop",
        "a",
        "--stop",
        "b",
        "--num-ctx",
        "77",
        "--threads",
        "3",
        "--kernels",
        "scalar",
        "--kv-type",
        "q8_0",
        "--no-pack",
        "--draft",
        "4",
        "x");
    assertThat(engine.loads.getFirst().contextLength()).isEqualTo(77);
    assertThat(engine.loads.getFirst().threads()).isEqualTo(3);
    assertThat(engine.loads.getFirst().kernels()).contains("scalar");
    assertThat(engine.loads.getFirst().kvType()).isEqualTo(KvType.Q8_0);
    assertThat(engine.loads.getFirst().pack()).isFalse();
    assertThat(engine.generations.getFirst().draftTokens()).isEqualTo(4);
    assertThat(engine.generations.getFirst().stop()).containsExactly("a", "b");
    assertThat(engine.generations.getFirst().sampling().temperature()).isZero();
    assertThat(engine.conversations.getFirst())
        .containsExactly(ChatMessage.system("Be brief."), ChatMessage.user("x"));
  }

  @Test
  void packing_is_shown_on_a_terminal_while_it_lasts() {
    engine.onWeights =
        listener -> {
          listener.onWeights(63, 100);
          try {
            Thread.sleep(700);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    assertThat(blossom("run", model, "hello")).isZero();
    assertThat(err()).isEmpty();
    errIsTerminal = true;
    assertThat(blossom("run", model, "hello")).isZero();
    assertThat(err()).contains("Packing weights 63%").endsWith("\r\033[K");
    assertThat(out()).isEqualTo("HELLO\n");
    locale = Locale.SIMPLIFIED_CHINESE;
    assertThat(blossom("run", model, "hello")).isZero();
    assertThat(err()).contains("正在重排权重 63%");
  }

  @Test
  void a_kv_type_that_does_not_exist_is_refused_with_those_that_do() {
    assertThat(blossom("run", model, "--kv-type", "q4_0", "x")).isEqualTo(2);
    assertThat(err()).contains("--kv-type").contains("q4_0").contains("f16 | q8_0");
    assertThat(engine.loads).isEmpty();
  }

  @Test
  void scripts_get_json() {
    engine.finishReason = FinishReason.LENGTH;
    assertThat(blossom("run", model, "--format", "json", "say \"hi\"")).isZero();
    JsonNode answer = JsonMapper.builder().build().readTree(out());
    assertThat(answer.path("text").asString()).isEqualTo("SAY \"HI\"");
    assertThat(answer.path("finish_reason").asString()).isEqualTo("length");
    assertThat(answer.path("prompt_tokens").asInt()).isEqualTo(3);
    assertThat(answer.path("cached_tokens").asInt()).isEqualTo(1);
  }

  @Test
  void timings_and_notes_go_to_standard_error() {
    engine.finishReason = FinishReason.CONTEXT_FULL;
    assertThat(blossom("run", model, "--verbose", "x")).isZero();
    assertThat(out()).isEqualTo("X\n");
    assertThat(err())
        .contains("prompt eval count:    2 token(s)", "context of 4096 tokens is full");
  }

  @Test
  void a_context_beyond_what_was_trained_is_pointed_out_on_standard_error() {
    assertThat(blossom("run", model, "--num-ctx", "9999999", "x")).isZero();
    assertThat(out()).isEqualTo("X\n");
    assertThat(err()).contains("was trained for");
  }

  @Test
  void a_prompt_may_begin_with_an_at_sign() {
    blossom("run", model, "@alice hello");
    assertThat(out()).isEqualTo("@ALICE HELLO\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--temperature=-1", "--top-p=2", "--num-predict=x", "--context-full=no"})
  void values_out_of_range_are_wrong_usage(String option) {
    assertThat(blossom("run", model, option, "x")).isEqualTo(2);
    assertThat(err()).contains("cannot be", "allowed:").contains("blossom run --help");
  }

  @Test
  void a_misspelt_command_or_option_is_guessed() {
    assertThat(blossom("shwo", model)).isEqualTo(2);
    assertThat(err()).contains("'shwo' is not known here", "blossom show");
    assertThat(blossom("run", model, "--temprature", "0")).isEqualTo(2);
    assertThat(err()).contains("--temperature");
  }

  @Test
  void a_missing_file_is_wrong_usage_and_near_names_are_suggested() {
    assertThat(blossom("run", folder.resolve("stories_q4_0.gguf").toString(), "x")).isEqualTo(2);
    assertThat(err()).contains("there is no such file", "Did you mean", "stories-q4_0.gguf");
    assertThat(blossom("run", folder.resolve("unlike.gguf").toString(), "x")).isEqualTo(2);
    assertThat(err()).doesNotContain("Did you mean");
    assertThat(blossom("run", folder.toString(), "x")).isEqualTo(2);
    assertThat(err()).contains("is a folder", "stories-q4_0.gguf");
  }

  @Test
  void failures_have_codes_of_their_own_and_one_line() {
    engine.onLoad =
        options -> {
          throw new ModelException("bad\nmodel");
        };
    assertThat(blossom("run", model, "x")).isEqualTo(3);
    assertThat(err()).isEqualTo("error: bad model\n");
    engine.onLoad =
        options -> {
          throw new OutOfMemoryException("needs 9 GiB");
        };
    assertThat(blossom("run", model, "x")).isEqualTo(4);
    engine.onLoad =
        options -> {
          throw new OutOfMemoryError("Java heap space");
        };
    assertThat(blossom("run", model, "x")).isEqualTo(4);
    assertThat(err()).contains("-Xmx");
    engine.onLoad =
        options -> {
          throw new IllegalStateException();
        };
    assertThat(blossom("run", model, "x")).isEqualTo(1);
    assertThat(err()).contains("bug").doesNotContain("\tat ");
  }

  @Test
  void debug_prints_where_it_happened() {
    engine.onLoad =
        options -> {
          throw new ModelException("bad");
        };
    assertThat(blossom("run", model, "x", "--debug")).isEqualTo(3);
    assertThat(err()).contains("error: bad\n", "\tat ");
  }

  @Test
  void a_reader_that_went_away_ends_the_program_quietly() {
    outStream =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThat(blossom("run", model, "x")).isZero();
    assertThat(err()).isEmpty();
  }

  @Test
  void a_full_disk_is_an_error() {
    outStream =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThat(blossom("run", model, "x")).isEqualTo(1);
    assertThat(err()).contains("No space left on device");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "show", "doctor", "tokenize", "render", "logits", "convert"})
  void every_command_explains_itself_with_an_example_in_both_languages(String command) {
    assertThat(blossom(command, "--help")).isZero();
    assertThat(out()).contains("Usage: blossom " + command, "Example", "  blossom " + command);
    locale = Locale.CHINESE;
    assertThat(blossom(command, "--help")).isZero();
    assertThat(out()).contains("用法：blossom " + command, "示例", "  blossom " + command);
  }

  @Test
  void no_option_is_left_unexplained() {
    for (String command : new String[] {"run", "show", "tokenize", "render", "logits", "convert"}) {
      blossom(command, "--help");
      assertThat(out().lines().filter(line -> line.matches("\\s+(-\\w, )?--[^ ]+\\s*")))
          .as(command)
          .allSatisfy(line -> assertThat(line).hasSizeGreaterThan(24));
    }
  }

  @Test
  void the_help_of_the_program_lists_commands_and_exit_codes() {
    assertThat(blossom("--help")).isZero();
    assertThat(out()).contains("tokenize", "130", "BLOSSOM_JAVA_HOME");
    assertThat(blossom("--version")).isZero();
    assertThat(out()).startsWith("blossom ");
    assertThat(blossom()).isEqualTo(2);
    assertThat(err()).contains("Commands:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "-V", "run --help"})
  void help_that_cannot_be_written_is_an_error_of_one_line(String arguments) {
    outStream =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThat(blossom(arguments.split(" "))).isEqualTo(1);
    assertThat(err()).isEqualTo("error: reading or writing failed: No space left on device\n");
  }

  @Test
  void every_command_tells_the_version_of_the_program() {
    assertThat(blossom("run", "--version")).isZero();
    String parsed = out();
    blossom("-V");
    assertThat(out()).isEqualTo(parsed).startsWith("blossom ");
  }

  @Test
  void every_wrong_command_line_is_explained_in_the_language_of_the_user() {
    String[][] wrong = {
      {"run", model, "--format", "xml", "x"},
      {"run", model, "--system"},
      {"run", model, "--threads", "9999", "x"},
      {"run", model, "--seed", "1", "--seed", "2", "x"},
      {"run", model, "--temprature", "0"},
      {"shwo"},
      {"tokenize", model, "--text", "a", "--jsonl", "b"},
      {"render", model},
      {"render", model, "--context", "a", "--messages", "b"},
      {"logits", model, "--tokens", "1,a", "-o", "x"},
      {"logits", model, "--tokens", "1"},
      {"logits", model, "--tokens", "1", "-o", "x", "--threads", "-1"},
      {"logits", model, "--tokens", "1", "-o", "x", "--chunk-size", "-5"},
    };
    String[] explained = {
      "--format 不能是 'xml'；允许：json",
      "缺少 --system=TEXT",
      "--threads 不能是 '9999'；允许：0 … 1024",
      "--seed=N 只能给出一次",
      "'--temprature'。 是不是 --template, --temperature？",
      "'shwo'。 是不是 blossom show",
      "只能给出一个：--text=TEXT, --jsonl=FILE",
      "缺少 --context=FILE | --messages=FILE",
      "只能给出一个：--context=FILE, --messages=FILE",
      "--tokens 不能是 'a'；允许：ID",
      "缺少 --output=FILE",
      "--threads 不能是 '-1'",
      "--chunk-size 不能是 '-5'",
    };
    locale = Locale.CHINESE;
    for (int i = 0; i < wrong.length; i++) {
      assertThat(blossom(wrong[i])).as(explained[i]).isEqualTo(2);
      assertThat(err()).contains(explained[i]).doesNotContain("Error:", "Invalid value");
    }
  }

  @Test
  void only_whole_lines_of_ids_are_printed_before_an_error() throws IOException {
    Path tokenizer = wordTokenizer();
    Path lines = folder.resolve("lines.jsonl");
    Files.writeString(lines, "{\"text\": \"a\"}\n{\"text\": \"\\ud800\"}\n");
    assertThat(blossom("tokenize", tokenizer.toString(), "--jsonl", lines.toString())).isEqualTo(1);
    assertThat(out()).isEqualTo("{\"ids\": [0]}\n");
    assertThat(err()).contains("lines.jsonl:2: unpaired surrogate");
  }

  @Test
  void text_that_is_not_utf_8_is_refused_and_not_replaced() throws IOException {
    byte[] latin1 = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xE9, '"', '}'};
    Path file = Files.write(folder.resolve("latin1"), latin1);
    assertThat(blossom("tokenize", wordTokenizer().toString(), "--jsonl", file.toString()))
        .isEqualTo(1);
    assertThat(err()).contains("not UTF-8");
    Path context = Files.writeString(folder.resolve("context.json"), "{}");
    assertThat(blossom("render", file.toString(), "--context", context.toString())).isEqualTo(2);
    assertThat(err()).isEqualTo("error: " + file + ": the text is not UTF-8.\n");
  }

  /** A tokenizer that knows one letter. */
  private Path wordTokenizer() throws IOException {
    return Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"model": {"type": "BPE", "vocab": {"a": 0, "<unk>": 1}, "merges": [],
         "unk_token": "<unk>"}}\
        """);
  }
}
