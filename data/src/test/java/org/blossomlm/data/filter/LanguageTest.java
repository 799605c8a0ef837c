package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.filter.OneOperator.answer;
import static org.blossomlm.data.filter.OneOperator.text;

import java.nio.charset.Charset;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ZH_HANS | 今天天气怎么样？我们去公园吧。
          ZH_HANT | 今天天氣怎麼樣？我們去公園吧。
          ZH_HANS | 你好
          ZH_HANS | 请用 Python 写一个快速排序的函数，并解释它的时间复杂度。
          EN      | How is the weather today?
          EN      | photosynthesis
          EN      | The café in Zürich serves the best croissants in town.
          MIXED   | Please translate the following sentence into Chinese: 我喜欢在周末读书和爬山，因为这让我放松。
          OTHER   | 今日はいい天気ですね。
          OTHER   | 오늘 날씨가 어때요?
          OTHER   | Quel temps fait-il aujourd'hui dans le sud de la France ?
          OTHER   | Wie ist das Wetter heute und was machen wir?
          OTHER   | ¿Cómo está el tiempo hoy en la ciudad de México?
          OTHER   | Какая сегодня погода?
          OTHER   | 12345 + 67890
          EN      | She said 你好 and then left the room without another word or a smile for anybody there.
          """)
  void tellsLanguages(Language language, String text) {
    assertThat(Language.of(text)).isEqualTo(language);
  }

  @Test
  void codeAndFormulasAreNoLanguage() {
    assertThat(
            Language.of(
                """
                下面是快速排序：
                ```python
                def quick_sort(items):
                    return sorted(items) if len(items) < 2 else partition(items, key=lambda x: x)
                ```
                """))
        .isEqualTo(Language.ZH_HANS);
    assertThat(Language.of("所以 $\\frac{\\alpha}{\\beta} = \\sqrt{\\gamma}$ 成立"))
        .isEqualTo(Language.ZH_HANS);
    assertThat(Language.of("```\nint main\n```")).isEqualTo(Language.EN);
  }

  @Test
  void taggerAndFilterUseTheTags() {
    assertThat(OneOperator.of("language_tagger").run(answer("你们好")).only().head().metadata())
        .containsEntry("language", "zh-Hans");
    assertThat(
            OneOperator.of("language_filter", "languages", List.of("zh", "en"))
                .run(text("1", "這裡沒有人"), text("2", "Nobody is here"), text("3", "誰もいません"))
                .reasons())
        .containsExactly("language is other");
  }

  @Test
  void theTableIsWhatTheCharacterSetsSay() {
    Charset simplified = Charset.forName("GB2312");
    Charset traditional = Charset.forName("Big5");
    int compared = 0;
    for (int c = 0x4E00; c < 0xA000; c++) {
      String character = Character.toString(c);
      boolean inSimplified = simplified.newEncoder().canEncode(character);
      boolean inTraditional = traditional.newEncoder().canEncode(character);
      if (HanVariants.isSimplifiedOnly(c)) {
        assertThat(inSimplified && !inTraditional).as(character).isTrue();
        compared++;
      }
      if (HanVariants.isTraditionalOnly(c)) {
        assertThat(inTraditional && !inSimplified).as(character).isTrue();
        compared++;
      }
    }
    assertThat(compared).isEqualTo(2380 + 2083);
  }

  private static double share(String file, Predicate<Language> right) {
    List<String> lines = SharedDatasets.lines("langid/" + file);
    long matching = lines.stream().map(Language::of).filter(right).count();
    double share = (double) matching / lines.size();
    System.out.printf("language of %s: %.2f %% of %d%n", file, 100 * share, lines.size());
    return share;
  }

  @Test
  void publishedListsAreToldApart() {
    assertThat(share("sentences/zh.txt", Language::isChinese)).isGreaterThan(0.99);
    assertThat(share("sentences/en.txt", l -> l == Language.EN)).isGreaterThan(0.99);
    assertThat(share("sentences/ja.txt", l -> l == Language.OTHER)).isGreaterThan(0.99);
    assertThat(share("sentences/ko.txt", l -> l == Language.OTHER)).isGreaterThan(0.99);
    assertThat(share("word-pairs/zh.txt", Language::isChinese)).isGreaterThan(0.99);
    assertThat(share("word-pairs/en.txt", l -> l == Language.EN)).isGreaterThan(0.98);
    assertThat(share("word-pairs/ja.txt", l -> l == Language.OTHER)).isGreaterThan(0.9);
    assertThat(share("word-pairs/ko.txt", l -> l == Language.OTHER)).isGreaterThan(0.99);
    assertThat(share("single-words/zh.txt", Language::isChinese)).isGreaterThan(0.99);
    assertThat(share("single-words/en.txt", l -> l == Language.EN)).isGreaterThan(0.98);
    assertThat(share("single-words/ko.txt", l -> l == Language.OTHER)).isGreaterThan(0.99);
  }
}
