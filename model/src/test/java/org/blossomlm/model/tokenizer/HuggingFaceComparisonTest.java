package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real vocabularies against the Rust library itself, on random text. */
class HuggingFaceComparisonTest {
  @ParameterizedTest
  @CsvSource({"qwen1.5, 1", "qwen1.5, 20261101", "yi, 2", "yi, 20261102"})
  void agreesOnRandomText(String name, long seed) throws IOException {
    Path file = Fixtures.file("tokenizers/" + name + "/tokenizer.json");
    Tokenizer ours = Tokenizer.fromJson(file);
    RandomText random = new RandomText(seed);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      for (int i = 0; i < 4000; i++) {
        String text = random.next(1 + random.nextInt(i % 50 == 0 ? 400 : 30));
        long[] expected = theirs.encode(text, false, false).getIds();
        int[] ids = ours.encode(MarkedText.trusted(text), false);
        assertThat(longs(ids)).as("seed %d, text %d: %s", seed, i, text).isEqualTo(expected);
        assertThat(ours.decode(ids, true)).isEqualTo(theirs.decode(expected, false));
        assertThat(ours.decode(ids, false)).isEqualTo(theirs.decode(expected, true));
      }
    }
  }

  private static long[] longs(int[] ids) {
    return Arrays.stream(ids).asLongStream().toArray();
  }
}
