package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to a file, running it ends in an answer or in one clear error. */
class DamagedModelTest {
  private static final long SEED = 20251102;
  private static final int ROUNDS = 2500;
  private static final LoadOptions OPTIONS =
      LoadOptions.DEFAULT
          .withContextLength(32)
          .withThreads(1)
          .withChunkSize(8)
          .withKernels(Optional.of("vector"));

  @TempDir Path folder;

  @Test
  void files_damaged_at_random_places_never_crash_the_program() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[][] originals = {
      bytes("llama", TensorType.Q4_0),
      bytes("qwen2", TensorType.F16),
      bytes("qwen3", TensorType.F32)
    };
    Path file = folder.resolve("damaged.gguf");
    int answered = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Files.write(file, damaged(originals[random.nextInt(originals.length)], random));
      try {
        run(file);
        answered++;
      } catch (ModelException | OutOfMemoryException e) {
        assertThat(e.getMessage()).as("seed %d round %d", SEED, round).isNotBlank();
        assertThat(e.getMessage()).as("seed %d round %d", SEED, round).doesNotContain("\n");
        refused++;
      } catch (RuntimeException | Error e) {
        fail("seed " + SEED + " round " + round + ": " + e, e);
      }
    }
    // Weights may be anything, so some damage goes unnoticed; damage to the header does not.
    assertThat(answered).isGreaterThan(ROUNDS / 20);
    assertThat(refused).isGreaterThan(ROUNDS / 5);
  }

  private byte[] bytes(String family, TensorType type) throws IOException {
    return Files.readAllBytes(TinyModel.write(folder.resolve(family), family, type, SEED));
  }

  /** Cuts, overwrites, or flips bits; half of the time in the header, where it hurts. */
  private static byte[] damaged(byte[] original, SplittableRandom random) {
    int header = 9000;
    int reach = random.nextBoolean() ? header : original.length;
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(original, random.nextInt(reach));
    }
    byte[] bytes = original.clone();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      int at = random.nextInt(reach);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        default ->
            Arrays.fill(
                bytes,
                at,
                Math.min(bytes.length, at + random.nextInt(1, 9)),
                (byte) (random.nextBoolean() ? 0xff : 0));
      }
    }
    return bytes;
  }

  private static void run(Path file) {
    try (LanguageModel model = LanguageModel.load(file, OPTIONS);
        Session session = model.newSession()) {
      int[] prompt = model.tokenizer().encode("and 中文");
      session.generate(
          prompt,
          GenerationOptions.DEFAULT.toBuilder().maxTokens(3).build(),
          GenerationListener.NONE);
    }
  }
}
