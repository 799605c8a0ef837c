package org.blossomlm.model.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufValueType;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both forms of llama.cpp's importance matrices. */
class ImportanceFilesTest {
  @TempDir Path folder;

  @Test
  void gguf_round_trip() {
    Map<String, ImportanceMatrix.Entry> entries = new LinkedHashMap<>();
    entries.put(
        "blk.0.attn_q.weight", new ImportanceMatrix.Entry(new float[] {2, 4, 0}, new float[] {2}));
    entries.put(
        "blk.0.ffn_up_exps.weight",
        new ImportanceMatrix.Entry(new float[] {3, 6, 0, 0}, new float[] {3, 0}));
    Path path = folder.resolve("imatrix.gguf");
    ImportanceFiles.write(new ImportanceMatrix(List.of("a.txt"), 5, 512, entries), path);

    ImportanceMatrix read = ImportanceFiles.read(path);
    assertThat(read.datasets()).containsExactly("a.txt");
    assertThat(read.chunks()).isEqualTo(5);
    assertThat(read.chunkSize()).isEqualTo(512);
    assertThat(entry(read, "blk.0.attn_q.weight").means()).containsExactly(1, 2, 0);
    assertThat(entry(read, "blk.0.ffn_up_exps.weight").means())
        .as("an expert that was never used counts evenly")
        .containsExactly(1, 2, 1, 1);
  }

  @Test
  void the_names_and_shapes_are_those_of_llama_cpp() {
    Path path = folder.resolve("imatrix.gguf");
    var entry = new ImportanceMatrix.Entry(new float[] {2, 4, 6}, new float[] {2});
    ImportanceFiles.write(
        new ImportanceMatrix(List.of("a.txt"), 5, 512, Map.of("output.weight", entry)), path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().string("general.type")).hasValue("imatrix");
      assertThat(file.metadata().strings("imatrix.datasets")).hasValue(List.of("a.txt"));
      assertThat(file.metadata().integer("imatrix.chunk_count")).hasValue(5);
      assertThat(file.metadata().integer("imatrix.chunk_size")).hasValue(512);
      assertThat(file.requireTensor("output.weight.in_sum2").dimensions()).containsExactly(3L, 1L);
      assertThat(file.requireTensor("output.weight.counts").dimensions()).containsExactly(1L, 1L);
    }
  }

  @Test
  void what_it_was_made_from_comes_back() {
    Path path = folder.resolve("imatrix.gguf");
    var entry = new ImportanceMatrix.Entry(new float[] {1}, new float[] {1});
    var origin = new ImportanceMatrix.Origin("ab12", "cd34");
    ImportanceFiles.write(
        new ImportanceMatrix(List.of("a"), 1, 512, Map.of("x", entry), Optional.of(origin)), path);
    assertThat(ImportanceFiles.read(path).origin()).hasValue(origin);
  }

  @Test
  void counts_that_no_int_holds_are_refused() {
    Path path = folder.resolve("imatrix.gguf");
    new GgufWriter(
            GgufMetadata.builder()
                .put("imatrix.chunk_count", new GgufValue.Int(GgufValueType.INT64, -1))
                .build())
        .add("x.in_sum2", TensorType.F32, List.of(1L, 1L), out -> out.write(ByteBuffer.allocate(4)))
        .add("x.counts", TensorType.F32, List.of(1L, 1L), out -> out.write(ByteBuffer.allocate(4)))
        .write(path);
    assertThatThrownBy(() -> ImportanceFiles.read(path))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("imatrix.chunk_count is -1");
  }

  @Test
  void the_older_form() throws IOException {
    Path path = folder.resolve("imatrix.dat");
    Files.write(path, legacy());
    ImportanceMatrix read = ImportanceFiles.read(path);
    assertThat(read.entries()).hasSize(1);
    assertThat(entry(read, "output.weight").means()).containsExactly(0.5f, 2);
    assertThat(read.chunks()).isEqualTo(9);
    assertThat(read.datasets()).containsExactly("wiki.txt");
  }

  @Test
  void the_oldest_form_ends_after_the_entries() throws IOException {
    Path path = folder.resolve("imatrix.dat");
    byte[] bytes = legacy();
    Files.write(path, Arrays.copyOf(bytes, bytes.length - 16));
    assertThat(ImportanceFiles.read(path).chunks()).isZero();
  }

  @Test
  void every_truncation_of_the_older_form_is_one_clear_error_or_the_oldest_form()
      throws IOException {
    byte[] bytes = legacy();
    for (int length = 0; length < bytes.length; length++) {
      Path path = folder.resolve("cut.dat");
      Files.write(path, Arrays.copyOf(bytes, length));
      // Where the chunks begin, and where they end, older programs stopped writing.
      if (length >= bytes.length - 16 && length < bytes.length - 8) {
        continue;
      }
      if (length < bytes.length - 16 || length >= bytes.length - 8) {
        assertThatThrownBy(() -> ImportanceFiles.read(path))
            .as("%d bytes", length)
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("cut.dat");
      }
    }
  }

  @Test
  void other_files_are_refused() throws IOException {
    Path text = folder.resolve("notes.txt");
    Files.writeString(text, "not an importance matrix at all");
    assertThatThrownBy(() -> ImportanceFiles.read(text))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("neither a GGUF file nor an importance matrix");
    assertThatThrownBy(() -> ImportanceFiles.read(folder.resolve("none")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no such file");
    Path model = Fixtures.require("stories260k/stories260k-f32.gguf");
    assertThatThrownBy(() -> ImportanceFiles.read(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("blossom imatrix");
  }

  @Test
  void sums_that_are_no_numbers_are_refused() {
    Path path = folder.resolve("bad.gguf");
    var entry = new ImportanceMatrix.Entry(new float[] {1, Float.NaN}, new float[] {1});
    ImportanceFiles.write(
        new ImportanceMatrix(List.of(), 1, 512, Map.of("output.weight", entry)), path);
    assertThatThrownBy(() -> ImportanceFiles.read(path))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("output.weight")
        .hasMessageContaining("NaN");
  }

  /** One entry of four calls, then nine chunks of a text named in eight bytes. */
  private static byte[] legacy() {
    byte[] name = "output.weight".getBytes(StandardCharsets.UTF_8);
    byte[] dataset = "wiki.txt".getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + 4 + name.length + 4 + 4 + 8 + 4 + 4 + dataset.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(1)
        .putInt(name.length)
        .put(name)
        .putInt(4)
        .putInt(2)
        .putFloat(2)
        .putFloat(8)
        .putInt(9)
        .putInt(dataset.length)
        .put(dataset)
        .array();
  }

  private static ImportanceMatrix.Entry entry(ImportanceMatrix matrix, String name) {
    return Objects.requireNonNull(matrix.entry(name));
  }
}
