package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in several files. */
class SplitModelTest {
  @TempDir Path folder;
  private List<Path> parts = List.of();

  private static Tensor tensor(String name, float value) {
    MemorySegment data = MemorySegment.ofArray(new byte[4]);
    data.set(LittleEndian.FLOAT, 0, value);
    return new Tensor(name, TensorType.F32, List.of(1L), data);
  }

  private static GgufWriter model(String name) {
    return new GgufWriter(GgufMetadata.builder().put("general.name", name).build())
        .add(tensor("a", 1))
        .add(tensor("b", 2))
        .add(tensor("c", 3));
  }

  @BeforeEach
  void split() {
    parts = model("three").writeSplit(folder.resolve("model"), 1, Long.MAX_VALUE);
  }

  private void assertRefused(Path path, String... messageParts) {
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> GgufFile.open(path).close())
        .satisfies(e -> assertThat(e.getMessage()).contains(messageParts));
  }

  /** Writes one tensor and the given keys over a part. */
  private void overwrite(int part, String tensor, int number, int count, int tensors) {
    int int32 = GgufValueType.INT32.id();
    GgufBytes bytes =
        GgufBytes.header(1, 3)
            .key("split.no", int32)
            .u32(number)
            .key("split.count", int32)
            .u32(count)
            .key("split.tensors.count", int32)
            .u32(tensors);
    bytes.tensor(tensor, 0, 0, 1).align(32).zeros(4).writeTo(parts.get(part));
  }

  @Test
  @DisplayName("parts are named as ggml names them")
  void names() {
    assertThat(parts)
        .extracting(part -> part.getFileName().toString())
        .containsExactly(
            "model-00001-of-00003.gguf", "model-00002-of-00003.gguf", "model-00003-of-00003.gguf");
  }

  @Test
  @DisplayName("opening any part opens the model")
  void anyPart() throws IOException {
    for (Path part : parts) {
      try (GgufFile file = GgufFile.open(part)) {
        assertThat(file.path()).isEqualTo(parts.getFirst());
        assertThat(file.metadata().requireString("general.name")).isEqualTo("three");
        assertThat(file.tensors().keySet()).containsExactly("a", "b", "c");
        assertThat(file.requireTensor("c").data().get(LittleEndian.FLOAT, 0)).isEqualTo(3f);
        long bytes = 0;
        for (Path each : parts) {
          bytes += Files.size(each);
        }
        assertThat(file.fileBytes()).isEqualTo(bytes);
      }
    }
  }

  @Test
  @DisplayName("a missing part is named")
  void missingPart() throws IOException {
    Files.delete(parts.get(2));
    assertRefused(parts.getFirst(), parts.get(2) + ": there is no such file");
  }

  @Test
  @DisplayName("a missing first part is named, with the part that was asked for")
  void missingFirstPart() throws IOException {
    Files.delete(parts.getFirst());
    assertRefused(
        parts.get(1),
        parts.get(1) + ": this is a later part of a split model",
        parts.getFirst() + ": there is no such file");
  }

  @Test
  @DisplayName("a renamed first part cannot find the others and says how they must be named")
  void renamedFirstPart() throws IOException {
    Path renamed = Files.move(parts.getFirst(), folder.resolve("renamed.gguf"));
    assertRefused(renamed, "key 'split.count': found 3", "name the parts NAME-00001-of-00003.gguf");
  }

  @Test
  @DisplayName("parts that changed places are told apart")
  void swappedParts() throws IOException {
    Files.copy(parts.get(2), parts.get(1), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(
        parts.getFirst(), parts.get(1) + ": key 'split.no': found 2, but the file's name");
  }

  @Test
  @DisplayName("a later part under the name of a first one is told apart")
  void laterPartAsFirst() throws IOException {
    Files.copy(parts.get(2), parts.getFirst(), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(parts.getFirst(), "key 'split.no': found 2, but the file's name stands for 0");
  }

  @Test
  void partOfAnotherModel() {
    overwrite(1, "b", 1, 4, 3);
    assertRefused(parts.getFirst(), "key 'split.count': found 4, but the first part says 3");
  }

  @Test
  void tensorInTwoParts() {
    overwrite(1, "a", 1, 3, 3);
    assertRefused(parts.getFirst(), "tensor 'a'", "another part");
  }

  @Test
  void tensorsMissing() {
    overwrite(0, "a", 0, 3, 7);
    assertRefused(
        parts.getFirst(), "key 'split.tensors.count': found 7, but the parts have 3 tensors");
  }

  @Test
  @DisplayName("a count that cannot be opens no files")
  void hostileCount() {
    overwrite(0, "a", 0, 1_000_000, 3);
    assertRefused(parts.getFirst(), "found 1000000, allowed are 1 to 4096 (maxParts)");
    overwrite(0, "a", 0, -1, 3);
    assertRefused(parts.getFirst(), "key 'split.count': found -1");
    overwrite(0, "a", 0, 0, 3);
    assertRefused(parts.getFirst(), "key 'split.count': found 0");
  }

  @Test
  @DisplayName("a part that is no GGUF file is named")
  void damagedPart() {
    new GgufBytes().ascii("<html>").writeTo(parts.get(1));
    assertRefused(parts.getFirst(), parts.get(1) + ": not a GGUF file: it is a web page");
  }

  @Test
  @DisplayName("a failure releases the parts that were already mapped")
  void failureReleasesParts() throws IOException {
    Files.delete(parts.get(2));
    assertRefused(parts.getFirst(), "there is no such file");
    assertThat(MappedFile.mappedPaths()).noneMatch(path -> path.startsWith(folder));
  }

  @Test
  @DisplayName("a copy of a split model as one file has no split keys")
  void merge() {
    Path merged = folder.resolve("merged.gguf");
    try (GgufFile file = GgufFile.open(parts.getFirst())) {
      var writer = new GgufWriter(file.metadata());
      file.tensors().values().forEach(writer::add);
      writer.write(merged);
    }
    try (GgufFile file = GgufFile.open(merged)) {
      assertThat(file.metadata().keys()).containsExactly("general.name");
      assertThat(file.tensors()).hasSize(3);
    }
  }

  @Test
  @DisplayName("parts are filled up to the bytes asked for; a larger tensor has its own")
  void splitByBytes() {
    var writer = new GgufWriter(GgufMetadata.builder().build());
    int[] sizes = {100, 50, 50, 300, 10};
    for (int i = 0; i < sizes.length; i++) {
      MemorySegment data = MemorySegment.ofArray(new byte[4 * sizes[i]]);
      writer.add(new Tensor("t" + i, TensorType.F32, List.of((long) sizes[i]), data));
    }
    List<Path> files = writer.writeSplit(folder.resolve("sized"), 100, 600);
    assertThat(files).hasSize(4);
    try (GgufFile file = GgufFile.open(files.getFirst())) {
      assertThat(file.tensors().keySet()).containsExactly("t0", "t1", "t2", "t3", "t4");
    }
  }
}
