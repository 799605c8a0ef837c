package org.blossomlm.model.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files appear whole or not at all, and what cannot be read is not written. */
class GgufWriterTest {
  @TempDir Path folder;

  private static GgufWriter writer() {
    return new GgufWriter(GgufMetadata.builder().put("general.name", "test").build());
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  @DisplayName("the layout is the one of the specification, byte by byte")
  void layout() throws IOException {
    Path path = folder.resolve("model.gguf");
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.alignment", GgufValue.uint32(8))
            .put("a", GgufArray.ofInts(-1, 2))
            .build();
    new GgufWriter(metadata)
        .add(
            new Tensor(
                "w",
                TensorType.F16,
                List.of(3L),
                MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6})))
        .write(path);
    byte[] expected =
        GgufBytes.header(1, 2)
            .key("general.alignment", 4)
            .u32(8)
            .key("a", 9)
            .u32(5)
            .u64(2)
            .u32(-1)
            .u32(2)
            .tensor("w", 1, 0, 3)
            .align(8)
            .raw((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6)
            .align(8)
            .bytes();
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  @Test
  @DisplayName("a source that fails leaves the old file and nothing else")
  void failingSource() throws IOException {
    Path path = folder.resolve("model.gguf");
    Files.writeString(path, "old");
    GgufWriter writer =
        writer()
            .add(
                "w",
                TensorType.F32,
                List.of(2L),
                out -> {
                  out.write(bytes(4));
                  throw new IOException("the network is gone");
                });
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> writer.write(path))
        .withMessageStartingWith(path + ": writing failed at byte ")
        .withMessageEndingWith("the network is gone");
    assertThat(path).hasContent("old");
    assertThat(files()).containsExactly(path);
  }

  @Test
  @DisplayName("so does one that throws what it likes")
  void throwingSource() throws IOException {
    Path path = folder.resolve("model.gguf");
    GgufWriter writer =
        writer()
            .add(
                "w",
                TensorType.F32,
                List.of(2L),
                _ -> {
                  throw new IllegalStateException("closed");
                });
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> writer.write(path))
        .withMessage("closed");
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("too few or too many bytes for a tensor are refused")
  void wrongSize() throws IOException {
    Path path = folder.resolve("model.gguf");
    for (int size : new int[] {0, 7, 9, 4096}) {
      GgufWriter writer =
          writer().add("w", TensorType.F32, List.of(2L), out -> out.write(bytes(size)));
      assertThatExceptionOfType(GgufException.class)
          .isThrownBy(() -> writer.write(path))
          .withMessageContaining("tensor w was given ")
          .withMessageContaining(size + " bytes, its type and shape take 8");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("one bad part of a split model leaves none")
  void failingPart() throws IOException {
    GgufWriter writer =
        writer()
            .add("a", TensorType.F32, List.of(2L), out -> out.write(bytes(8)))
            .add("b", TensorType.F32, List.of(2L), out -> out.write(bytes(7)));
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> writer.writeSplit(folder.resolve("model"), 1, 1_000));
    assertThat(files()).isEmpty();
  }

  @Test
  void missingFolder() {
    Path path = folder.resolve("absent/model.gguf");
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> writer().write(path))
        .withMessage(path + ": cannot be written: its folder does not exist");
  }

  @Test
  void directoryAsTarget() {
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> writer().write(folder))
        .withMessage(folder + ": cannot be written: it is a directory");
  }

  @Test
  @DisplayName("a model has the permissions of any new file, not those of a temporary one")
  void permissions() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "skipped: no POSIX permissions here");
    Path plain = Files.createFile(folder.resolve("plain"));
    Path path = folder.resolve("model.gguf");
    writer().write(path);
    List<PosixFilePermission> expected = Files.getPosixFilePermissions(plain).stream().toList();
    assertThat(Files.getPosixFilePermissions(path)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  @DisplayName("a model may be written over itself while it is open")
  void overItself() {
    Path path = folder.resolve("model.gguf");
    RandomModel.of(5).writer().write(path);
    try (GgufFile file = GgufFile.open(path)) {
      GgufMetadata changed = file.metadata().toBuilder().put("general.name", "renamed").build();
      var writer = new GgufWriter(changed);
      file.tensors().values().forEach(writer::add);
      writer.write(path);
      assertThat(file.metadata().string("general.name")).isEmpty();
    }
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().string("general.name")).contains("renamed");
    }
  }

  @Test
  @DisplayName("sources may write in pieces of any size")
  void pieces() {
    Path path = folder.resolve("model.gguf");
    int bytes = 3_000_000;
    writer()
        .add(
            "w",
            TensorType.F32,
            List.of(bytes / 4L),
            out -> {
              int written = 0;
              for (int size = 1; written < bytes; size = size * 3 + 1) {
                int step = Math.min(size, bytes - written);
                ByteBuffer piece = ByteBuffer.allocate(step);
                for (int i = 0; i < step; i++) {
                  piece.put(i, (byte) ((written + i) % 251));
                }
                out.write(piece);
                written += step;
              }
            })
        .write(path);
    try (GgufFile file = GgufFile.open(path)) {
      MemorySegment data = file.requireTensor("w").data();
      for (int i = 0; i < bytes; i++) {
        if (data.get(JAVA_BYTE, i) != (byte) (i % 251)) {
          throw new AssertionError("byte " + i);
        }
      }
    }
  }

  @Test
  @Tag("slow")
  @DisplayName("files of more than 4 GB")
  void largeFile() {
    Path path = folder.resolve("large.gguf");
    long columns = 1L << 28;
    TensorSource zeros =
        out -> {
          ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
          for (long left = columns * 4; left > 0; left -= block.capacity()) {
            out.write(block.clear());
          }
        };
    GgufWriter writer = writer();
    for (int i = 0; i < 5; i++) {
      writer.add("t" + i, TensorType.F32, List.of(columns), zeros);
    }
    writer.add("last", TensorType.F32, List.of(1L), out -> out.write(bytes(4).put(0, (byte) 7)));
    writer.write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.fileBytes()).isGreaterThan(5L << 30);
      assertThat(file.requireTensor("last").data().get(LittleEndian.INT, 0)).isEqualTo(7);
    }
  }

  @Test
  @DisplayName("what a reader would refuse cannot be declared")
  void declarations() {
    GgufWriter writer = writer();
    TensorSource none = _ -> {};
    List<Long> one = List.of(1L);
    writer.add("taken", TensorType.F32, one, none);
    for (String name : new String[] {"", "x".repeat(64), "taken", "\ud800"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.add(name, TensorType.F32, one, none));
    }
    for (List<Long> dimensions :
        List.of(
            List.of(0L),
            List.of(4L, -1L),
            List.of(1L, 1L, 1L, 1L, 1L),
            List.of(Long.MAX_VALUE),
            List.of(1L << 40, 1L << 40))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.add("w", TensorType.F32, dimensions, none));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.add("w", TensorType.Q4_K, List.of(128L), none));
    for (GgufValue alignment :
        new GgufValue[] {
          GgufValue.uint32(0),
          GgufValue.uint32(24),
          GgufValue.uint32(1 << 21),
          new GgufValue.Int(GgufValueType.UINT64, 32),
          GgufValue.text("32")
        }) {
      GgufMetadata metadata = GgufMetadata.builder().put("general.alignment", alignment).build();
      assertThatIllegalArgumentException().isThrownBy(() -> new GgufWriter(metadata));
    }
    for (String key : new String[] {"", "k".repeat(65_536), "\udc00"}) {
      GgufMetadata metadata = GgufMetadata.builder().put(key, "v").build();
      assertThatIllegalArgumentException().isThrownBy(() -> new GgufWriter(metadata));
    }
  }

  @Test
  @DisplayName("metadata over the limits of reading is refused before anything is written")
  void limits() throws IOException {
    GgufArray deep = GgufArray.ofInts(1);
    for (int i = 0; i < 4; i++) {
      deep = GgufArray.of(GgufValueType.ARRAY, List.of(deep));
    }
    GgufArray tooDeep = deep;
    GgufArray tooLong = GgufArray.ofInts(new int[(4 << 20) + 1]);
    for (GgufArray array : List.of(tooDeep, tooLong)) {
      GgufMetadata metadata = GgufMetadata.builder().put("k", array).build();
      assertThatExceptionOfType(GgufException.class)
          .isThrownBy(() -> new GgufWriter(metadata).write(folder.resolve("model.gguf")))
          .withMessageContaining("key 'k'")
          .withMessageContaining("(maxArray");
    }
    assertThat(files()).isEmpty();
  }
}
