package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The hand-written scanners against the published regular expressions, run by {@code
 * java.util.regex} and by the Rust library.
 */
class PreTokenizerTest {
  private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE;

  private static final Map<String, SplitterChain> CHAINS = new ConcurrentHashMap<>();

  private static final TinyTokenizer TRAINED =
      TinyTokenizer.byteLevel(new RandomText(11).next(1000), 300);

  @TempDir Path folder;

  static Stream<String> names() {
    return PublishedPreTokenizers.PATTERNS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void splitsAsTheRegularExpressionsDo(String name) {
    List<Pattern> patterns =
        PublishedPreTokenizers.patterns(name).stream()
            .map(regex -> Pattern.compile(regex, FLAGS))
            .toList();
    long seed = 7L + name.hashCode();
    RandomText random = new RandomText(seed);
    for (int i = 0; i < 5000; i++) {
      String text = random.next(1 + random.nextInt(20));
      List<String> pieces = List.of(text);
      for (Pattern pattern : patterns) {
        pieces = pieces.stream().flatMap(piece -> isolated(pattern, piece)).toList();
      }
      assertThat(pieces(name, text)).as("seed %d, text %d: %s", seed, i, text).isEqualTo(pieces);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void splitsAndMergesAsTheRustLibraryDoes(String name) throws IOException {
    Path file =
        TRAINED.copy().with("pre_tokenizer", PublishedPreTokenizers.json(name)).write(folder);
    Tokenizer ours = Tokenizer.fromJson(file);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      long seed = 13L + name.hashCode();
      RandomText random = new RandomText(seed);
      for (int i = 0; i < 2000; i++) {
        String text = random.next(1 + random.nextInt(25));
        Encoding expected = theirs.encode(text, false, false);
        int[] ids = ours.encode(MarkedText.trusted(text), false);
        assertThat(Arrays.stream(ids).asLongStream().toArray())
            .as("seed %d, text %d: %s", seed, i, text)
            .isEqualTo(expected.getIds());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void classifiesEveryCharacterAsTheRustLibraryDoes(String name) throws IOException {
    Path file =
        TinyTokenizer.byteLevel("ab", 1)
            .with("pre_tokenizer", PublishedPreTokenizers.json(name))
            .write(folder);
    List<String> different = new ArrayList<>();
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < 0x110000; c++) {
        int type = Character.getType(c);
        boolean worthwhile =
            type != Character.SURROGATE
                && type != Character.UNASSIGNED
                && type != Character.PRIVATE_USE;
        // Blocks of thousands of ideographs behave alike.
        boolean sampled = c < 0x3400 || (c > 0xD7A3 && c < 0x17000) || (c > 0x1AFFF && c < 0x20000);
        if (worthwhile && (sampled || c % 97 == 0)) {
          text.append('x').appendCodePoint(c).append("y ").appendCodePoint(c).append(" 1");
        }
        if (text.length() > 4000 || c == 0x10FFFF) {
          compare(name, text.toString(), theirs, different);
          text.setLength(0);
        }
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void longRunsAreSplitInLinearTime() {
    for (String name : PreTokenizer.names()) {
      for (String run : List.of("a", "A", "1", " ", "\n", "'", "!", "\u4E2D", "\u0301", "\u3000")) {
        String text = run.repeat(300_000);
        int length = pieces(name, text + "x").stream().mapToInt(String::length).sum();
        assertThat(length).as(name).isEqualTo(text.length() + 1);
      }
    }
  }

  @Test
  void everyNameIsKnownToBeTheSameAsAPublishedOne() {
    RandomText random = new RandomText(5);
    String text = random.next(2000);
    List<List<String>> published = names().map(name -> pieces(name, text)).toList();
    assertThat(PreTokenizer.names())
        .filteredOn(name -> !Set.of("viking").contains(name))
        .allSatisfy(name -> assertThat(published).contains(pieces(name, text)));
  }

  private static void compare(
      String name, String text, HuggingFaceTokenizer theirs, List<String> different) {
    Encoding encoding = theirs.encode(text, false, false);
    List<Integer> expected = new ArrayList<>();
    long[] words = encoding.getWordIds();
    for (int i = 1; i <= words.length; i++) {
      if (i == words.length || words[i] != words[i - 1]) {
        expected.add(i);
      }
    }
    assertThat(encoding.getIds()).hasSize(text.getBytes(StandardCharsets.UTF_8).length);
    List<Integer> ends = new ArrayList<>();
    int end = 0;
    for (String piece : pieces(name, text)) {
      end += piece.getBytes(StandardCharsets.UTF_8).length;
      ends.add(end);
    }
    if (!ends.equals(expected)) {
      int at = 0;
      while (at < ends.size() && at < expected.size() && ends.get(at).equals(expected.get(at))) {
        at++;
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int from = at == 0 ? 0 : ends.get(at - 1);
      different.add(
          new String(bytes, from, Math.min(16, bytes.length - from), StandardCharsets.UTF_8)
              .codePoints()
              .mapToObj("U+%04X"::formatted)
              .toList()
              .toString());
    }
  }

  private static List<String> pieces(String name, String text) {
    List<String> pieces = new ArrayList<>();
    CHAINS
        .computeIfAbsent(name, n -> PreTokenizer.named(n).orElseThrow().chain())
        .split(
            text.toCharArray(),
            0,
            text.length(),
            (s, from, to) -> pieces.add(new String(s, from, to - from)));
    return pieces;
  }

  private static Stream<String> isolated(Pattern pattern, String text) {
    List<String> pieces = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    int end = 0;
    while (matcher.find()) {
      if (matcher.start() > end) {
        pieces.add(text.substring(end, matcher.start()));
      }
      pieces.add(matcher.group());
      end = matcher.end();
    }
    if (end < text.length()) {
      pieces.add(text.substring(end));
    }
    return pieces.stream();
  }
}
