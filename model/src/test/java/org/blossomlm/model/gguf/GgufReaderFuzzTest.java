package org.blossomlm.model.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.blossomlm.model.tensor.Tensor;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are a model or are refused with a {@link GgufException}.
 *
 * <p>As an ordinary test this runs the seeds and the numbered finds in the folder of test resources
 * named like this class. With {@code JAZZER_FUZZ=1} it looks for new ones.
 */
class GgufReaderFuzzTest {
  private static final Path NAME = Path.of("fuzzed.gguf");

  static Stream<byte[]> seeds() throws IOException {
    Path path = Files.createTempFile("seed", ".gguf");
    try {
      List<byte[]> seeds =
          LongStream.range(0, 12)
              .mapToObj(seed -> {
                RandomModel.of(seed).writer().write(path);
                try {
                  return Files.readAllBytes(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
              .toList();
      return seeds.stream();
    } finally {
      Files.delete(path);
    }
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "5m")
  void readsOrRefuses(byte[] bytes) {
    MemorySegment file = MemorySegment.ofArray(bytes).asReadOnly();
    GgufHeader header;
    try {
      header = GgufHeaderReader.read(NAME, file, GgufLimits.DEFAULT);
    } catch (GgufException e) {
      return;
    }
    EveryByte.read(header.values());
    for (TensorInfo info : header.tensors()) {
      MemorySegment data = file.asSlice(header.dataOffset() + info.offset(), info.bytes());
      EveryByte.read(new Tensor(info.name(), info.type(), info.dimensions(), data));
    }
  }
}
