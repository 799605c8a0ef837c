package org.blossomlm.data.filter;

/** What a text is written in, as far as a bilingual data set has to know. */
public enum Language {
  /** Chinese in simplified characters, or in characters that both ways of writing share. */
  ZH_HANS("zh-Hans"),
  /** Chinese in traditional characters. */
  ZH_HANT("zh-Hant"),
  EN("en"),
  /** Chinese and English in comparable amounts. */
  MIXED("mixed"),
  /** Another language, or nothing that is written in letters. */
  OTHER("other");

  private final String tag;

  Language(String tag) {
    this.tag = tag;
  }

  /** As metadata and recipes spell it; a BCP 47 tag where there is one. */
  public String tag() {
    return tag;
  }

  public boolean isChinese() {
    return this == ZH_HANS || this == ZH_HANT;
  }

  /** The language of {@code text}: see {@link LanguageProfile}. */
  public static Language of(String text) {
    return LanguageProfile.of(text).language();
  }
}
