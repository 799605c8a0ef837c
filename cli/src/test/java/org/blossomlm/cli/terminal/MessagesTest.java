package org.blossomlm.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Messages in two languages")
class MessagesTest {
  private static final Pattern PLACEHOLDER = Pattern.compile("%[-+ 0-9.]*[a-zA-Z]");

  private final ResourceBundle english = Messages.in(Locale.ENGLISH).bundle();
  private final ResourceBundle chinese = Messages.in(Locale.SIMPLIFIED_CHINESE).bundle();

  @Test
  void every_message_exists_in_both() {
    assertThat(own(chinese)).containsExactlyInAnyOrderElementsOf(own(english));
  }

  private static List<String> own(ResourceBundle bundle) {
    return Collections.list(bundle.getKeys()).stream().filter(bundle::containsKey).toList();
  }

  @Test
  void both_take_the_same_arguments_in_the_same_order() {
    for (String key : own(english)) {
      assertThat(placeholders(chinese.getString(key)))
          .as(key)
          .isEqualTo(placeholders(english.getString(key)));
    }
  }

  private static List<String> placeholders(String text) {
    return PLACEHOLDER.matcher(text.replace("%%", "")).results().map(r -> r.group()).toList();
  }

  @Test
  void all_but_a_few_are_really_translated() {
    long same =
        own(english).stream()
            .filter(key -> !key.contains(".usage.footer.")) // Example commands.
            .filter(key -> english.getString(key).equals(chinese.getString(key)))
            .count();
    assertThat(same).isLessThan(10);
  }

  @ParameterizedTest
  @CsvSource({
    "zh_CN.UTF-8, zh",
    "zh_TW, zh",
    "zh, zh",
    "en_US.UTF-8, en",
    "de_DE@euro, de",
    "C.UTF-8, ''",
    "POSIX, ''"
  })
  void the_language_is_that_of_the_environment(String lang, String expected) {
    String language = Messages.localeOf(Map.of("LANG", lang)).getLanguage();
    assertThat(expected.isEmpty() ? !language.equals("zh") : language.equals(expected)).isTrue();
  }

  @Test
  void blossom_lang_comes_before_the_locale() {
    assertThat(
            Messages.localeOf(Map.of("BLOSSOM_LANG", "en", "LC_ALL", "zh_CN.UTF-8")).getLanguage())
        .isEqualTo("en");
    assertThat(Messages.localeOf(Map.of("LC_ALL", "zh_CN", "LANG", "en_US")).getLanguage())
        .isEqualTo("zh");
  }
}
