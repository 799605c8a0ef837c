package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final SamplingOptions PLAIN =
      SamplingOptions.builder().temperature(1).topK(0).topP(1).seed(7).build();
  private static final SamplingOptions GREEDY = SamplingOptions.builder().temperature(0).build();

  private static List<Integer> draws(SamplingOptions options, float[] logits, int count) {
    var sampler = new Sampler(options, logits.length, 4096);
    return IntStream.range(0, count).mapToObj(i -> sampler.sample(logits)).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 42, Long.MIN_VALUE})
  void drawsFollowTheProbabilitiesOfTheWholeChain(long seed) {
    var random = new SplittableRandom(seed);
    float[] logits = new float[500];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextDouble(-9, -6);
    }
    for (int id = 3; id < 400; id += 20) {
      logits[id] = (float) random.nextDouble(0, 1.5);
    }
    var options =
        SamplingOptions.builder()
            .temperature(0.7f)
            .topK(15)
            .typicalP(0.95f)
            .topP(0.9f)
            .minP(0.05f)
            .seed(seed)
            .build();
    var kept = ReferenceSampling.topK(ReferenceSampling.all(logits), 15);
    kept = ReferenceSampling.typicalP(kept, 0.95f);
    kept = ReferenceSampling.topP(kept, 0.9f);
    kept = ReferenceSampling.minP(kept, 0.05f);
    double[] p = ReferenceSampling.probabilities(kept, 0.7f);
    double[] expected = new double[logits.length];
    for (int i = 0; i < p.length; i++) {
      expected[kept.get(i).id()] = p[i];
    }
    int[] counts = new int[logits.length];
    draws(options, logits, 20_000).forEach(id -> counts[id]++);
    ChiSquare.assertDrawnFrom(expected, counts);
  }

  @Test
  void drawsFromTheWholeVocabularyFollowItsProbabilities() {
    float[] logits = {0, 1, -1, 2, 0.5f, 1.5f};
    double[] expected = new double[6];
    var all = ReferenceSampling.all(logits);
    double[] p = ReferenceSampling.probabilities(all, 1);
    for (int i = 0; i < 6; i++) {
      expected[all.get(i).id()] = p[i];
    }
    int[] counts = new int[6];
    draws(PLAIN, logits, 50_000).forEach(id -> counts[id]++);
    ChiSquare.assertDrawnFrom(expected, counts);
  }

  @Test
  void equalSeedsDrawEqualTokensAndOthersDoNot() {
    float[] logits = new float[100];
    assertThat(draws(PLAIN, logits, 50)).isEqualTo(draws(PLAIN, logits, 50));
    assertThat(draws(PLAIN, logits, 50))
        .isNotEqualTo(draws(PLAIN.toBuilder().seed(8).build(), logits, 50));
  }

  @Test
  void noSeedAndMinusOneDrawAfresh() {
    float[] logits = new float[1000];
    var unseeded = SamplingOptions.builder().temperature(1).topK(0).topP(1).build();
    var minusOne = PLAIN.toBuilder().seed(-1).build();
    assertThat(draws(unseeded, logits, 50)).isNotEqualTo(draws(unseeded, logits, 50));
    assertThat(draws(minusOne, logits, 50)).isNotEqualTo(draws(minusOne, logits, 50));
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, -0f, -1f})
  void temperatureZeroOrLessTakesTheLikeliestAndTheLowestIdOfATie(float temperature) {
    var options = GREEDY.toBuilder().temperature(temperature).typicalP(0.1f).build();
    assertThat(draws(options, new float[] {1, 3, 2, 3}, 3)).containsExactly(1, 1, 1);
  }

  @Test
  void greedyStillSeesBiasAndPenalties() {
    var biased = GREEDY.toBuilder().logitBias(Map.of(1, Float.NEGATIVE_INFINITY, 2, 5f)).build();
    assertThat(draws(biased, new float[] {6, 9, 2}, 1)).containsExactly(2);
    var penalised = GREEDY.toBuilder().presencePenalty(0.6f).build();
    assertThat(draws(penalised, new float[] {1, 0.5f, 0}, 3)).containsExactly(0, 1, 0);
  }

  @Test
  void penaltiesAreThoseOfTheDefinition() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      int vocabulary = random.nextInt(2, 30);
      int contextLength = 64;
      int lastN = random.nextInt(-1, 20);
      var options =
          GREEDY.toBuilder()
              .repeatLastN(lastN)
              .repeatPenalty((float) random.nextDouble(0.5, 2))
              .presencePenalty((float) random.nextDouble(-1, 1))
              .frequencyPenalty((float) random.nextDouble(-1, 1))
              .logitBias(Map.of(random.nextInt(vocabulary), (float) random.nextDouble(-3, 3)))
              .build();
      int[] prompt = random.ints(random.nextInt(40), 0, vocabulary).toArray();
      List<Integer> history = new ArrayList<>(IntStream.of(prompt).boxed().toList());
      var sampler = new Sampler(options, vocabulary, contextLength);
      sampler.acceptPrompt(prompt);
      for (int step = 0; step < 40; step++) {
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
          logits[i] = (float) random.nextDouble(-2, 2);
        }
        float[] original = logits.clone();
        float[] biased = logits.clone();
        options.logitBias().forEach((id, bias) -> biased[id] += bias);
        float[] expected =
            ReferenceSampling.penalised(
                biased,
                history,
                lastN < 0 ? contextLength : lastN,
                options.repeatPenalty(),
                options.presencePenalty(),
                options.frequencyPenalty());
        int token = sampler.sample(logits);
        assertThat(token)
            .as("seed %d step %d %s", seed, step, options)
            .isEqualTo(ReferenceSampling.all(expected).getFirst().id());
        assertThat(logits).as("the model's logits stay as they are").isEqualTo(original);
        history.add(token);
      }
    }
  }

  @Test
  void logitsBeyondTheVocabularyAreNeverChosen() {
    var sampler = new Sampler(GREEDY, 2, 16);
    assertThat(sampler.sample(new float[] {1, 2, 50, Float.NaN})).isEqualTo(1);
  }

  @Test
  void aBiasOutsideTheVocabularyIsAnError() {
    var options = GREEDY.toBuilder().logitBias(Map.of(99, 1f)).build();
    assertThatThrownBy(() -> new Sampler(options, 50, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logit_bias: found token 99, allowed are the ids of the vocabulary, 0 to 49");
  }

  @Test
  void allocatesNothingPerTokenOnceWarm() throws ReflectiveOperationException {
    var random = new SplittableRandom(5);
    float[] logits = ReferenceSampling.randomLogits(random, 20_000);
    for (var options :
        List.of(
            PLAIN,
            SamplingOptions.BLOSSOM,
            PLAIN.toBuilder().topP(0.95f).minP(0.01f).build(),
            PLAIN.toBuilder().typicalP(0.9f).logitBias(Map.of(3, 1f)).build())) {
      var sampler = new Sampler(options, logits.length, 4096);
      sampler.sample(logits);
      long before = allocatedBytes();
      for (int i = 0; i < 100; i++) {
        sampler.sample(logits);
      }
      long allocated = allocatedBytes() - before;
      // One array of the vocabulary per token would be 8 MB; the JDK's sort allocates a little.
      assertThat(allocated).as("bytes for 100 tokens with %s", options).isLessThan(1_000_000);
    }
  }

  /** By reflection: the module does not read java.management, and need not for this. */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (long)
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes")
            .invoke(threads);
  }
}
