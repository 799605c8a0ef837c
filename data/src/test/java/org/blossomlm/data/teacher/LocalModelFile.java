package org.blossomlm.data.teacher;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;

/** The trained model of the fixtures, made one that chats; tests skip where it is absent. */
public final class LocalModelFile {
  private static final Path FIXTURES = Path.of(System.getProperty("blossom.fixtures", "fixtures"));

  private LocalModelFile() {}

  /** A file of the fixtures. */
  public static Path fixture(String name) {
    Path file = FIXTURES.resolve(name);
    assumeTrue(Files.exists(file), () -> "no fixtures at " + FIXTURES);
    return file;
  }

  /** Writes the model with a chat template to {@code target}. */
  public static Path write(Path target, String template) {
    return write(target, template, true);
  }

  /** As the other, for a model that may want no BOS before texts. */
  static Path write(Path target, String template, boolean addBos) {
    try (GgufFile file = GgufFile.open(fixture("stories260k/stories260k-f32.gguf"))) {
      GgufWriter writer =
          new GgufWriter(
              file.metadata().toBuilder()
                  .put("tokenizer.chat_template", GgufValue.text(template))
                  .put("tokenizer.ggml.add_bos_token", GgufValue.bool(addBos))
                  .build());
      file.tensors().values().forEach(writer::add);
      writer.write(target);
    }
    return target;
  }
}
