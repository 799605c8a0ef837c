package org.blossomlm.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.blossomlm.data.DataException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Questions of benchmarks")
class ReferenceTextsTest {
  private static final Set<String> FIELDS = Set.of("question");

  @TempDir Path folder;

  private Path write(String name) throws IOException {
    Path file = folder.resolve(name);
    String record = "{\"question\": \"%s\"}".formatted("x".repeat(1000));
    boolean array = name.contains(".json") && !name.contains(".jsonl");
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      for (int i = 0; i < 100; i++) {
        String before = array ? i == 0 ? "[" : "," : "";
        out.write((before + record + "\n").getBytes(StandardCharsets.UTF_8));
      }
      out.write((array ? "]" : "").getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"q.jsonl", "q.json", "q.txt", "q.tsv", "q.jsonl.gz", "q.json.gz", "q.txt.gz"})
  void are_read_up_to_a_size_that_is_told(String name) throws Exception {
    Path file = write(name);
    assertThat(ReferenceTexts.read(file, "questions", FIELDS, 200_000)).hasSizeBetween(100, 102);
    assertThatThrownBy(() -> ReferenceTexts.read(file, "questions", FIELDS, 50_000))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("more than 50000 bytes");
  }
}
