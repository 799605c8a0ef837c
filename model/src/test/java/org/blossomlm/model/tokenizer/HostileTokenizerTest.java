package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged vocabularies either work or are refused in one line; nothing else ever happens. */
class HostileTokenizerTest {
  private static final String[] VALUES = {
    "null",
    "-1",
    "0",
    "99999999",
    "1e99",
    "\"\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "true",
    "\"Sequence\"",
    "{\"type\":\"Sequence\"}",
    "[\"a\",\"b\"]",
    "\"a  b\"",
    "\"<0x-1>\"",
    "\"\\\\\"",
    "4294967295"
  };

  @TempDir Path folder;

  private static TinyTokenizer whole() {
    return TinyTokenizer.byteLevel("the cat sat on the mat, the cat", 12)
        .with("normalizer", "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}")
        .with("pre_tokenizer", PublishedPreTokenizers.json("deepseek-coder"))
        .with(
            "added_tokens",
            "[{\"id\":300,\"content\":\"<s>\",\"special\":true},{\"id\":301,\"content\":\"x2\"}]")
        .with(
            "post_processor",
            "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}},"
                + "{\"Sequence\":{\"id\":\"A\"}}],\"special_tokens\":{\"<s>\":{\"ids\":[300]}}}")
        .modelOptions("\"unk_token\":\"a\",\"byte_fallback\":true,");
  }

  @Test
  void damagedJsonIsUsedOrRefused() throws IOException {
    String good = whole().json();
    assertUsable(write(good));
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(47);
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      String bad = random.nextBoolean() ? otherValue(good, random) : damaged(good, random);
      refused += assertUsable(write(bad)) ? 0 : 1;
    }
    assertThat(refused).isBetween(1000, 3999);
  }

  @Test
  void nestingWithoutEndIsRefused() throws IOException {
    String deep = "{\"type\":\"Sequence\",\"normalizers\":[".repeat(200) + "]}".repeat(200);
    assertThat(assertUsable(write(whole().with("normalizer", deep).json()))).isFalse();
    assertThat(assertUsable(write("[".repeat(100_000)))).isFalse();
    assertThat(assertUsable(write(""))).isFalse();
    assertThat(assertUsable(folder.resolve("absent.json"))).isFalse();
  }

  @Test
  void aHugeIdDoesNotReserveMemory() throws IOException {
    String json = whole().json().replace("\"id\":301", "\"id\":2147483647");
    assertThat(assertUsable(write(json))).isFalse();
  }

  @Test
  void damagedMetadataIsUsedOrRefused() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(53);
    for (int i = 0; i < 3000; i++) {
      MapMetadata metadata = random.nextBoolean() ? byteLevel(random) : sentencePiece(random);
      for (int n = random.nextInt(3); n > 0; n--) {
        damage(metadata, random);
      }
      try {
        use(Tokenizer.fromGguf(metadata));
      } catch (ModelException e) {
        assertOneLine(e);
      }
    }
  }

  private static MapMetadata byteLevel(RandomGenerator random) {
    TinyTokenizer tiny = whole();
    List<String> merges = new ArrayList<>();
    tiny.merges.forEach(merge -> merges.add(merge[0] + " " + merge[1]));
    if (random.nextInt(3) == 0) {
      merges.set(random.nextInt(merges.size()), randomText(random));
    }
    return new MapMetadata()
        .with("model", "gpt2")
        .with("pre", PreTokenizer.names().get(random.nextInt(PreTokenizer.names().size())))
        .with("tokens", tokens(tiny.vocabulary, random))
        .with("token_type", random.ints(tiny.vocabulary.size(), 0, 7).toArray())
        .with("merges", merges);
  }

  private static MapMetadata sentencePiece(RandomGenerator random) {
    List<String> pieces =
        new ArrayList<>(List.of("<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "<0x41>", "aab"));
    float[] scores = new float[pieces.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : -random.nextInt(4);
    }
    int[] types = {2, 3, 3, 1, 1, 1, 1, 6, 1};
    return new MapMetadata()
        .with("model", "llama")
        .with("tokens", tokens(pieces, random))
        .with("token_type", types)
        .with("scores", scores);
  }

  private static List<String> tokens(List<String> good, RandomGenerator random) {
    List<String> tokens = new ArrayList<>(good);
    for (int n = random.nextInt(3); n > 0; n--) {
      tokens.set(random.nextInt(tokens.size()), randomText(random));
    }
    return tokens;
  }

  private static void damage(MapMetadata metadata, RandomGenerator random) {
    List<String> keys = new ArrayList<>(metadata.keys());
    keys.sort(null);
    String key = keys.get(random.nextInt(keys.size())).substring("tokenizer.ggml.".length());
    switch (random.nextInt(5)) {
      case 0 -> metadata.without(key);
      case 1 -> metadata.with(key, List.of(randomText(random)));
      case 2 -> metadata.with(key, random.ints(random.nextInt(300), -2, 9).toArray());
      case 3 -> metadata.with("bos_token_id", random.nextLong(-3, 400));
      default -> metadata.with("add_space_prefix", random.nextBoolean());
    }
  }

  private static String randomText(RandomGenerator random) {
    String[] texts = {
      "", " ", "a", "<0x-1>", "<0x00>", "a b", "  ", "\u2581\u2581", "\uD83D\uDE00"
    };
    return texts[random.nextInt(texts.length)];
  }

  /** Puts another value in place of one. */
  private static String otherValue(String json, RandomGenerator random) {
    int colon = json.indexOf(':', random.nextInt(json.length()));
    if (colon < 0) {
      return json;
    }
    int end = colon + 1;
    while (end < json.length() && ",}]".indexOf(json.charAt(end)) < 0) {
      end++;
    }
    return json.substring(0, colon + 1)
        + VALUES[random.nextInt(VALUES.length)]
        + json.substring(end);
  }

  /** Changes, drops or repeats some characters. */
  private static String damaged(String json, RandomGenerator random) {
    int at = random.nextInt(json.length());
    int length = Math.min(json.length() - at, 1 + random.nextInt(12));
    String part = json.substring(at, at + length);
    return switch (random.nextInt(3)) {
      case 0 -> json.substring(0, at) + json.substring(at + length);
      case 1 -> json.substring(0, at) + part + json.substring(at);
      default -> json.substring(0, at) + (char) random.nextInt(32, 127) + json.substring(at + 1);
    };
  }

  private Path write(String json) throws IOException {
    return Files.write(folder.resolve("tokenizer.json"), json.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean assertUsable(Path file) {
    try {
      use(Tokenizer.fromJson(file));
      return true;
    } catch (ModelException e) {
      assertOneLine(e);
      return false;
    }
  }

  private static void assertOneLine(ModelException e) {
    String message = e.getMessage();
    if (message == null || message.isBlank() || message.length() > 2500) {
      fail("not a message for people: " + message);
    }
  }

  private static void use(Tokenizer tokenizer) {
    int[] ids =
        tokenizer.encode(
            MarkedText.trusted("the cat <s>x \u4F60\u597D\uD83D\uDE00\n aab12345"), true);
    for (int id : ids) {
      assertThat(id).isBetween(0, tokenizer.vocabularySize() - 1);
    }
    tokenizer.decode(ids, true);
  }
}
