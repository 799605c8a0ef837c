package org.blossomlm.data.onnx;

import java.util.EnumMap;
import java.util.Map;
import org.blossomlm.data.embedding.EmbeddingLanguage;
import org.blossomlm.data.embedding.TextEmbedder;

/**
 * BAAI's bge-small v1.5, one model for Chinese (512 numbers) and one for English (384), with 8-bit
 * weights. They are loaded once in a process and stay.
 *
 * <p>Cosines of these models do not spread over −1 … 1: unrelated texts have 0.2 to 0.5 in Chinese
 * and 0.3 to 0.65 in English, paraphrases from 0.75 and from 0.9 on, so that thresholds must be
 * high, and higher in English.
 */
public final class BgeSmallEmbedder implements TextEmbedder {
  private static final Map<EmbeddingLanguage, BgeModel> LOADED =
      new EnumMap<>(EmbeddingLanguage.class);

  @Override
  public String name() {
    return "bge-small";
  }

  @Override
  public float[] embed(EmbeddingLanguage language, String text) {
    return model(language).embed(text);
  }

  private static BgeModel model(EmbeddingLanguage language) {
    synchronized (LOADED) {
      return LOADED.computeIfAbsent(
          language, wanted -> BgeModel.load("bge-small-" + wanted.code() + "-v1.5-q"));
    }
  }
}
