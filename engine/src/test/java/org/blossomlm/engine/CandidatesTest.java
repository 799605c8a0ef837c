package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.blossomlm.engine.ReferenceSampling.Token;
import org.blossomlm.model.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidatesTest {
  private final Candidates candidates = new Candidates();

  private List<Integer> ids() {
    return IntStream.range(0, candidates.size()).mapToObj(candidates::id).toList();
  }

  private static List<Integer> ids(List<Token> tokens) {
    return tokens.stream().map(Token::id).toList();
  }

  private void load(int topK, double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    candidates.load(logits, logits.length, topK);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 7, 63, 64, 65, 1000, 1100, 5000})
  void everyStepKeepsWhatThePapersDefinitionKeeps(int size) {
    for (int seed = 0; seed < 150; seed++) {
      var random = new SplittableRandom(31L * size + seed);
      float[] logits = ReferenceSampling.randomLogits(random, size);
      int k = random.nextInt(3) == 0 ? 0 : random.nextInt(1, size + 2);
      double typical = random.nextInt(2) == 0 ? 1 : random.nextDouble();
      double top = random.nextInt(2) == 0 ? 1 : random.nextDouble();
      double min = random.nextInt(2) == 0 ? 0 : random.nextDouble();

      candidates.load(logits, size, k);
      candidates.typicalP(typical);
      candidates.topP(top);
      candidates.minP(min);

      var expected = ReferenceSampling.topK(ReferenceSampling.all(logits), k);
      expected = ReferenceSampling.typicalP(expected, typical);
      expected = ReferenceSampling.topP(expected, top);
      expected = ReferenceSampling.minP(expected, min);
      assertThat(ids())
          .as("size %d seed %d: k %d typ %s p %s min %s", size, seed, k, typical, top, min)
          .isEqualTo(ids(expected));
    }
  }

  @Test
  void topKSettlesTiesByTheLowerId() {
    float[] logits = new float[3000];
    Arrays.fill(logits, 1f);
    logits[2999] = 2f;
    logits[5] = 0f;
    candidates.load(logits, 3000, 7);
    assertThat(ids()).containsExactly(2999, 0, 1, 2, 3, 4, 6);
  }

  @Test
  void bothZerosAreTheSameLogit() {
    candidates.load(new float[] {-0f, 0f, -0f, 0f}, 4, 2);
    assertThat(ids()).containsExactly(0, 1);
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesTheSum() {
    load(0, 0.1, 0.5, 0.3, 0.1);
    candidates.topP(0.8);
    assertThat(ids()).containsExactly(1, 2);
    load(0, 0.1, 0.5, 0.3, 0.1);
    candidates.topP(0.81);
    assertThat(ids()).containsExactly(1, 2, 0);
    load(0, 0.1, 0.5, 0.3, 0.1);
    candidates.topP(0);
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void topPOfEqualTokensReachesTheirExactShare() {
    for (int tenths = 1; tenths < 10; tenths++) {
      load(0, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1);
      candidates.topP(tenths / 10f);
      assertThat(candidates.size()).isEqualTo(tenths);
    }
  }

  @Test
  void topPSeesTheProbabilitiesThatTopKLeft() {
    load(2, 0.4, 0.2, 0.2, 0.2);
    candidates.topP(0.6);
    assertThat(ids()).containsExactly(0);
  }

  @Test
  void minPMeasuresAgainstTheLikeliest() {
    load(0, 0.5, 0.25, 0.15, 0.1);
    candidates.minP(0.5);
    assertThat(ids()).containsExactly(0, 1);
    candidates.minP(1);
    assertThat(ids()).containsExactly(0);
  }

  @Test
  void typicalPMayDropTheLikeliestToken() {
    // The entropy is 1.33 nats; 0.2 carries 1.61, 0.4 only 0.92.
    load(0, 0.4, 0.2, 0.2, 0.2);
    candidates.typicalP(0.5);
    assertThat(ids()).containsExactly(1, 2, 3);
    load(0, 0.97, 0.01, 0.01, 0.01);
    candidates.typicalP(0.5);
    assertThat(ids()).containsExactly(0);
  }

  @Test
  void hugeAndTinyLogitsNeitherOverflowNorVanish() {
    candidates.load(new float[] {3e38f, -3e38f, 3e38f, Float.NEGATIVE_INFINITY}, 4, 0);
    candidates.typicalP(0.9);
    candidates.topP(0.9);
    candidates.minP(0.1);
    assertThat(ids()).containsExactly(0, 2);
    assertThat(candidates.draw(1e-30, 0.999)).isEqualTo(2);
  }

  @Test
  void aDrawIsTheInverseOfTheCumulativeDistribution() {
    load(0, 0.1, 0.5, 0.3, 0.1);
    assertThat(candidates.draw(1, 0)).isEqualTo(0);
    assertThat(candidates.draw(1, 0.0999)).isEqualTo(0);
    assertThat(candidates.draw(1, 0.1001)).isEqualTo(1);
    assertThat(candidates.draw(1, 0.5999)).isEqualTo(1);
    assertThat(candidates.draw(1, 0.6001)).isEqualTo(2);
    assertThat(candidates.draw(1, Math.nextDown(1.0))).isEqualTo(3);
  }

  @Test
  void aTokenOfProbabilityZeroIsNotDrawnByTheZeroNumber() {
    candidates.load(new float[] {-3e38f, 1f, 1f}, 3, 0);
    assertThat(candidates.draw(1, 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void logitsThatAreNoNumbersAreAnErrorThatNamesTheToken(int topK) {
    float[] logits = {1, 2, Float.NaN, 3};
    assertThatThrownBy(() -> candidates.load(logits, 4, topK))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("token 2")
        .hasMessageContaining("NaN");
    logits[2] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> candidates.load(logits, 4, topK))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("token 2")
        .hasMessageContaining("Infinity");
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> candidates.load(logits, 4, topK))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("all 4 logits are -Infinity");
  }
}
