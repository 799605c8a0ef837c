package org.blossomlm.data.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.blossomlm.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our WordPiece beside Hugging Face's. */
class WordPieceTokenizerTest {
  private static final String[] PIECES = {
    "hello",
    "Hello",
    "WORLD",
    "tokenization",
    "don't",
    "naïve",
    "Élan",
    "İstanbul",
    "ΣΊΣΥΦΟΣ",
    "中文",
    "模型",
    "你好",
    "，",
    "。",
    "「",
    "…",
    "—",
    "ﬁ",
    "ｆｕｌｌ",
    "かな",
    "カナ",
    "한국어",
    "1,234.5",
    "x=y+z",
    "C++",
    "a_b",
    "\t",
    "\n",
    "\r\n",
    " ",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\u0007",
    "\ufffd",
    "e\u0301",
    "😀",
    "\ud869\udeb7",
    "\ue000",
    "豈",
    "supercalifragilistic",
    "~`$^|<>",
    "a".repeat(99),
    "b".repeat(101),
    "https://example.org/?q=1",
    "ǅ",
    "ß",
    "Ⅷ",
    "₂",
    "½"
  };

  private static byte[] json(String model) {
    try (InputStream in =
        Objects.requireNonNull(
            WordPieceTokenizerTest.class.getResourceAsStream("/" + model + "-tokenizer.json"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bge-small-zh-v1.5-q", "bge-small-en-v1.5-q"})
  void texts_become_the_tokens_that_the_rust_library_gives(String model) throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    WordPieceTokenizer ours = WordPieceTokenizer.read(model, json(model));
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json(model)),
            Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false"))) {
      for (int i = 0; i < 2000; i++) {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(12);
        for (int part = 0; part < parts; part++) {
          text.append(PIECES[random.nextInt(PIECES.length)]);
          if (random.nextBoolean()) {
            text.append(' ');
          }
        }
        long[] expected = theirs.encode(text.toString()).getIds();
        int[] actual = ours.encode(text.toString(), Integer.MAX_VALUE);
        assertThat(Arrays.stream(actual).asLongStream().toArray())
            .as("seed %d: %s", seed, text)
            .isEqualTo(Arrays.copyOfRange(expected, 1, expected.length - 1));
        assertThat((long) ours.first()).isEqualTo(expected[0]);
        assertThat((long) ours.last()).isEqualTo(expected[expected.length - 1]);
      }
    }
  }

  @Test
  void special_tokens_in_a_text_are_plain_characters_and_the_rest_of_a_long_one_is_left_out() {
    WordPieceTokenizer tokenizer =
        WordPieceTokenizer.read("bge-small-en-v1.5-q", json("bge-small-en-v1.5-q"));
    assertThat(tokenizer.encode("[CLS]", 100)).hasSize(4).doesNotContain(tokenizer.first());
    assertThat(tokenizer.encode("one ".repeat(1000), 510)).hasSize(510);
    assertThat(tokenizer.encode("", 510)).isEmpty();
  }

  @Test
  void another_kind_of_tokenizer_is_refused() {
    for (String json : new String[] {"{", "{}", "{\"model\": {\"type\": \"BPE\"}}"}) {
      assertThatThrownBy(() -> WordPieceTokenizer.read("x", json.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("tokenizer.json");
    }
  }
}
