package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real, very small model answers as a teacher. */
class LocalTeacherTest {
  private static final Path STORIES =
      Path.of(System.getProperty("blossom.fixtures", "fixtures"), "stories260k");
  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.content }}{% endfor %}"
          + "{% if add_generation_prompt %}{% endif %}";

  @TempDir Path folder;

  /** The model of the fixtures, with a template that writes only what is said. */
  private Path model() {
    return LocalModelFile.write(folder.resolve("model.gguf"), TEMPLATE);
  }

  private TestTeachers open(Path model, Map<String, Object> parameters) {
    return new TestTeachers(
        new LocalSettings("small", model, parameters, 4, 512, 1), folder, Budget.parse("0"));
  }

  @Test
  void aGreedyAnswerIsTheTextThatTheModelIsKnownFor() throws Exception {
    try (TestTeachers run = open(model(), Map.of("temperature", 0))) {
      Completion answer =
          run.teacher.complete(ask("Once upon a time").withParameters(Map.of("max_tokens", 40)));
      String expected = Files.readString(STORIES.resolve("expected-greedy-200-tokens.txt"));
      assertThat(answer.text()).isNotEmpty();
      assertThat(expected.strip()).startsWith("Once upon a time" + answer.text());
      assertThat(answer.finish()).isEqualTo(FinishReason.LENGTH);
      assertThat(answer.usage().completion()).isEqualTo(40);
      assertThat(run.costs().cost()).isEqualByComparingTo("0");
    }
  }

  @Test
  void answersDependOnTheRequestAloneAndAnotherAttemptIsAnotherAnswer() throws Exception {
    Path model = model();
    List<String> alone = new ArrayList<>();
    try (TestTeachers run = open(model, Map.of("max_tokens", 20))) {
      for (int i = 0; i < 6; i++) {
        alone.add(run.teacher.complete(ask("There was a cat").withAttempt(i)).text());
      }
      assertThat(alone).doesNotHaveDuplicates();
    }
    Files.delete(folder.resolve("calls.db"));
    try (TestTeachers run = open(model, Map.of("max_tokens", 20));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Completion>> together = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        CompletionRequest request = ask("There was a cat").withAttempt(i);
        together.add(threads.submit(() -> run.teacher.complete(request)));
      }
      for (int i = 0; i < 6; i++) {
        assertThat(together.get(i).get().text()).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void theModelCanSpeakForTheUser() throws Exception {
    try (TestTeachers run = open(model(), Map.of("max_tokens", 10, "temperature", 0))) {
      Completion question =
          run.teacher.complete(
              CompletionRequest.of(List.of()).withParameters(Map.of("next_role", "user")));
      String expected = Files.readString(STORIES.resolve("expected-greedy-200-tokens.txt"));
      assertThat(question.text().strip()).isNotEmpty();
      assertThat(expected.strip()).startsWith(question.text().strip());
    }
  }

  /** In a format whose user turns end with plain text nothing else stops the model. */
  @Test
  void theUsersTurnEndsWhereTheTemplateGoesOn() throws Exception {
    Path model =
        LocalModelFile.write(
            folder.resolve("sentences.gguf"),
            "{% for m in messages %}{{ m.content }}. {% endfor %}");
    try (TestTeachers run = open(model, Map.of("temperature", 0, "max_tokens", 100))) {
      Completion question =
          run.teacher.complete(
              CompletionRequest.of(List.of()).withParameters(Map.of("next_role", "user")));
      String expected = Files.readString(STORIES.resolve("expected-greedy-200-tokens.txt")).strip();
      assertThat(question.text().strip())
          .isEqualTo(expected.substring(0, expected.indexOf('.')).strip());
      assertThat(question.finish()).isEqualTo(FinishReason.STOP);
    }
  }

  @Test
  void anAnswerThatDoesNotFollowItsSchemaIsAskedForAgainButNotForEver() throws Exception {
    Map<String, Object> schema =
        Map.of("type", "object", "properties", Map.of("score", Map.of("type", "integer")));
    try (TestTeachers run = open(model(), Map.of("max_tokens", 10))) {
      CompletionRequest request = ask("There was a cat");
      Completion plain = run.teacher.complete(request);
      Completion structured = run.teacher.complete(request.withSchema(schema));
      assertThat(structured.key()).isNotEqualTo(plain.key());
      assertThat(structured.usage().completion()).isEqualTo(3 * 10);
      assertThat(structured.finish()).isEqualTo(FinishReason.LENGTH);
      assertThat(run.teacher.complete(request.withSchema(schema)).text())
          .isEqualTo(structured.text());
      assertThat(run.costs().answered()).isEqualTo(2);
    }
  }

  @Test
  void anUnknownParameterIsRefusedWithTheNearestOne() {
    Path model = model();
    assertThatThrownBy(() -> open(model, Map.of("temprature", 0.5)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'temprature'; did you mean 'temperature'?");
    assertThatThrownBy(() -> open(model, Map.of("top_p", 7)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("top_p: found 7.0, allowed is 0 to 1");
  }

  @Test
  void aModelWithoutATemplateFailsTheRunAndAPromptBeyondTheContextTheCall() {
    Path model = model();
    try (TestTeachers run =
        new TestTeachers(
            LocalSettings.of("raw", STORIES.resolve("stories260k-f32.gguf")),
            folder.resolve("raw"),
            Budget.unlimited())) {
      assertThatThrownBy(() -> run.teacher.complete(ask("x")))
          .isInstanceOf(DataException.class)
          .isNotInstanceOf(TeacherException.class)
          .hasMessageContaining("no chat template");
    }
    try (TestTeachers run = open(model, Map.of())) {
      assertThatThrownBy(() -> run.teacher.complete(ask("once ".repeat(1000))))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("512");
      assertThatThrownBy(() -> run.teacher.embed(List.of("x")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("makes no vectors");
    }
  }

  @Test
  void aFileThatIsNotThereIsToldBeforeTheRun() {
    assertThatThrownBy(() -> open(folder.resolve("none.gguf"), Map.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.gguf");
  }

  @Test
  void thoughtsAreKeptApart() {
    assertThat(LocalPrompt.message("", "<think>\nhm\n</think>\n\nfour"))
        .satisfies(message -> assertThat(message.content()).isEqualTo("four"))
        .satisfies(message -> assertThat(message.reasoning()).contains("hm"));
    assertThat(LocalPrompt.message("…<think>\n", "hm</think>four").reasoning()).contains("hm");
    assertThat(LocalPrompt.message("", "4 </think>").content()).isEqualTo("4 </think>");
    assertThat(LocalPrompt.message("", "<think>never ends").content()).isEmpty();
  }
}
