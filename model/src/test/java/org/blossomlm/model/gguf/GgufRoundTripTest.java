package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.blossomlm.model.tensor.Tensor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read again, equal in every bit. */
class GgufRoundTripTest {
  private static final int MODELS = 300;

  @TempDir Path folder;

  private static void assertSameTensors(GgufFile actual, Map<String, Tensor> expected) {
    assertThat(actual.tensors().keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach((name, tensor) -> {
      Tensor read = actual.requireTensor(name);
      assertThat(read.type()).isEqualTo(tensor.type());
      assertThat(read.dimensions()).isEqualTo(tensor.dimensions());
      assertThat(read.data().mismatch(tensor.data())).isEqualTo(-1);
    });
  }

  private static void assertSameMetadata(GgufMetadata actual, GgufMetadata expected) {
    assertThat(actual.keys()).containsExactlyElementsOf(expected.keys());
    for (String key : expected.keys()) {
      assertThat(actual.value(key)).as(key).isEqualTo(expected.value(key));
    }
  }

  @Test
  @DisplayName("random metadata of all types and random tensors survive writing and reading")
  void roundTrip() {
    var seeds = new SplittableRandom();
    for (int i = 0; i < MODELS; i++) {
      long seed = seeds.nextLong();
      RandomModel model = RandomModel.of(seed);
      Path path = folder.resolve("model.gguf");
      try {
        model.writer().write(path);
        try (GgufFile file = GgufFile.open(path)) {
          assertThat(file.version()).isEqualTo(3);
          assertThat(file.fileBytes()).isEqualTo(Files.size(path));
          assertSameMetadata(file.metadata(), model.metadata());
          assertSameTensors(file, model.tensors());
        }
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  @DisplayName("a model split into parts is the same model")
  void splitRoundTrip() {
    var seeds = new SplittableRandom();
    for (int i = 0; i < MODELS / 5; i++) {
      long seed = seeds.nextLong();
      RandomModel model = RandomModel.of(seed);
      try {
        List<Path> parts = model.writer().writeSplit(folder.resolve("split-" + i), 2, 2_000);
        try (GgufFile file = GgufFile.open(parts.getFirst())) {
          GgufMetadata.Builder own = file.metadata().toBuilder();
          own.remove("split.no").remove("split.count").remove("split.tensors.count");
          assertSameMetadata(own.build(), model.metadata());
          assertSameTensors(file, model.tensors());
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  @DisplayName("a copy of a copy has the same bytes")
  void copyIsStable() throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      Path first = folder.resolve("first.gguf");
      Path second = folder.resolve("second.gguf");
      RandomModel.of(seed).writer().write(first);
      try (GgufFile file = GgufFile.open(first)) {
        var writer = new GgufWriter(file.metadata());
        file.tensors().values().forEach(writer::add);
        writer.write(second);
      }
      assertThat(Files.mismatch(first, second)).as("seed %d", seed).isEqualTo(-1);
    }
  }
}
