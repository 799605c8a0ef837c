package org.blossomlm.data.embedding;

import java.util.List;
import java.util.ServiceLoader;
import org.blossomlm.data.DataException;

/** The embedders of this program. */
public final class TextEmbedders {
  /** Those that recipes may name; whether one is installed is another question. */
  public static final List<String> NAMES = List.of("bge-small");

  private TextEmbedders() {}

  /**
   * The embedder of that name.
   *
   * @throws DataException if its library is not there, saying how to get it
   */
  public static TextEmbedder find(String name) {
    for (TextEmbedder embedder : ServiceLoader.load(TextEmbedder.class)) {
      if (embedder.name().equals(name)) {
        return embedder;
      }
    }
    throw new DataException(
        "the embedding model \"%1$s\" is not installed; get it with: ./blossom data fetch embeddings (嵌入模型 \"%1$s\" 尚未安装，请先运行：./blossom data fetch embeddings)"
            .formatted(name));
  }
}
