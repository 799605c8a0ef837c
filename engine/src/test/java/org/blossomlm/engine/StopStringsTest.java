package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopStringsTest {
  private static List<String> stream(List<String> stops, String... pieces) {
    var matcher = new StopStrings(stops);
    List<String> out = new ArrayList<>();
    for (String piece : pieces) {
      out.add(matcher.accept(piece));
    }
    out.add(matcher.finish());
    return out;
  }

  @Test
  void withoutStopStringsTextPassesAtOnce() {
    assertThat(stream(List.of(), "a", "b")).containsExactly("a", "b", "");
  }

  @Test
  void holdsBackExactlyWhatCouldBecomeAStopString() {
    assertThat(stream(List.of("###"), "ab#", "#c", "#", "#", "#d"))
        .containsExactly("ab", "##c", "", "", "", "");
    assertThat(stream(List.of("\n\nHuman:"), "Hi\n", "\nHum", "bug"))
        .containsExactly("Hi", "", "\n\nHumbug", "");
  }

  @Test
  void textHeldBackIsReleasedAtTheEnd() {
    assertThat(stream(List.of("STOP"), "x", "STO")).containsExactly("x", "", "STO");
  }

  @Test
  void aPartialMatchThatFailsMayContainTheBeginningOfAnother() {
    assertThat(stream(List.of("aab"), "a", "a", "a", "b", "z"))
        .containsExactly("", "", "a", "", "", "");
    assertThat(stream(List.of("abcd", "bce"), "abc", "e")).containsExactly("", "a", "");
  }

  @Test
  void aStopInsideAPieceDropsTheRestOfIt() {
    var matcher = new StopStrings(List.of("</s>"));
    assertThat(matcher.accept("end</s>tail")).isEqualTo("end");
    assertThat(matcher.found()).isTrue();
    assertThat(matcher.accept("more")).isEmpty();
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void theStringThatIsCompleteFirstWinsAndTheLongestOfThoseThatEndTogether() {
    assertThat(stream(List.of("later", "now"), "a now later")).containsExactly("a ", "");
    assertThat(stream(List.of("c", "abc", "bc"), "xabc")).containsExactly("x", "");
    assertThat(stream(List.of("abcd", "bc"), "abcd")).containsExactly("a", "");
    assertThat(stream(List.of("abcd", "bc"), "a", "b", "c")).containsExactly("", "", "a", "");
  }

  @Test
  void stopStringsAreUnicode() {
    assertThat(stream(List.of("。🛑"), "好。", "再见。", "🛑了")).containsExactly("好", "。再见", "", "");
    // Both signs share their first surrogate; no half of one may come out.
    assertThat(stream(List.of("😁"), "a😀", "b😁")).containsExactly("a😀", "b", "");
  }

  @Test
  void isTheSameWhereverThePiecesEnd() {
    for (int seed = 0; seed < 3000; seed++) {
      var random = new SplittableRandom(seed);
      String text = word(random, 30);
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        stops.add(word(random, 5) + "ab".charAt(random.nextInt(2)));
      }
      var matcher = new StopStrings(stops);
      var out = new StringBuilder();
      int from = 0;
      while (from < text.length()) {
        int to = Math.min(text.length(), from + random.nextInt(1, 6));
        out.append(matcher.accept(text.substring(from, to)));
        from = to;
        String seen = text.substring(0, to);
        assertThat(out.toString())
            .as("seed %d: what is certain after %s with %s", seed, seen, stops)
            .isEqualTo(certain(seen, stops));
      }
      out.append(matcher.finish());
      int cut = cut(text, stops);
      assertThat(out.toString())
          .as("seed %d: %s with %s", seed, text, stops)
          .isEqualTo(cut < 0 ? text : text.substring(0, cut));
      assertThat(matcher.found()).isEqualTo(cut >= 0);
    }
  }

  private static String word(SplittableRandom random, int limit) {
    var word = new StringBuilder();
    for (int i = random.nextInt(limit); i > 0; i--) {
      word.append("abbac".charAt(random.nextInt(5)));
    }
    return word.toString();
  }

  /** Where the first stop string to be complete begins, or -1. */
  private static int cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return end - longest;
      }
    }
    return -1;
  }

  private static String certain(String text, List<String> stops) {
    int cut = cut(text, stops);
    if (cut >= 0) {
      return text.substring(0, cut);
    }
    for (int from = 0; from < text.length(); from++) {
      String tail = text.substring(from);
      if (stops.stream().anyMatch(stop -> stop.startsWith(tail))) {
        return text.substring(0, from);
      }
    }
    return text;
  }
}
