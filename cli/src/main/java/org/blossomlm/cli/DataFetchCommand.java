package org.blossomlm.cli;

import java.util.concurrent.Callable;
import org.blossomlm.data.embedding.EmbeddingLanguage;
import org.blossomlm.data.embedding.TextEmbedder;
import org.blossomlm.data.embedding.TextEmbedders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Tries out what the launcher has fetched: a library that is too large for those who do not need
 * it.
 */
@Command(name = "fetch", mixinStandardHelpOptions = true, sortOptions = false)
final class DataFetchCommand implements Callable<Integer> {
  private final Application application;

  /** What can be fetched. */
  enum Library {
    embeddings
  }

  @Parameters(index = "0", paramLabel = "embeddings")
  private Library library = Library.embeddings;

  DataFetchCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    switch (library) {
      case embeddings -> TextEmbedders.NAMES.forEach(this::tryOut);
    }
    return ExitCode.OK.status();
  }

  private void tryOut(String name) {
    TextEmbedder embedder = TextEmbedders.find(name);
    int chinese = embedder.embed(EmbeddingLanguage.ZH, "你好，世界").length;
    int english = embedder.embed(EmbeddingLanguage.EN, "Hello, world").length;
    application
        .streams()
        .out()
        .print(application.text("data.fetched", name, chinese, english) + "\n");
  }
}
