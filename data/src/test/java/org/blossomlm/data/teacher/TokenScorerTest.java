package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.Session;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.engine.measure.TokenProbabilities;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real, very small model says how likely it finds a text. */
class TokenScorerTest {
  private static final String TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}";

  @TempDir Path folder;

  private Path model() {
    Path file = folder.resolve("model.gguf");
    return Files.exists(file) ? file : LocalModelFile.write(file, TEMPLATE);
  }

  private TestTeachers open(Path model, int context) {
    return new TestTeachers(
        new LocalSettings("small", model, Map.of(), 4, context, 1), folder, Budget.parse("0"));
  }

  private static String story() throws Exception {
    return Files.readString(LocalModelFile.fixture("stories260k/expected-greedy-200-tokens.txt"));
  }

  /** The beginning of {@code text} that has so many tokens. */
  private static String beginning(LanguageModel model, String text, int tokens) {
    for (int end = 1; end <= text.length(); end++) {
      String part = text.substring(0, end);
      if (model.tokenizer().encode(MarkedText.data(part), false).length == tokens) {
        return part;
      }
    }
    throw new AssertionError("the text has no beginning of " + tokens + " tokens");
  }

  @Test
  void theLossOfATextIsWhatThePerplexityCommandMeasures() throws Exception {
    try (LanguageModel model =
            LanguageModel.load(model(), LoadOptions.DEFAULT.withContextLength(64));
        TestTeachers run = open(model(), 512)) {
      String text = beginning(model, story(), 63); // and BOS
      double expected =
          Perplexity.of(model, TextChunks.of(model, text, 64, 0), (done, total, estimate) -> {})
              .perplexity();
      TextScore score = run.teacher.scorer().orElseThrow().score(ScoreRequest.ofText(text));
      assertThat(score.tokens()).isEqualTo(63);
      assertThat(Math.exp(score.loss(64 - 1 - 32))).isCloseTo(expected, within(1e-5 * expected));
      assertThatThrownBy(() -> score.loss(64)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anAnswerIsScoredAfterTheConversationAsTheTemplateWritesIt() throws Exception {
    try (LanguageModel model =
            LanguageModel.load(model(), LoadOptions.DEFAULT.withContextLength(512));
        Session session = model.newSession();
        TestTeachers run = open(model(), 512)) {
      int[] prompt = model.tokenizer().encode(MarkedText.data("Once upon a time"), true);
      int[] answer = model.tokenizer().encode(MarkedText.data(", there was a dog."), false);
      int[] all = Arrays.copyOf(prompt, prompt.length + answer.length);
      System.arraycopy(answer, 0, all, prompt.length, answer.length);
      double[] expected = TokenProbabilities.logarithms(model, session, all, prompt.length);
      TextScore score =
          run.teacher
              .scorer()
              .orElseThrow()
              .score(
                  ScoreRequest.ofAnswer(
                      List.of(ChatMessage.user("Once upon a time")),
                      List.of(),
                      ", there was a dog."));
      assertThat(score.logProbabilities()).hasSize(answer.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) score.logProbabilities()[i]).isCloseTo(expected[i], within(1e-5));
      }
    }
  }

  @Test
  void aScoreIsComputedOnceAndRememberedForTheNextRun() throws Exception {
    ScoreRequest request = ScoreRequest.ofText("Once upon a time there was a cat.");
    float[] first;
    try (TestTeachers run = open(model(), 512)) {
      TextScore score = run.teacher.scorer().orElseThrow().score(request);
      first = score.logProbabilities();
      assertThat(score.cached()).isFalse();
      assertThat(run.costs().answered()).isEqualTo(1);
    }
    try (TestTeachers run = open(model(), 512)) {
      TextScore score = run.teacher.scorer().orElseThrow().score(request);
      assertThat(score.logProbabilities()).isEqualTo(first);
      assertThat(score.cached()).isTrue();
      assertThat(run.costs().answered()).isZero();
      assertThat(run.costs().cached()).isEqualTo(1);
    }
  }

  @Test
  void aTextBeyondTheContextIsScoredInWindowsThatOverlap() throws Exception {
    float[] whole;
    try (TestTeachers run = open(model(), 512)) {
      whole =
          run.teacher.scorer().orElseThrow().score(ScoreRequest.ofText(story())).logProbabilities();
    }
    try (TestTeachers run = open(model(), 48)) {
      float[] windows =
          run.teacher.scorer().orElseThrow().score(ScoreRequest.ofText(story())).logProbabilities();
      assertThat(windows).hasSameSizeAs(whole);
      for (int i = 0; i < 47; i++) {
        assertThat(windows[i]).isCloseTo(whole[i], within(1e-4f));
      }
      double difference = 0;
      for (int i = 47; i < whole.length; i++) {
        assertThat(windows[i]).isLessThanOrEqualTo(0);
        difference += Math.abs(windows[i] - whole[i]);
      }
      // Each token sees at least 23 before it, which is nearly all that this model uses.
      assertThat(difference / whole.length).isGreaterThan(0).isLessThan(0.5);
    }
  }

  @Test
  void withoutBosTheFirstTokenOfATextHasNoProbability() throws Exception {
    Path file = LocalModelFile.write(folder.resolve("without.gguf"), TEMPLATE, false);
    try (LanguageModel model = LanguageModel.load(file, LoadOptions.DEFAULT);
        TestTeachers run = open(file, 0)) {
      assertThat(model.tokenizer().addBos()).isFalse();
      String text = "There was a cat";
      int tokens = model.tokenizer().encode(MarkedText.data(text), false).length;
      TokenScorer scorer = run.teacher.scorer().orElseThrow();
      assertThat(scorer.score(ScoreRequest.ofText(text)).tokens()).isEqualTo(tokens - 1);
      assertThat(scorer.score(ScoreRequest.ofText("")).tokens()).isZero();
      assertThat(
              scorer
                  .score(
                      ScoreRequest.ofAnswer(
                          List.of(ChatMessage.user("Once upon a time")), List.of(), text))
                  .tokens())
          .isEqualTo(tokens);
    }
  }

  @Test
  void aModelWithoutATemplateScoresTextsButNoConversations() throws Exception {
    try (TestTeachers run = open(LocalModelFile.fixture("stories260k/stories260k-f32.gguf"), 128)) {
      TokenScorer scorer = run.teacher.scorer().orElseThrow();
      assertThat(scorer.score(ScoreRequest.ofText("Once upon a time")).tokens()).isPositive();
      assertThatThrownBy(() ->
              scorer.score(ScoreRequest.ofAnswer(List.of(ChatMessage.user("a")), List.of(), "b")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no chat template");
    }
  }

  @Test
  void aConversationBeyondTheContextFailsWithBothNumbers() {
    try (TestTeachers run = open(model(), 32)) {
      assertThatThrownBy(() ->
              run.teacher
                  .scorer()
                  .orElseThrow()
                  .score(
                      ScoreRequest.ofAnswer(
                          List.of(ChatMessage.user("once ".repeat(40))), List.of(), "yes")))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("32");
    }
  }
}
