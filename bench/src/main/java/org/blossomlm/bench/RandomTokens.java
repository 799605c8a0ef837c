package org.blossomlm.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.model.tokenizer.Tokenizer;

/** Tokens for prompts of any length, and sampling that never ends an answer by itself. */
final class RandomTokens {
  private final int[] ordinary;
  private final SplittableRandom random;
  private final SamplingOptions sampling;

  RandomTokens(Tokenizer tokenizer, long seed) {
    ordinary =
        IntStream.range(0, tokenizer.vocabularySize())
            .filter(id -> !tokenizer.isSpecial(id))
            .toArray();
    random = new SplittableRandom(seed);
    Map<Integer, Float> never = new HashMap<>();
    tokenizer.endOfGeneration().forEach(id -> never.put(id, Float.NEGATIVE_INFINITY));
    sampling = SamplingOptions.DEFAULT.toBuilder().temperature(0).logitBias(never).seed(1).build();
  }

  int[] next(int count) {
    return random.ints(count, 0, ordinary.length).map(i -> ordinary[i]).toArray();
  }

  /** Takes the likeliest token that does not end the answer. */
  SamplingOptions sampling() {
    return sampling;
  }
}
