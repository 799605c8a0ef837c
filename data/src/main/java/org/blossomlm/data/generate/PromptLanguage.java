package org.blossomlm.data.generate;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/** The two languages that prompts are written in. */
enum PromptLanguage {
  EN("English", "英文"),
  ZH("Chinese", "中文");

  private static final Pattern FENCED = Pattern.compile("(?s)```.*?(?:```|\\z)");
  private static final Pattern WORD = Pattern.compile("\\p{IsLatin}+(?:['’-]\\p{IsLatin}+)*");

  private final String inEnglish;
  private final String inChinese;

  PromptLanguage(String inEnglish, String inChinese) {
    this.inEnglish = inEnglish;
    this.inChinese = inChinese;
  }

  /** As metadata and file names spell it. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  String nameIn(PromptLanguage language) {
    return language == EN ? inEnglish : inChinese;
  }

  /**
   * The language that most of {@code text} is in, code blocks left out: Chinese where there are at
   * least as many Han characters as Latin words.
   */
  static PromptLanguage of(String text) {
    Share share = Share.of(text);
    return share.han() > 0 && share.han() >= share.words() ? ZH : EN;
  }

  /** The language of what users say, or of the whole text where there is no user. */
  static PromptLanguage of(DataRecord record) {
    return of(
        switch (record) {
          case ChatRecord chat -> text(chat.messages());
          case TextRecord text -> text.text();
          case RowRecord row ->
              row.fields().values().stream()
                  .filter(String.class::isInstance)
                  .map(String.class::cast)
                  .collect(Collectors.joining("\n"));
          case PreferenceRecord preference -> text(preference.prompt());
        });
  }

  static PromptLanguage of(List<ChatMessage> messages) {
    return of(text(messages));
  }

  private static String text(List<ChatMessage> messages) {
    String users =
        messages.stream()
            .filter(message -> message.role() == Role.USER)
            .map(ChatMessage::content)
            .collect(Collectors.joining("\n"));
    return users.isBlank()
        ? messages.stream().map(ChatMessage::content).collect(Collectors.joining("\n"))
        : users;
  }

  /**
   * What a text outside of code blocks is made of.
   *
   * @param han Han characters
   * @param words words of Latin letters
   */
  record Share(long han, long words) {
    static Share of(String text) {
      String prose = FENCED.matcher(text).replaceAll(" ");
      long han =
          prose
              .codePoints()
              .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
              .count();
      Matcher matcher = WORD.matcher(prose);
      long words = 0;
      while (matcher.find()) {
        words++;
      }
      return new Share(han, words);
    }

    /** Han characters among characters and words, 0 to 1; 0 where there are neither. */
    double hanShare() {
      return han + words == 0 ? 0 : (double) han / (han + words);
    }
  }
}
