package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.engine.FakeTokenizer.BOS;
import static org.blossomlm.engine.FakeTokenizer.STRAY;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.ModelException;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final GenerationOptions GREEDY =
      GenerationOptions.builder()
          .sampling(SamplingOptions.builder().temperature(0).build())
          .build();
  private static final int[] PROMPT = {BOS, 'H', 'i', '?'};

  private final FakeTokenizer tokenizer = new FakeTokenizer("STOP here", "llo<", "||>");
  private final RecordingListener listener = new RecordingListener();

  private static int[] bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, utf8.length).map(i -> utf8[i] & 0xff).toArray();
  }

  private FakeEvaluator answering(int... answer) {
    return FakeEvaluator.answering(tokenizer, 64, 2, PROMPT.length, answer);
  }

  private Generation generate(Evaluator evaluator, GenerationOptions options) {
    return Generator.generate(evaluator, tokenizer, PROMPT, options, listener);
  }

  @Test
  void anAnswerIsStreamedUntilTheModelEndsItsTurn() {
    var evaluator = answering(bytes("Hello"));
    var generation = generate(evaluator, GREEDY);
    assertThat(generation.text()).isEqualTo("Hello");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(generation.promptTokens()).isEqualTo(4);
    assertThat(generation.cachedTokens()).isZero();
    assertThat(generation.promptTime()).isPositive();
    assertThat(generation.generationTime()).isPositive();
    assertThat(listener.texts).containsExactly("H", "e", "l", "l", "o");
    assertThat(listener.tokens).isEqualTo(generation.tokens());
    assertThat(generation.tokens())
        .extracting(GeneratedToken::id)
        .containsExactly(72, 101, 108, 108, 111);
    assertThat(generation.tokens()).allSatisfy(token -> assertThat(token.logprob()).isNaN());
    assertThat(evaluator.calls.getLast()).isEqualTo("evaluate 8-9");
  }

  @Test
  void thePromptIsEvaluatedInChunksWithProgress() {
    var evaluator = FakeEvaluator.answering(tokenizer, 64, 3, 4);
    generate(evaluator, GREEDY);
    assertThat(evaluator.calls).containsExactly("evaluate 0-3", "evaluate 3-4");
    assertThat(listener.events).containsExactly("prompt 0/4", "prompt 3/4", "prompt 4/4");
  }

  @Test
  void chunkSizesDoNotChangeTheAnswer() {
    for (int chunk = 1; chunk <= 5; chunk++) {
      var evaluator = FakeEvaluator.answering(tokenizer, 64, chunk, 4, bytes("same"));
      assertThat(generate(evaluator, GREEDY).text()).isEqualTo("same");
    }
  }

  @Test
  void whatTheSequenceHoldsAlreadyIsNotEvaluatedAgain() {
    var evaluator = answering(bytes("ok"));
    generate(evaluator, GREEDY);
    evaluator.calls.clear();
    int[] longer = {BOS, 'H', 'i', '?', 'o', 'k', '!', 'x'};
    var generation = Generator.generate(evaluator, tokenizer, longer, GREEDY, listener);
    assertThat(generation.cachedTokens()).isEqualTo(6);
    assertThat(generation.promptTokens()).isEqualTo(8);
    assertThat(evaluator.calls).containsExactly("evaluate 6-8");
  }

  @Test
  void aPromptThatDiffersIsEvaluatedFromTheDifference() {
    var evaluator = answering(bytes("ok"));
    generate(evaluator, GREEDY);
    evaluator.calls.clear();
    int[] other = {BOS, 'H', 'o', '?'};
    var generation = Generator.generate(evaluator, tokenizer, other, GREEDY, listener);
    assertThat(generation.cachedTokens()).isEqualTo(2);
    assertThat(evaluator.calls.subList(0, 2)).containsExactly("truncate 2", "evaluate 2-4");
    assertThat(generation.text()).isEqualTo("ok");
  }

  @Test
  void theSamePromptAgainEvaluatesItsLastTokenForTheLogits() {
    var evaluator = answering(bytes("ok"));
    generate(evaluator, GREEDY);
    evaluator.calls.clear();
    var again = generate(evaluator, GREEDY);
    assertThat(again.text()).isEqualTo("ok");
    assertThat(again.cachedTokens()).isEqualTo(3);
    assertThat(evaluator.calls.subList(0, 2)).containsExactly("truncate 3", "evaluate 3-4");
  }

  @Test
  void aPromptLongerThanTheContextChangesNothing() {
    var evaluator = FakeEvaluator.answering(tokenizer, 4, 4, 4);
    generate(evaluator, GREEDY);
    evaluator.calls.clear();
    assertThatThrownBy(() -> Generator.generate(evaluator, tokenizer, new int[5], GREEDY, listener))
        .isInstanceOfSatisfying(
            ContextLengthException.class,
            e -> {
              assertThat(e.promptTokens()).isEqualTo(5);
              assertThat(e.contextLength()).isEqualTo(4);
            });
    assertThat(evaluator.calls).isEmpty();
    assertThat(evaluator.tokens()).isEqualTo(PROMPT);
  }

  @Test
  void promptsThatCannotBeEvaluatedAreRefused() {
    var evaluator = answering();
    assertThatThrownBy(() -> Generator.generate(evaluator, tokenizer, new int[0], GREEDY, listener))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(
            () -> Generator.generate(evaluator, tokenizer, new int[] {1, -1}, GREEDY, listener))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "prompt token 1: found -1, allowed are the ids of the vocabulary, 0 to "
                + (tokenizer.vocabularySize() - 1));
    assertThat(evaluator.calls).isEmpty();
  }

  @Test
  void theTokenLimitEndsTheAnswerWithoutEvaluatingInVain() {
    var evaluator = answering(bytes("Hello"));
    var generation = generate(evaluator, GREEDY.toBuilder().maxTokens(3).build());
    assertThat(generation.text()).isEqualTo("Hel");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(evaluator.length()).isEqualTo(6);
  }

  @Test
  void aLimitOfZeroEvaluatesThePromptAlone() {
    var evaluator = answering(bytes("Hello"));
    var generation = generate(evaluator, GREEDY.toBuilder().maxTokens(0).build());
    assertThat(generation.tokens()).isEmpty();
    assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(evaluator.tokens()).isEqualTo(PROMPT);
  }

  @Test
  void stopStringsSpanTokensAndEndInsideOne() {
    int[] answer = {'H', 'e', tokenizer.word("llo<"), '|', 'e', '>'};
    var options = GREEDY.toBuilder().stop("<|x|>", "<|e").build();
    var generation = generate(answering(answer), options);
    assertThat(generation.text()).isEqualTo("Hello");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(generation.tokens()).hasSize(5);
    assertThat(listener.texts).containsExactly("H", "e", "llo");

    var inside =
        generate(
            answering('a', tokenizer.word("STOP here"), 'b'),
            GREEDY.toBuilder().stop("TOP").build());
    assertThat(inside.text()).isEqualTo("aS");
  }

  @Test
  void theBeginningOfAStopStringThatNeverCameIsText() {
    var generation = generate(answering(bytes("a<|")), GREEDY.toBuilder().stop("<|end").build());
    assertThat(generation.text()).isEqualTo("a<|");
    assertThat(listener.texts).containsExactly("a", "<|");
  }

  @Test
  void aStopStringMayBeTheSpellingOfASpecialToken() {
    int[] answer = {'a', STRAY, 'b'};
    assertThat(generate(answering(answer), GREEDY).text()).isEqualTo("ab");
    var stopped = generate(answering(answer), GREEDY.toBuilder().stop("<|stray|>").build());
    assertThat(stopped.text()).isEqualTo("a");
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void charactersAreStreamedWholeAndTheRestOfOneAtTheEndIsReplaced() {
    int[] answer = bytes("花🌸");
    assertThat(generate(answering(answer), GREEDY).text()).isEqualTo("花🌸");
    assertThat(listener.texts).containsExactly("花", "🌸");

    int[] broken = Arrays.copyOf(answer, answer.length - 1);
    assertThat(generate(answering(broken), GREEDY).text()).isEqualTo("花\ufffd");
  }

  @Test
  void aStopStringCompletedByTheLastReplacedCharacterStillStops() {
    int[] broken = Arrays.copyOf(bytes("ab🌸"), 5);
    var options = GREEDY.toBuilder().stop("b\ufffd").maxTokens(5).build();
    var generation = generate(answering(broken), options);
    assertThat(generation.text()).isEqualTo("a");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void aFullContextEndsTheAnswer() {
    var evaluator = FakeEvaluator.saying(tokenizer, 6, 8, tokens -> (int) 'x');
    var generation = generate(evaluator, GREEDY);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
    assertThat(generation.text()).isEqualTo("xxx");
    assertThat(evaluator.length()).isEqualTo(6);
  }

  @Test
  void aPromptThatFillsTheContextStillGetsAToken() {
    var evaluator = FakeEvaluator.saying(tokenizer, 4, 8, tokens -> (int) 'x');
    assertThat(generate(evaluator, GREEDY).text()).isEqualTo("x");
  }

  @Test
  void aShiftForgetsTheOlderHalfAfterTheKeptTokens() {
    var evaluator =
        FakeEvaluator.saying(
            tokenizer, 12, 8, tokens -> 'a' + (tokens[tokens.length - 1] + 8) % 26);
    var options = GREEDY.toBuilder().whenFull(WhenFull.SHIFT).keepTokens(2).maxTokens(16).build();
    var generation = generate(evaluator, options);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(generation.tokens()).hasSize(16);
    assertThat(evaluator.calls).contains("shift 2 5");
    assertThat(listener.events).endsWith("shift 5", "shift 5");
    assertThat(Arrays.copyOf(evaluator.tokens(), 2)).containsExactly(BOS, 'H');
    // What is left is the end of the answer, in order, less the token that was not evaluated.
    String text = generation.text();
    String left = tokenizer.decode(evaluator.tokens(), false).substring(1);
    assertThat(text.substring(0, 15)).endsWith(left);
  }

  @Test
  void aShiftMayKeepThePromptButNeverEverything() {
    var evaluator = FakeEvaluator.saying(tokenizer, 8, 8, tokens -> (int) 'x');
    var options = GREEDY.toBuilder().whenFull(WhenFull.SHIFT).keepTokens(-1).maxTokens(9).build();
    generate(evaluator, options);
    assertThat(evaluator.calls).contains("shift 4 2");
    var greedyKeeper = FakeEvaluator.saying(tokenizer, 8, 8, tokens -> (int) 'x');
    generate(greedyKeeper, options.toBuilder().keepTokens(Integer.MAX_VALUE).build());
    assertThat(greedyKeeper.calls).contains("shift 4 2");
  }

  @Test
  void aContextOfOneTokenIsFullRatherThanEndless() {
    var evaluator = FakeEvaluator.saying(tokenizer, 1, 8, tokens -> (int) 'x');
    var options = GREEDY.toBuilder().whenFull(WhenFull.SHIFT).build();
    var generation = Generator.generate(evaluator, tokenizer, new int[] {BOS}, options, listener);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
  }

  @Test
  void afterAShiftTheNextPromptIsComparedWithWhatIsThere() {
    var evaluator = FakeEvaluator.saying(tokenizer, 8, 8, tokens -> (int) 'x');
    var options = GREEDY.toBuilder().whenFull(WhenFull.SHIFT).keepTokens(2).maxTokens(8).build();
    generate(evaluator, options);
    var again = generate(evaluator, options.toBuilder().maxTokens(1).build());
    assertThat(again.cachedTokens()).isEqualTo(2);
    assertThat(evaluator.tokens()).isEqualTo(PROMPT);
  }

  @Test
  void cancellingBetweenChunksKeepsWhatWasEvaluated() {
    var evaluator = answering(bytes("never"));
    listener.cancelWhen(() -> listener.events.contains("prompt 2/4"));
    var generation = generate(evaluator, GREEDY);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(generation.text()).isEmpty();
    assertThat(evaluator.tokens()).containsExactly(BOS, 'H');

    listener.cancelWhen(() -> false);
    assertThat(generate(evaluator, GREEDY).cachedTokens()).isEqualTo(2);
  }

  @Test
  void cancellingBetweenTokensReturnsTheTextSoFar() {
    var evaluator = answering(bytes("Hello"));
    listener.cancelWhen(() -> listener.text().length() == 3);
    var generation = generate(evaluator, GREEDY);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(generation.text()).isEqualTo("Hel");
    assertThat(evaluator.length()).isEqualTo(6);
  }

  @Test
  void anExceptionOfTheListenerReachesTheCallerAndLeavesTheSequenceUsable() {
    for (String failing : List.of("onPrompt", "onText", "onToken")) {
      var evaluator = answering(bytes("Hello"));
      var failure = new IllegalStateException(failing);
      var broken =
          new GenerationListener() {
            @Override
            public void onPrompt(int done, int total) {
              fail("onPrompt", done == 2);
            }

            @Override
            public void onText(String text) {
              fail("onText", text.equals("l"));
            }

            @Override
            public void onToken(GeneratedToken token) {
              fail("onToken", token.id() == 'l');
            }

            private void fail(String where, boolean now) {
              if (now && where.equals(failing)) {
                throw failure;
              }
            }
          };
      assertThatThrownBy(() -> Generator.generate(evaluator, tokenizer, PROMPT, GREEDY, broken))
          .isSameAs(failure);
      assertThat(generate(evaluator, GREEDY).text()).isEqualTo("Hello");
    }
  }

  @Test
  void logProbabilitiesAreThoseOfTheModelNotOfTheSampler() {
    var options =
        GREEDY.toBuilder()
            .topLogprobs(2)
            .maxTokens(1)
            .sampling(GREEDY.sampling().toBuilder().logitBias(Map.of((int) 'b', 100f)).build())
            .build();
    var token = generate(answering('a'), options).tokens().getFirst();
    assertThat(token.id()).isEqualTo('b');
    assertThat(token.logprob()).isBetween(-40.01f, -39.99f);
    assertThat(token.top()).hasSize(2);
    assertThat(token.top().getFirst().id()).isEqualTo('a');
    assertThat(token.top().getFirst().logprob()).isBetween(-1e-6f, 0f);
  }

  @Test
  void penaltiesSeeThePrompt() {
    var options =
        GREEDY.toBuilder()
            .maxTokens(1)
            .sampling(GREEDY.sampling().toBuilder().presencePenalty(50).build())
            .build();
    assertThat(generate(answering('H'), options).text()).isNotEqualTo("H");
    assertThat(generate(answering('h'), options).text()).isEqualTo("h");
  }

  @Test
  void oneSeedTellsOneStoryWhateverIsInTheCache() {
    var random = new SplittableRandom(11);
    float[][] table = new float[tokenizer.vocabularySize()][tokenizer.vocabularySize()];
    for (float[] row : table) {
      for (int i = 'a'; i < 'z'; i++) {
        row[i] = (float) random.nextDouble(5, 10);
      }
    }
    var evaluator = new FakeEvaluator(64, 3, tokens -> table[tokens[tokens.length - 1]]);
    var options =
        GenerationOptions.builder()
            .sampling(SamplingOptions.BLOSSOM.toBuilder().temperature(2).seed(99).build())
            .maxTokens(30)
            .build();
    var first = generate(evaluator, options);
    assertThat(generate(evaluator, options).text()).isEqualTo(first.text());
    var otherSeed = options.sampling().toBuilder().seed(100).build();
    assertThat(generate(evaluator, options.toBuilder().sampling(otherSeed).build()).text())
        .isNotEqualTo(first.text());
  }

  @Test
  void logitsThatAreNoNumbersAreAnError() {
    var evaluator =
        new FakeEvaluator(
            64,
            8,
            tokens -> {
              float[] logits = new float[tokenizer.vocabularySize()];
              logits[7] = Float.NaN;
              return logits;
            });
    assertThatThrownBy(() -> generate(evaluator, GREEDY))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("token 7 is NaN");
  }

  @Test
  void aLogitBiasOutsideTheVocabularyIsRefusedBeforeAnythingIsEvaluated() {
    var evaluator = answering();
    var sampling = GREEDY.sampling().toBuilder().logitBias(Map.of(9999, 1f)).build();
    assertThatThrownBy(() -> generate(evaluator, GREEDY.toBuilder().sampling(sampling).build()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(evaluator.calls).isEmpty();
  }

  /** A model of few tokens that depends on the last two: it repeats itself, but not always. */
  private FakeEvaluator babbling(long salt, int contextLength, int chunkSize) {
    return new FakeEvaluator(
        contextLength,
        chunkSize,
        tokens -> {
          int last = tokens[tokens.length - 1];
          int before = tokens.length > 1 ? tokens[tokens.length - 2] : 0;
          var noise = new SplittableRandom(1_000_000 * salt + 1000L * last + before);
          float[] logits = new float[tokenizer.vocabularySize()];
          Arrays.fill(logits, -30);
          for (int i = 'a'; i < 'i'; i++) {
            logits[i] = (float) noise.nextDouble(0, 8);
          }
          logits[FakeTokenizer.END_OF_TURN] = (float) noise.nextDouble(-6, 2);
          return logits;
        });
  }

  @Test
  void guessing_never_changes_an_answer() {
    int drafted = 0;
    int accepted = 0;
    for (long seed = 0; seed < 400; seed++) {
      var random = new SplittableRandom(seed);
      int context = 12 + random.nextInt(60);
      int chunk = 1 + random.nextInt(12);
      SamplingOptions sampling =
          SamplingOptions.builder()
              .temperature(random.nextInt(3) == 0 ? 0 : 0.6f)
              .topK(random.nextInt(5))
              .repeatPenalty(random.nextBoolean() ? 1 : 1.1f)
              .presencePenalty(random.nextBoolean() ? 0 : 0.2f)
              .frequencyPenalty(random.nextBoolean() ? 0 : 0.1f)
              .repeatLastN(random.nextInt(20) - 1)
              .seed(seed)
              .build();
      var options =
          GenerationOptions.builder()
              .sampling(sampling)
              .maxTokens(random.nextInt(100))
              .stop(random.nextBoolean() ? List.of() : List.of("abc", "hg"))
              .topLogprobs(random.nextInt(3) - 1)
              .whenFull(random.nextBoolean() ? WhenFull.SHIFT : WhenFull.STOP)
              .keepTokens(random.nextInt(6) - 1)
              .build();
      int cancelAfter = random.nextInt(4) == 0 ? random.nextInt(30) : Integer.MAX_VALUE;
      var plain = babbling(seed, context, chunk);
      var heard = new RecordingListener();
      heard.cancelWhen(() -> heard.tokens.size() >= cancelAfter);
      var expected = Generator.generate(plain, tokenizer, PROMPT, options, heard);

      var guessing = babbling(seed, context, chunk);
      var drafting = options.toBuilder().draftTokens(1 + random.nextInt(8)).build();
      var heardToo = new RecordingListener();
      heardToo.cancelWhen(() -> heardToo.tokens.size() >= cancelAfter);
      var actual = Generator.generate(guessing, tokenizer, PROMPT, drafting, heardToo);

      assertThat(actual.tokens()).as("seed %d", seed).isEqualTo(expected.tokens());
      assertThat(actual.text()).isEqualTo(expected.text());
      assertThat(actual.finishReason()).isEqualTo(expected.finishReason());
      assertThat(heardToo.texts).isEqualTo(heard.texts);
      assertThat(heardToo.events).isEqualTo(heard.events);
      if (actual.finishReason() != FinishReason.CANCELLED) {
        assertThat(guessing.tokens()).as("seed %d", seed).isEqualTo(plain.tokens());
      }
      assertThat(actual.acceptedTokens()).isLessThanOrEqualTo(actual.draftedTokens());
      drafted += actual.draftedTokens();
      accepted += actual.acceptedTokens();
    }
    assertThat(accepted).isGreaterThan(500).isLessThan(drafted);
  }

  @Test
  void right_guesses_save_passes() {
    int[] answer = bytes("abcabcabcabcabcabc");
    var plain = FakeEvaluator.answering(tokenizer, 64, 8, PROMPT.length, answer);
    generate(plain, GREEDY);
    var guessing = FakeEvaluator.answering(tokenizer, 64, 8, PROMPT.length, answer);
    var generation = generate(guessing, GREEDY.toBuilder().draftTokens(6).build());
    assertThat(generation.text()).isEqualTo("abcabcabcabcabcabc");
    assertThat(generation.acceptedTokens()).isGreaterThan(8);
    assertThat(guessing.calls.stream().filter(call -> call.startsWith("evaluate")))
        .hasSizeLessThan(12);
    assertThat(plain.calls).hasSize(19);
    assertThat(generate(guessing, GREEDY).draftedTokens()).isZero();
  }

  @Test
  void an_answer_that_lost_its_sequence_goes_on_as_if_nothing_had_happened() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      var options =
          GenerationOptions.builder()
              .sampling(SamplingOptions.builder().temperature(0.7f).seed(seed).build())
              .maxTokens(70)
              .whenFull(random.nextBoolean() ? WhenFull.SHIFT : WhenFull.STOP)
              .draftTokens(random.nextInt(4))
              .build();
      var undisturbed = new RecordingListener();
      var expected =
          Generator.generate(babbling(seed, 30, 7), tokenizer, PROMPT, options, undisturbed);
      var evaluator = babbling(seed, 30, 7);
      var logits = new LogitRows();
      var heard = new RecordingListener();
      var generator = new Generator(evaluator, tokenizer, PROMPT, options, heard, logits);
      while (generator.prepare(1 + random.nextInt(7))) {
        if (random.nextInt(4) == 0) {
          evaluator.truncate(0);
          generator.rewind();
          continue;
        }
        generator.shrink(1 + random.nextInt(7));
        evaluator.evaluate(generator.text(), generator.from(), generator.to(), logits);
        generator.accept();
      }
      assertThat(generator.result().tokens()).as("seed %d", seed).isEqualTo(expected.tokens());
      assertThat(generator.result().finishReason()).isEqualTo(expected.finishReason());
      assertThat(heard.tokens).isEqualTo(expected.tokens());
      assertThat(heard.events.stream().filter(event -> event.startsWith("shift")).toList())
          .isEqualTo(
              undisturbed.events.stream().filter(event -> event.startsWith("shift")).toList());
      assertThat(heard.events).containsOnlyOnce("prompt 0/4", "prompt 4/4");
    }
  }
}
