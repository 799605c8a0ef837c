package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;

/** Vocabularies with scores, from GGUF. */
class SentencePieceTest {
  private static final List<String> PIECES =
      List.of(
          "\u2581",
          "a",
          "b",
          "c",
          "e",
          "h",
          "l",
          "o",
          "\u4F60",
          "\u597D",
          "he",
          "ll",
          "llo",
          "hello",
          "\u2581hello",
          "\u2581h",
          "ab",
          "bc",
          "abc",
          "\u2581\u2581",
          "\u4F60\u597D",
          "xy",
          "aa",
          "aaaa",
          "</s",
          "</s>x");
  private static final float[] SCORES = {
    -9, -9, -9, -9, -9, -9, -9, -9, -9, -9, -3, -2, -4, -5, -1, -6, -2, -2, -7, -3, -1, -2, -5, -4,
    -1, -1
  };

  private static final Map<String, Float> SCORE_OF =
      IntStream.range(0, SCORES.length)
          .boxed()
          .collect(Collectors.toMap(PIECES::get, i -> SCORES[i]));

  private final Tokenizer tokenizer = Tokenizer.fromGguf(metadata());

  private static MapMetadata metadata() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    IntStream.range(0, 256).mapToObj("<0x%02X>"::formatted).forEach(tokens::add);
    int[] types = new int[259 + PIECES.size() + 1];
    Arrays.fill(types, 0, 259, 6);
    types[0] = 2;
    types[1] = 3;
    types[2] = 3;
    Arrays.fill(types, 259, types.length, 1);
    tokens.addAll(PIECES);
    tokens.add("<tool>");
    types[types.length - 1] = 4;
    float[] scores = new float[types.length];
    System.arraycopy(SCORES, 0, scores, 259, SCORES.length);
    return new MapMetadata()
        .with("model", "llama")
        .with("tokens", tokens)
        .with("token_type", types)
        .with("scores", scores);
  }

  private List<String> pieces(Tokenizer with, MarkedText text) {
    return Arrays.stream(with.encode(text, false)).mapToObj(with::token).toList();
  }

  private List<String> pieces(String text) {
    return pieces(tokenizer, MarkedText.trusted(text));
  }

  @Test
  void mergesTheHighestScoreFirstAndTheLeftmostOfEqualOnes() {
    assertThat(pieces("hello")).containsExactly("\u2581hello");
    assertThat(pieces("abc")).containsExactly("\u2581", "abc");
    assertThat(pieces("abcbc")).containsExactly("\u2581", "abc", "bc");
    assertThat(pieces("aaaaa")).containsExactly("\u2581", "aaaa", "a");
  }

  @Test
  void putsASpaceBeforeTheTextAndAfterEveryToken() {
    assertThat(pieces("hello hello")).containsExactly("\u2581hello", "\u2581hello");
    assertThat(pieces(" hello")).containsExactly("\u2581\u2581", "hello");
    assertThat(pieces("<s>hello</s>a"))
        .containsExactly("<s>", "\u2581hello", "</s>", "\u2581", "a");
    assertThat(pieces("")).isEmpty();
    Tokenizer bare = Tokenizer.fromGguf(metadata().with("add_space_prefix", false));
    assertThat(pieces(bare, MarkedText.trusted("hello"))).containsExactly("hello");
  }

  @Test
  void spellsUnknownCharactersAsBytes() {
    assertThat(pieces("\u00E9a")).containsExactly("\u2581", "<0xC3>", "<0xA9>", "a");
    assertThat(pieces("\uD83D\uDE00"))
        .containsExactly("\u2581", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>");
    assertThat(pieces("\n")).containsExactly("\u2581", "<0x0A>");
  }

  @Test
  void mergesCharactersThatAreNoTokensThemselves() {
    assertThat(pieces("xy")).containsExactly("\u2581", "xy");
    assertThat(pieces("xx")).containsExactly("\u2581", "<0x78>", "<0x78>");
  }

  @Test
  void neverMakesAControlOrByteTokenOfText() {
    assertThat(pieces(tokenizer, MarkedText.data("</s>"))).doesNotContain("</s>");
    assertThat(pieces(tokenizer, MarkedText.data("<0x0A>"))).doesNotContain("<0x0A>");
    assertThat(pieces(tokenizer, MarkedText.data("a<tool>")))
        .containsExactly("\u2581", "a", "<tool>");
  }

  @Test
  void addsBosByDefaultAndEosOnRequest() {
    int[] plain = {id("\u2581"), id("a")};
    assertThat(tokenizer.encode(MarkedText.data("a"), true)).containsExactly(1, plain[0], plain[1]);
    assertThat(tokenizer.addBos()).isTrue();
    Tokenizer other =
        Tokenizer.fromGguf(metadata().with("add_bos_token", false).with("add_eos_token", true));
    assertThat(other.encode(MarkedText.data("a"), true)).containsExactly(plain[0], plain[1], 2);
  }

  @Test
  void takesTheSpaceItAddedOffAgain() {
    for (String text : List.of("hello", " hello", "  a", "a\u4F60\u597D \uD83D\uDE00", "", " ")) {
      int[] ids = tokenizer.encode(MarkedText.data(text), true);
      assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
    }
    assertThat(tokenizer.decode(new int[] {1, id("\u2581hello")}, true)).isEqualTo("<s> hello");
  }

  @Test
  void keepsTheSpaceOfAContinuation() {
    int[] before = {1, id("a")};
    TokenStreamDecoder stream = tokenizer.streamDecoder(before, false);
    assertThat(stream.accept(id("\u2581hello"))).isEqualTo(" hello");
    assertThat(tokenizer.streamDecoder(false).accept(id("\u2581hello"))).isEqualTo("hello");
  }

  @Test
  void streamsHalfCharactersNever() {
    TokenStreamDecoder stream = tokenizer.streamDecoder(false);
    assertThat(stream.accept(id("<0xF0>"))).isEmpty();
    assertThat(stream.accept(id("<0x9F>"))).isEmpty();
    assertThat(stream.accept(id("<0x98>"))).isEmpty();
    assertThat(stream.accept(id("<0x80>"))).isEqualTo("\uD83D\uDE00");
    assertThat(stream.accept(id("<0xE4>"))).isEmpty();
    assertThat(stream.accept(id("a"))).isEqualTo("\uFFFDa");
    assertThat(stream.accept(id("<0xE4>"))).isEmpty();
    assertThat(stream.finish()).isEqualTo("\uFFFD");
  }

  @Test
  void agreesWithAPlainImplementationOfTheRule() {
    RandomText random = new RandomText(3);
    for (int i = 0; i < 3000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(40); n > 0; n--) {
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        text.append(random.nextInt(20) == 0 ? "\u00E9" : piece);
      }
      String plain = text.toString().replace('\u2581', ' ');
      assertThat(pieces(tokenizer, MarkedText.data(plain)))
          .as("text %d: %s", i, plain)
          .isEqualTo(plain.isEmpty() ? List.of() : slowly(" " + plain, SCORE_OF));
    }
  }

  @Test
  void readsTheTokenizerOfARealModel() {
    try (GgufFile file = GgufFile.open(Fixtures.file("stories260k/stories260k-f32.gguf"))) {
      Tokenizer stories = Tokenizer.fromGguf(file.metadata());
      float[] scores = file.metadata().floats("tokenizer.ggml.scores").orElseThrow();
      Map<String, Float> scoreOf = new HashMap<>();
      for (int id = 0; id < stories.vocabularySize(); id++) {
        if (!stories.isSpecial(id) && !stories.token(id).startsWith("<0x")) {
          scoreOf.put(stories.token(id), scores[id]);
        }
      }
      assertThat(stories.vocabularySize()).isEqualTo(512);
      assertThat(stories.bos()).hasValue(1);
      assertThat(stories.addBos()).isTrue();
      assertThat(stories.endOfGeneration()).contains(2);
      RandomText random = new RandomText(59);
      for (int i = 0; i < 300; i++) {
        String text =
            i == 0
                ? "Once upon a time, there was a little girl named Lily."
                : random.next(1 + random.nextInt(12));
        int[] ids = stories.encode(text);
        assertThat(Arrays.stream(ids).mapToObj(stories::token).toList())
            .as("text %d: %s", i, text)
            .isEqualTo(slowly(" " + text, scoreOf));
        assertThat(stories.decode(ids, false)).isEqualTo(text.replace('\u2581', ' '));
      }
    }
  }

  /** Looks at every pair again and again, as the description of the algorithm says. */
  private static List<String> slowly(String text, Map<String, Float> scores) {
    List<String> symbols =
        new ArrayList<>(
            text.replace(' ', '\u2581').codePoints().mapToObj(Character::toString).toList());
    while (true) {
      int best = -1;
      float highest = Float.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        Float score = scores.get(symbols.get(i) + symbols.get(i + 1));
        if (score != null && score > highest) {
          best = i;
          highest = score;
        }
      }
      if (best < 0) {
        break;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
    List<String> tokens = new ArrayList<>();
    for (String symbol : symbols) {
      if (scores.containsKey(symbol)) {
        tokens.add(symbol);
      } else {
        for (byte b : symbol.getBytes(StandardCharsets.UTF_8)) {
          tokens.add("<0x%02X>".formatted(b & 0xFF));
        }
      }
    }
    return tokens;
  }

  @Test
  void aMegabyteWithoutASpaceTakesNoTime() {
    assertThat(tokenizer.encode("a".repeat(1_000_001))).hasSize(250_002);
    assertThat(tokenizer.encode(" ".repeat(1_000_001))).hasSize(500_001);
    assertThat(tokenizer.encode("\u4F60\u597D".repeat(300_000))).hasSize(300_001);
    assertThat(tokenizer.encode("\u00E9".repeat(300_000))).hasSize(600_001);
  }

  @Test
  void refusesAnUnpairedSurrogate() {
    assertThatThrownBy(() -> tokenizer.encode("ab\uD83Dc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("index 2")
        .hasMessageContaining("U+D83D");
    assertThatThrownBy(() -> tokenizer.encode("\uDE00"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("index 0");
  }

  @Test
  void saysWhichKeyIsWrong() {
    assertBad(metadata().without("scores"), "tokenizer.ggml.scores is missing");
    assertBad(metadata().with("scores", new float[3]), "tokenizer.ggml.scores has 3 entries");
    assertBad(metadata().with("token_type", new int[1]), "tokenizer.ggml.token_type has 1");
    assertBad(metadata().with("bos_token_id", 100_000), "tokenizer.ggml.bos_token_id is 100000");
    assertBad(metadata().with("tokens", List.of()), "tokenizer.ggml.tokens is empty");
    assertBad(metadata().with("model", "bert"), "'bert', which is not supported");
    MapMetadata bytes = metadata();
    List<String> tokens = new ArrayList<>(bytes.strings("tokenizer.ggml.tokens").orElseThrow());
    tokens.set(5, "<0x-1>");
    assertBad(metadata().with("tokens", tokens), "tokens[5] is a byte token spelt '<0x-1>'");
    tokens.set(5, "<0x04>");
    assertBad(metadata().with("tokens", tokens), "has '<0x04>' twice, as ids 5 and 7");
    float[] scores = bytes.floats("tokenizer.ggml.scores").orElseThrow();
    scores[7] = Float.NaN;
    assertBad(metadata().with("scores", scores), "scores[7] is not a number");
  }

  private static void assertBad(MapMetadata metadata, String message) {
    assertThatThrownBy(() -> Tokenizer.fromGguf(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  private int id(String token) {
    return Objects.requireNonNull(tokenizer.id(token)).orElseThrow();
  }
}
