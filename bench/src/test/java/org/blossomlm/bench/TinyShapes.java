package org.blossomlm.bench;

import java.util.List;

/** Dimensions that any test can afford, one of each family, with small vocabularies. */
final class TinyShapes {
  static final List<ModelShape> ALL =
      List.of(
          shape("tiny:qwen2", "qwen2", 4, 2, 64, VocabularyKind.QWEN, true, 1),
          shape("tiny:qwen3", "qwen3", 4, 2, 128, VocabularyKind.QWEN, false, 1),
          shape("tiny:llama3", "llama", 8, 2, 32, VocabularyKind.LLAMA3, true, 8),
          shape("tiny:yi", "llama", 4, 1, 64, VocabularyKind.YI, false, 1));

  private TinyShapes() {}

  static ModelShape qwen2() {
    return ALL.getFirst();
  }

  /** Rows of 256 columns: every type has whole blocks. */
  private static ModelShape shape(
      String name,
      String architecture,
      int heads,
      int keyValueHeads,
      int headSize,
      VocabularyKind vocabulary,
      boolean tied,
      float ropeFactor) {
    return new ModelShape(
        name,
        architecture,
        4,
        256,
        512,
        heads,
        keyValueHeads,
        headSize,
        vocabulary,
        vocabulary.specials().size() + 1000,
        tied,
        512,
        1e4f,
        1e-5f,
        ropeFactor);
  }
}
