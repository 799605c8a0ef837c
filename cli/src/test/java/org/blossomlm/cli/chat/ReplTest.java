package org.blossomlm.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.cli.FakeModel.FakeEngine;
import org.blossomlm.cli.chat.LineSource.Input;
import org.blossomlm.cli.terminal.AnswerSink;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.ContextLengthException;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.OutOfMemoryException;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The interactive chat")
class ReplTest {
  @TempDir Path folder;

  private final FakeEngine engine = new FakeEngine();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  /** What is shown when a user enters {@code lines} and leaves. */
  private String chat(String... lines) {
    Deque<Input> inputs = new ArrayDeque<>();
    Arrays.stream(lines).forEach(line -> inputs.add(new Input.Line(line)));
    return chat(inputs);
  }

  private String chat(Deque<Input> inputs) {
    Messages messages = Messages.in(Locale.ENGLISH);
    Output output = new Output(shown);
    Parameters parameters = new Parameters();
    var opener =
        new ModelOpener(
            engine, Path.of("model.gguf"), LoadOptions.DEFAULT, Optional.empty(), false, false);
    StatusLine status = new StatusLine(output, false, () -> 80);
    LineSource lines = () -> inputs.isEmpty() ? new Input.End() : inputs.remove();
    Repl.Screen screen =
        new Repl.Screen() {
          @Override
          public AnswerSink answer() {
            return AnswerSink.plain(output);
          }

          @Override
          public void println(String text) {
            output.println(text);
          }

          @Override
          public void wordWrap(boolean on) {}

          @Override
          public void history(boolean on) {}
        };
    new Repl(
            lines,
            output,
            messages,
            opener,
            opener.open(parameters, status, messages),
            parameters,
            status,
            screen,
            new AtomicBoolean())
        .run();
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void answers_until_the_user_leaves() {
    assertThat(chat("hello", "/bye", "never read")).endsWith("HELLO\n\n");
    assertThat(engine.conversations).hasSize(1);
  }

  @Test
  void remembers_the_conversation() {
    chat("one", "two");
    assertThat(engine.conversations.getLast())
        .containsExactly(
            ChatMessage.user("one"), ChatMessage.assistant("ONE"), ChatMessage.user("two"));
  }

  @Test
  void clear_forgets_all_but_the_system_message() {
    chat("/set system Be brief.", "one", "/clear", "two");
    assertThat(engine.conversations.getLast())
        .containsExactly(ChatMessage.system("Be brief."), ChatMessage.user("two"));
  }

  @Test
  void retry_answers_the_last_message_again() {
    chat("one", "two", "/retry");
    assertThat(engine.conversations.get(2)).isEqualTo(engine.conversations.get(1));
    assertThat(chat("/retry")).contains("There is no message to answer again.");
  }

  @Test
  void undo_takes_back_a_message_and_its_answer() {
    assertThat(chat("one", "two", "/undo", "three")).contains("Took back: two");
    assertThat(engine.conversations.getLast())
        .containsExactly(
            ChatMessage.user("one"), ChatMessage.assistant("ONE"), ChatMessage.user("three"));
  }

  @Test
  void parameters_apply_to_the_next_answer() {
    assertThat(chat("/set parameter temperature 0.5", "x"))
        .contains("Set parameter 'temperature' to '0.5'");
    assertThat(engine.generations.getLast().sampling().temperature()).isEqualTo(0.5f);
    assertThat(chat("/set parameter temperature hot")).contains("cannot be 'hot'");
    assertThat(chat("/set parameter heat 1")).contains("Unknown parameter: 'heat'");
  }

  @Test
  void a_new_context_length_loads_the_model_again_and_keeps_the_conversation() {
    chat("one", "/set parameter num_ctx 99", "two");
    assertThat(engine.loads).extracting(load -> load.contextLength()).containsExactly(0, 99);
    assertThat(engine.conversations.getLast()).hasSize(3);
  }

  @Test
  void a_context_that_does_not_fit_leaves_all_as_it_was() {
    engine.onLoad =
        options -> {
          if (options.contextLength() == 8192) {
            throw new OutOfMemoryException("too large");
          }
        };
    assertThat(chat("one", "/set parameter num_ctx 8192", "two", "/show parameters"))
        .contains("error: too large", "No parameters were set");
    assertThat(engine.conversations.getLast()).hasSize(3);
  }

  @Test
  void a_full_context_leaves_the_choice_to_the_user() {
    engine.finishReason = FinishReason.CONTEXT_FULL;
    assertThat(chat("x")).contains("context of 4096 tokens is full", "/clear", "num_ctx", "shift");
  }

  @Test
  void what_cannot_be_answered_is_explained_and_the_chat_goes_on() {
    engine.onAnswer =
        asked -> {
          switch (asked.getLast().content()) {
            case "long" -> throw new ContextLengthException(5000, 4096);
            case "refused" -> throw new ModelException("roles must alternate");
            default -> {}
          }
        };
    assertThat(chat("long", "refused", "fine"))
        .contains("has 5000 tokens", "error: roles must alternate", "FINE");
  }

  @Test
  void ctrl_c_on_an_empty_line_says_how_to_leave() {
    assertThat(chat(new ArrayDeque<>(List.of(new Input.Interrupted(true)))))
        .contains("Use Ctrl + d or /bye to exit.");
    shown.reset();
    assertThat(chat(new ArrayDeque<>(List.of(new Input.Interrupted(false)))))
        .doesNotContain("Use Ctrl");
  }

  @Test
  void unknown_commands_are_not_sent_to_the_model() {
    assertThat(chat("/foo bar")).contains("Unknown command '/foo'. Type /? for help");
    assertThat(engine.conversations).isEmpty();
  }

  @Test
  void a_saved_conversation_can_be_loaded() {
    Path file = folder.resolve("chat.json");
    assertThat(chat("one", "/set parameter top_k 3", "/save " + file)).contains("Saved");
    assertThat(chat("/load " + file, "two")).contains("Loaded", "(2 messages)");
    assertThat(engine.conversations.getLast()).hasSize(3);
    assertThat(engine.generations.getLast().sampling().topK()).isEqualTo(3);
    assertThat(chat("/load " + folder.resolve("none.json"))).contains("Not loaded");
  }

  @Test
  void multi_line_messages_lose_their_quotes() {
    chat("\"\"\"one\ntwo\"\"\"");
    assertThat(engine.conversations.getLast()).containsExactly(ChatMessage.user("one\ntwo"));
  }

  @Test
  void verbose_prints_timings() {
    assertThat(chat("/set verbose", "x")).contains("eval rate:");
  }

  @Test
  void a_refused_parameter_leaves_the_former_ones() {
    assertThat(chat("/set parameter stop a", "/set parameter stop b \"\"", "/show parameters"))
        .contains("stop cannot be", "stop               [a]");
  }

  @Test
  void empty_quotes_take_the_stop_strings_away() {
    assertThat(chat("/set parameter stop a", "/set parameter stop \"\"", "x"))
        .contains("No stop strings");
    assertThat(engine.generations.getLast().stop()).isEmpty();
  }

  @Test
  void what_is_not_valid_unicode_is_explained_and_the_chat_goes_on() {
    engine.onAnswer =
        asked -> {
          if (asked.getLast().content().equals("broken")) {
            throw new IllegalArgumentException("unpaired surrogate");
          }
        };
    assertThat(chat("broken", "fine")).contains("error: unpaired surrogate", "FINE");
  }

  @Test
  void files_that_cannot_be_read_or_written_are_named_once_and_explained() throws IOException {
    Path missing = folder.resolve("none");
    Path damaged = Files.writeString(folder.resolve("damaged.json"), "{");
    Path strange = Files.writeString(folder.resolve("strange.json"), "{\"messages\": 1}");
    assertThat(
            chat(
                "/load " + missing,
                "/save " + missing.resolve("chat.json"),
                "/load " + damaged,
                "/load " + strange))
        .contains(
            "Not loaded: " + missing + ": there is no such file.",
            "Not saved: " + missing + ": there is no such folder.",
            "Not loaded: " + damaged + ": not JSON",
            "Not loaded: " + strange + ": ")
        .doesNotContain("Exception");
  }

  @Test
  void a_tilde_is_the_home_folder() {
    chat("/save ~/no such folder/chat.json");
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains(Path.of(System.getProperty("user.home"), "no such folder") + ": there is no");
  }

  @Test
  void messages_are_shown_even_if_there_are_none() {
    assertThat(chat("/show messages", "one", "/show messages"))
        .contains("Nothing has been said yet.", "user: one\nassistant: ONE\n");
  }

  @Test
  void a_context_beyond_what_was_trained_is_pointed_out() {
    assertThat(chat("x")).doesNotContain("trained");
    assertThat(chat("/set parameter num_ctx 9999999"))
        .contains("note: the model was trained for ", "in a context of 9999999");
  }
}
