package org.blossomlm.data.filter;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How much of which script a text has. Code blocks, inline code, addresses and LaTeX commands do
 * not count, unless there is nothing else: a Chinese answer with a program in it is Chinese.
 *
 * <p>Scripts alone tell Chinese, Japanese, Korean and Latin text apart; simplified and traditional
 * Chinese are told by characters that only one of them has ({@link HanVariants}). Latin text is
 * English unless function words or letters of other languages speak against it; a word or two
 * without such a sign is taken for English.
 *
 * @param han Chinese characters
 * @param simplified those that only simplified Chinese has
 * @param traditional those that only traditional Chinese has
 * @param kana hiragana and katakana
 * @param hangul syllables
 * @param latinWords words in Latin letters
 * @param foreignWords those that are function words of another language than English or have
 *     letters that English lacks
 * @param englishWords those that are function words of English
 * @param otherLetters letters of any other script
 */
record LanguageProfile(
    int han,
    int simplified,
    int traditional,
    int kana,
    int hangul,
    int latinWords,
    int foreignWords,
    int englishWords,
    int otherLetters) {
  private static final Pattern NOT_LANGUAGE =
      Pattern.compile(
          "```.*?(?:```|\\z)|`[^`\n]*`|https?://\\S+|\\\\[A-Za-z]+|[\\w.+-]+@[\\w.-]+",
          Pattern.DOTALL);

  private static final Set<String> ENGLISH =
      words(
          "the of and to in is that it was for on are as with his they at be this from have or by"
              + " had not but what all were when we there can an your which their said if will each"
              + " about how up out them then she many some so these would other into has her two"
              + " like him see could no my than been who its now did get i you he do me us our");

  /** Function words of the larger languages in Latin letters that are not English words. */
  private static final Set<String> FOREIGN =
      words(
          "le la les des une du et est dans pour qui que avec sur pas ne sont nous vous au aux ce"
              + " der die das und ist nicht ein eine den dem mit sich auf von zu im wir ich sie"
              + " el los las del por para como pero más está una con es en se su"
              + " il di che è per non sono della gli nel questo"
              + " uma não os da ao são mais foi seu"
              + " het een van niet dat voor zijn op te met"
              + " och att det som är på jag inte"
              + " yang dan ini itu untuk dengan tidak adalah"
              + " nie jest się że bir ve bu için");

  /** A Chinese word has one or two characters. */
  private static final double WORDS_PER_CHARACTER = 0.6;

  /** Texts of many words decide by function words; shorter ones have too few of them. */
  private static final int ENOUGH_WORDS = 3;

  private static Set<String> words(String list) {
    return Set.copyOf(List.of(list.split(" +")));
  }

  static LanguageProfile of(String text) {
    LanguageProfile prose = count(NOT_LANGUAGE.matcher(text).replaceAll(" "));
    return prose.letters() > 0 ? prose : count(text);
  }

  private int letters() {
    return han + kana + hangul + latinWords + otherLetters;
  }

  private static LanguageProfile count(String text) {
    int han = 0;
    int simplified = 0;
    int traditional = 0;
    int kana = 0;
    int hangul = 0;
    int latin = 0;
    int foreign = 0;
    int english = 0;
    int other = 0;
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (isLatin(c)) {
        int end = i;
        boolean ascii = true;
        while (end < text.length() && isWordPart(text.charAt(end))) {
          ascii &= text.charAt(end) < 0x80 || text.charAt(end) == '’';
          end++;
        }
        end = Math.max(end, i + 1);
        String word = text.substring(i, end).toLowerCase(Locale.ROOT);
        latin++;
        if (ENGLISH.contains(word)) {
          english++;
        } else if (!ascii || FOREIGN.contains(word)) {
          foreign++;
        }
        i = end;
        continue;
      }
      if (Character.isLetter(c)) {
        switch (Character.UnicodeScript.of(c)) {
          case HAN -> {
            han++;
            if (HanVariants.isSimplifiedOnly(c)) {
              simplified++;
            } else if (HanVariants.isTraditionalOnly(c)) {
              traditional++;
            }
          }
          case HIRAGANA, KATAKANA -> kana++;
          case HANGUL -> hangul++;
          // Full-width Latin letters and the prolonged sound mark belong to several scripts.
          case COMMON, LATIN, INHERITED -> {}
          default -> other++;
        }
      }
      i += Character.charCount(c);
    }
    return new LanguageProfile(
        han, simplified, traditional, kana, hangul, latin, foreign, english, other);
  }

  private static boolean isLatin(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7)
        || (c >= 0x1E00 && c < 0x1F00);
  }

  private static boolean isWordPart(char c) {
    return isLatin(c) || c == '\'' || c == '’' || (c >= 0x300 && c < 0x370);
  }

  Language language() {
    int east = han + kana + hangul;
    int all = east + latinWords + otherLetters;
    // A quoted word of Japanese or Korean leaves a Chinese or English text what it is.
    if (all == 0 || 10 * kana > all || 4 * hangul > all || 4 * otherLetters > all) {
      return Language.OTHER;
    }
    double words = han * WORDS_PER_CHARACTER;
    double chinese = words / (words + latinWords);
    if (chinese >= 0.65) {
      return traditional > simplified ? Language.ZH_HANT : Language.ZH_HANS;
    }
    if (chinese > 0.1) {
      return Language.MIXED;
    }
    return isEnglish() ? Language.EN : Language.OTHER;
  }

  private boolean isEnglish() {
    return latinWords < ENOUGH_WORDS
        ? foreignWords == 0 || englishWords > 0
        : foreignWords <= Math.max(englishWords, latinWords / 10);
  }
}
