package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.blossomlm.model.files.MappedFile;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files work or are refused with a {@link GgufException}; nothing else happens, and memory
 * stays bounded.
 */
class GgufCorruptionTest {
  private static final int DAMAGES = 6_000;

  /** Values that break careless arithmetic. */
  private static final long[] HOSTILE = {
    0,
    1,
    -1,
    127,
    1L << 16,
    1L << 20,
    1L << 31,
    (1L << 31) - 1,
    1L << 32,
    (1L << 32) - 1,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE - 31
  };

  @TempDir Path folder;

  private static byte[] damaged(byte[] original, SplittableRandom random) {
    byte[] bytes = original.clone();
    // Most of a real file is tensor data, in which no damage can be seen.
    int header = Math.min(bytes.length, random.nextInt(8) == 0 ? bytes.length : 2_000);
    int damages = random.nextInt(1, 4);
    for (int i = 0; i < damages; i++) {
      int at = random.nextInt(header);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> {
          long value = HOSTILE[random.nextInt(HOSTILE.length)];
          for (int j = 0; j < 8 && at + j < bytes.length; j++) {
            bytes[at + j] = (byte) (value >>> (8 * j));
          }
        }
        case 3 -> {
          int from = random.nextInt(header);
          int length = Math.min(random.nextInt(64), bytes.length - Math.max(at, from));
          System.arraycopy(original, from, bytes, at, length);
        }
        default -> {
          bytes = Arrays.copyOf(bytes, random.nextInt(Math.max(1, bytes.length)) + 1);
          header = Math.min(header, bytes.length);
        }
      }
    }
    return bytes;
  }

  private boolean accepted(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      EveryByte.read(file);
      return true;
    } catch (GgufException e) {
      assertThat(e.getMessage()).startsWith(path.toString()).hasLineCount(1);
      return false;
    }
  }

  @Test
  @DisplayName("thousands of files damaged at random work or are refused")
  void damagedModels() throws IOException {
    Path path = folder.resolve("model.gguf");
    var seeds = new SplittableRandom();
    int accepted = 0;
    byte[] original = new byte[0];
    for (int i = 0; i < DAMAGES; i++) {
      long seed = seeds.nextLong();
      if (i % 20 == 0) {
        RandomModel.of(seed).writer().write(path);
        original = Files.readAllBytes(path);
      }
      byte[] bytes = damaged(original, new SplittableRandom(seed));
      Files.write(path, bytes);
      try {
        accepted += accepted(path) ? 1 : 0;
      } catch (Throwable e) {
        Path kept = Files.createTempFile("damaged", ".gguf");
        Files.write(kept, bytes);
        throw new AssertionError("seed " + seed + ", file kept as " + kept, e);
      }
    }
    // The test would prove nothing if every file or none got through.
    assertThat(accepted).isBetween(DAMAGES / 50, DAMAGES * 49 / 50);
    assertThat(MappedFile.mappedPaths()).noneMatch(mapped -> mapped.startsWith(folder));
  }

  @Test
  @DisplayName("a real model cut off anywhere is refused, or has lost nothing but padding")
  void truncatedModel() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.require("tiny-models").resolve("llama-Q2_K.gguf"));
    Path path = folder.resolve("model.gguf");
    var seeds = new SplittableRandom();
    long seed = seeds.nextLong();
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      int length = random.nextInt(i % 2 == 0 ? 20_000 : whole.length - 32);
      Files.write(path, Arrays.copyOf(whole, length));
      assertThat(accepted(path)).as("seed %d, length %d", seed, length).isFalse();
    }
  }

  @Test
  @DisplayName("a real model with damaged bytes works or is refused")
  void damagedRealModel() throws IOException {
    Path folderOfModels = Fixtures.require("tiny-models");
    Path path = folder.resolve("model.gguf");
    var seeds = new SplittableRandom();
    for (String name : new String[] {"llama-Q3_K_M.gguf", "qwen3-Q4_0.gguf"}) {
      byte[] whole = Files.readAllBytes(folderOfModels.resolve(name));
      for (int i = 0; i < 150; i++) {
        long seed = seeds.nextLong();
        Files.write(path, damaged(whole, new SplittableRandom(seed)));
        try {
          accepted(path);
        } catch (Throwable e) {
          throw new AssertionError(name + ", seed " + seed, e);
        }
      }
    }
  }

  @Test
  @DisplayName("a huge file of zeros that claims huge arrays costs no memory to refuse or to open")
  void sparseGiant() throws IOException {
    Path path = folder.resolve("sparse.gguf");
    int stringArray = 8;
    GgufBytes bytes = GgufBytes.header(0, 16);
    bytes.key("k", 9).u32(stringArray).u64(4 << 20);
    bytes.writeTo(path);
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(6L << 30);
    }
    // 4 million empty strings, then the next key: empty, of type UINT8; the one after repeats it.
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> GgufFile.open(path).close())
        .withMessageContaining("key '': appears twice");
  }

  @Test
  @DisplayName("a file that is shortened while it is open is an InternalError, and no crash")
  void shortenedWhileOpen() throws IOException {
    assumeTrue(
        System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"),
        "skipped: what a mapping does then depends on the operating system");
    Path path = folder.resolve("model.gguf");
    GgufMetadata metadata =
        GgufMetadata.builder().put("k", GgufArray.ofInts(new int[9_000])).build();
    new GgufWriter(metadata)
        .add("w", TensorType.F32, List.of(20_000L), out -> out.write(ByteBuffer.allocate(80_000)))
        .write(path);
    try (GgufFile file = GgufFile.open(path)) {
      Tensor tensor = file.requireTensor("w");
      EveryByte.read(file);
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(10);
      }
      assertThatExceptionOfType(InternalError.class).isThrownBy(() -> EveryByte.read(tensor));
      assertThatExceptionOfType(InternalError.class)
          .isThrownBy(() -> file.metadata().integers("k"));
    }
    assertThatExceptionOfType(GgufException.class).isThrownBy(() -> GgufFile.open(path).close());
  }
}
