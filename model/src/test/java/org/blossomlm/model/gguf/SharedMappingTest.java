package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is opened twice is mapped once, and unmapped when nobody holds it. */
class SharedMappingTest {
  @TempDir Path folder;
  private Path path = Path.of("");

  private static void write(Path path, float value) {
    MemorySegment data = MemorySegment.ofArray(new byte[4]);
    data.set(LittleEndian.FLOAT, 0, value);
    new GgufWriter(GgufMetadata.builder().put("tokens", GgufArray.ofStrings(List.of("a"))).build())
        .add(new Tensor("w", TensorType.F32, List.of(1L), data))
        .write(path);
  }

  private static float value(Tensor tensor) {
    return tensor.data().get(LittleEndian.FLOAT, 0);
  }

  @BeforeEach
  void write() {
    path = folder.resolve("model.gguf");
    write(path, 1);
  }

  @Test
  @DisplayName("two openings share the memory, which stays until the last is closed")
  void shared() {
    GgufFile first = GgufFile.open(path);
    GgufFile second = GgufFile.open(path);
    Tensor ofFirst = first.requireTensor("w");
    Tensor ofSecond = second.requireTensor("w");
    assertThat(ofSecond.data().address()).isEqualTo(ofFirst.data().address());

    first.close();
    assertThat(value(ofSecond)).isEqualTo(1f);

    second.close();
    assertThatIllegalStateException().isThrownBy(() -> value(ofSecond));
    assertThat(MappedFile.mappedPaths()).noneMatch(mapped -> mapped.startsWith(folder));
  }

  @Test
  @DisplayName("another name of the same file shares too")
  void sharedThroughLink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), path);
    try (GgufFile first = GgufFile.open(path);
        GgufFile second = GgufFile.open(link)) {
      assertThat(second.requireTensor("w").data().address())
          .isEqualTo(first.requireTensor("w").data().address());
    }
  }

  @Test
  @DisplayName("closing twice releases once")
  void closeTwice() {
    GgufFile first = GgufFile.open(path);
    try (GgufFile second = GgufFile.open(path)) {
      first.close();
      first.close();
      assertThat(value(second.requireTensor("w"))).isEqualTo(1f);
    }
  }

  @Test
  @DisplayName("a closed file says so, though others hold its memory")
  void closedFile() {
    try (GgufFile other = GgufFile.open(path)) {
      GgufFile closed = GgufFile.open(path);
      closed.close();
      assertThatIllegalStateException()
          .isThrownBy(closed::metadata)
          .withMessage(path + " was closed");
      assertThatIllegalStateException().isThrownBy(closed::tensors);
      assertThatIllegalStateException().isThrownBy(() -> closed.requireTensor("w"));
      assertThatIllegalStateException().isThrownBy(closed::fileBytes);
      assertThat(closed.path()).isEqualTo(path);
      assertThat(other.tensors()).hasSize(1);
    }
  }

  @Test
  @DisplayName("arrays of a closed file refuse access instead of reading freed memory")
  void closedArray() {
    GgufFile file = GgufFile.open(path);
    GgufMetadata metadata = file.metadata();
    file.close();
    assertThatIllegalStateException().isThrownBy(() -> metadata.strings("tokens"));
  }

  @Test
  @DisplayName("a file that was replaced is mapped anew, and the old content stays with its holder")
  void replaced() {
    try (GgufFile old = GgufFile.open(path)) {
      write(path, 2);
      try (GgufFile fresh = GgufFile.open(path)) {
        assertThat(value(old.requireTensor("w"))).isEqualTo(1f);
        assertThat(value(fresh.requireTensor("w"))).isEqualTo(2f);
      }
    }
  }

  @Test
  @DisplayName("many threads open and close without losing or keeping the mapping")
  void concurrent() throws Exception {
    Callable<Float> use =
        () -> {
          float sum = 0;
          for (int i = 0; i < 200; i++) {
            try (GgufFile file = GgufFile.open(path)) {
              sum += value(file.requireTensor("w"));
            }
          }
          return sum;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Float> sum :
          threads.invokeAll(IntStream.range(0, 4).mapToObj(_ -> use).toList())) {
        assertThat(sum.get()).isEqualTo(200f);
      }
    }
    assertThat(MappedFile.mappedPaths()).noneMatch(mapped -> mapped.startsWith(folder));
  }
}
