package org.blossomlm.bench;

/**
 * The dimensions of a published model, as its {@code config.json} has them.
 *
 * @param name family and size, e.g. {@code qwen2:1.5b}
 * @param architecture {@code general.architecture}: {@code llama}, {@code qwen2} or {@code qwen3}
 * @param vocabularyRows rows of the embedding, those beyond the tokens included
 * @param tied whether the output projection is the embedding
 * @param llama3RopeFactor how far Llama 3.1's scaling stretches rotations beyond 8192 positions; 1
 *     for models without it
 */
record ModelShape(
    String name,
    String architecture,
    int layers,
    int hidden,
    int feedForward,
    int heads,
    int keyValueHeads,
    int headSize,
    VocabularyKind vocabulary,
    int vocabularyRows,
    boolean tied,
    int context,
    float ropeBase,
    float epsilon,
    float llama3RopeFactor) {

  /** Which models have biases of queries, keys and values. */
  boolean attentionBiases() {
    return architecture.equals("qwen2");
  }

  /** Which models norm each query and key head. */
  boolean headNorms() {
    return architecture.equals("qwen3");
  }

  int queryWidth() {
    return heads * headSize;
  }

  int keyValueWidth() {
    return keyValueHeads * headSize;
  }
}
