package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.blossomlm.engine.kernels.ScalarKernels;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In a model of one layer keys and values depend on nothing but their token and position, so a
 * shifted cache must equal one that never held the discarded tokens, up to float16 rounding.
 */
class ContextShiftTest {
  private static final long SEED = 20251103;
  private static final int KEEP = 4;
  private static final int DISCARD = 20;
  private static final int LENGTH = 40;

  @TempDir Path folder;

  @Test
  void adjacent_pairs_turn_back() {
    checkShift("llama", Optional.empty());
  }

  @Test
  void halves_turn_back() {
    checkShift("qwen2", Optional.empty());
  }

  @Test
  void pairs_with_factors_of_their_own_turn_back_by_their_own_angles() {
    checkShift("llama", Optional.of(new float[] {1, 1.5f, 3, 4, 5, 6, 7, 8}));
  }

  private void checkShift(String family, Optional<float[]> ropeFactors) {
    GgufMetadata metadata =
        TinyModel.metadata(family).put(family + ".block_count", GgufValue.uint32(1)).build();
    Path file =
        TinyModel.write(
            folder.resolve("one-layer.gguf"),
            metadata,
            family,
            TensorType.F32,
            SEED,
            1,
            ropeFactors);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] tokens = random.ints(LENGTH + 1, 3, 250).toArray();
    int[] kept = new int[LENGTH - DISCARD];
    System.arraycopy(tokens, 0, kept, 0, KEEP);
    System.arraycopy(tokens, KEEP + DISCARD, kept, KEEP, kept.length - KEEP);
    try (LoadedDecoder loaded = new LoadedDecoder(file, new ScalarKernels(), 1);
        Sequence shifted = loaded.sequence(64, 64);
        Sequence fresh = loaded.sequence(64, 64)) {
      LoadedDecoder.evaluate(shifted, tokens, 0, LENGTH);
      shifted.shift(KEEP, DISCARD);
      assertThat(shifted.length()).isEqualTo(kept.length);
      assertThat(shifted.tokenAt(KEEP)).isEqualTo(tokens[KEEP + DISCARD]);
      LoadedDecoder.evaluate(fresh, kept, 0, kept.length);
      float[] actual = LoadedDecoder.evaluate(shifted, tokens, LENGTH, LENGTH + 1);
      float[] expected = LoadedDecoder.evaluate(fresh, tokens, LENGTH, LENGTH + 1);
      float largest = 0;
      for (float logit : expected) {
        largest = Math.max(largest, Math.abs(logit));
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i])
            .as("seed %d, logit %d", SEED, i)
            .isCloseTo(expected[i], within(2e-3f * largest));
      }
    }
  }
}
