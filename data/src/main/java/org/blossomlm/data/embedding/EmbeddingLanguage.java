package org.blossomlm.data.embedding;

import java.util.Locale;
import org.blossomlm.data.filter.Language;

/** Which of two models a text is for. Vectors of different models cannot be compared. */
public enum EmbeddingLanguage {
  ZH,
  EN;

  /**
   * Chinese where a text is Chinese or mixed with it, since Chinese vocabularies know the commoner
   * English words; English otherwise.
   */
  public static EmbeddingLanguage of(String text) {
    Language language = Language.of(text);
    return language.isChinese() || language == Language.MIXED ? ZH : EN;
  }

  /** As metadata and recipes spell it. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
