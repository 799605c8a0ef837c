package org.blossomlm.data.embedding;

/**
 * A pair of small models, one for each language, that turn texts into vectors whose cosine says how
 * alike the texts are in meaning. Found by {@link java.util.ServiceLoader}: implementations lie in
 * modules of their own, since their libraries are large. Making one costs nothing; models are
 * loaded when first asked. Safe for use by many threads.
 */
public interface TextEmbedder {
  /** As recipes call it: {@code bge-small}. */
  String name();

  /**
   * The vector of one text, of unit length; of the same numbers whatever is embedded beside it.
   *
   * @throws org.blossomlm.data.DataException if the model cannot be loaded or run
   */
  float[] embed(EmbeddingLanguage language, String text);
}
