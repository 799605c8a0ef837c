package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.blossomlm.engine.GeneratedToken.Alternative;
import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
  @Test
  void areThoseOfTheModelsSoftmaxBestFirst() {
    for (int seed = 0; seed < 100; seed++) {
      var random = new SplittableRandom(seed);
      float[] logits = ReferenceSampling.randomLogits(random, random.nextInt(1, 2000));
      var all = ReferenceSampling.all(logits);
      double[] p = ReferenceSampling.probabilities(all, 1);
      int rank = random.nextInt(all.size());
      var token = new LogProbabilities(logits.length, 5).of(logits, all.get(rank).id());
      assertThat(token.id()).isEqualTo(all.get(rank).id());
      assertThat((double) token.logprob()).isCloseTo(Math.log(p[rank]), within(1e-4));
      assertThat(token.top()).hasSize(Math.min(5, all.size()));
      for (int i = 0; i < token.top().size(); i++) {
        Alternative alternative = token.top().get(i);
        assertThat(alternative.id()).as("seed %d", seed).isEqualTo(all.get(i).id());
        assertThat((double) alternative.logprob()).isCloseTo(Math.log(p[i]), within(1e-4));
      }
    }
  }

  @Test
  void withoutAlternativesOnlyTheChosenTokensIsReported() {
    var token = new LogProbabilities(2, 0).of(new float[] {0, 0}, 1);
    assertThat(token.top()).isEmpty();
    assertThat((double) token.logprob()).isCloseTo(Math.log(0.5), within(1e-6));
  }

  @Test
  void doNotOverflow() {
    var token = new LogProbabilities(2, 2).of(new float[] {1000, -1000}, 0);
    assertThat(token.logprob()).isEqualTo(0f);
    assertThat(token.top().get(1).logprob()).isEqualTo(-2000f);
  }
}
