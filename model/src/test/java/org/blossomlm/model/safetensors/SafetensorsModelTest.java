package org.blossomlm.model.safetensors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.blossomlm.model.files.MappedFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of one file and of several, written and read. */
class SafetensorsModelTest {
  @TempDir Path folder;

  private static SafetensorsWriter writer(Map<String, byte[]> tensors) {
    var writer = new SafetensorsWriter(Map.of());
    tensors.forEach((name, bytes) ->
        writer.add(
            name,
            SafetensorsType.U8,
            List.of((long) bytes.length),
            out -> {
              // In two pieces, as a converter does.
              out.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
              out.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
            }));
    return writer;
  }

  private static Map<String, byte[]> random(long seed, int count) {
    var random = new SplittableRandom(seed);
    Map<String, byte[]> tensors = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      var bytes = new byte[random.nextInt(0, 300)];
      random.nextBytes(bytes);
      tensors.put("layer." + i + ".权重", bytes);
    }
    return tensors;
  }

  private Map<String, byte[]> read() {
    try (SafetensorsModel model = SafetensorsModel.open(folder)) {
      Map<String, byte[]> read = new LinkedHashMap<>();
      model.tensors().forEach((name, tensor) -> read.put(name, tensor.data().toArray(JAVA_BYTE)));
      return read;
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> SafetensorsModel.open(folder))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContainingAll(parts);
    assertThat(MappedFile.mappedPaths()).noneMatch(path -> path.startsWith(folder));
  }

  @Test
  void what_is_written_is_read_whatever_the_size_of_shards() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      Map<String, byte[]> tensors = random(seed, 12);
      for (long limit : new long[] {1, 200, 700, Long.MAX_VALUE}) {
        List<Path> written = writer(tensors).writeModel(folder, limit);
        assertThat(read())
            .as("seed %d, limit %d", seed, limit)
            .containsExactlyInAnyOrderEntriesOf(tensors);
        for (Path file : written) {
          Files.delete(file);
        }
        assertThat(files()).isEmpty();
      }
    }
  }

  @Test
  void shards_are_named_and_indexed_as_transformers_does() throws IOException {
    Map<String, byte[]> tensors = Map.of("a", new byte[10]);
    writer(tensors)
        .add("b", SafetensorsType.F16, List.of(2L, 4L), out -> out.write(ByteBuffer.allocate(16)))
        .writeModel(folder, 20);
    assertThat(files())
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    assertThat(Files.readString(folder.resolve(SafetensorsModel.INDEX)))
        .contains("\"total_size\" : 26", "\"b\" : \"model-00002-of-00002.safetensors\"");
    try (SafetensorsFile shard =
        SafetensorsFile.open(folder.resolve("model-00002-of-00002.safetensors"))) {
      assertThat(shard.metadata()).containsEntry("format", "pt");
      assertThat(shard.tensors()).containsOnlyKeys("b");
    }
  }

  @Test
  void wide_types_come_first_so_that_all_are_aligned() {
    var writer = new SafetensorsWriter(Map.of());
    writer.add("odd", SafetensorsType.U8, List.of(3L), out -> out.write(ByteBuffer.allocate(3)));
    writer.add("wide", SafetensorsType.F64, List.of(1L), out -> out.write(ByteBuffer.allocate(8)));
    writer.add("half", SafetensorsType.BF16, List.of(1L), out -> out.write(ByteBuffer.allocate(2)));
    Path file = folder.resolve("x.safetensors");
    writer.write(file);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.tensors().keySet()).containsExactly("wide", "half", "odd");
      assertThat(read.requireTensor("wide").data().address() % 8).isZero();
    }
  }

  @Test
  void a_failure_leaves_nothing_behind() throws IOException {
    SafetensorsWriter broken =
        writer(random(1, 4))
            .add(
                "bad",
                SafetensorsType.U8,
                List.of(5L),
                out -> {
                  throw new IOException("No space left on device");
                });
    assertThatThrownBy(() -> broken.writeModel(folder, 200))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContainingAll("model-0000", "No space left on device");
    assertThat(files()).isEmpty();
    SafetensorsWriter lying =
        new SafetensorsWriter(Map.of())
            .add(
                "short", SafetensorsType.U8, List.of(5L), out -> out.write(ByteBuffer.allocate(4)));
    assertThatThrownBy(() -> lying.writeModel(folder, 200))
        .hasMessageContaining("short was given 4 bytes, its type and shape take 5");
    assertThat(files()).isEmpty();
  }

  @Test
  void weights_are_never_mixed_with_others() {
    writer(random(1, 2)).writeModel(folder, Long.MAX_VALUE);
    assertThatThrownBy(() -> writer(random(2, 9)).writeModel(folder, 1))
        .hasMessageContaining("has model.safetensors already");
  }

  @Test
  void names_are_unique_and_not_reserved() {
    var writer = writer(Map.of("a", new byte[0]));
    for (String name : List.of("a", "", "__metadata__")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.add(name, SafetensorsType.U8, List.of(), out -> {}));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.add("b", SafetensorsType.U8, List.of(-1L), out -> {}));
  }

  @Test
  void a_missing_shard_is_named() throws IOException {
    writer(random(3, 9)).writeModel(folder, 200);
    Files.delete(folder.resolve(files().get(1)));
    refused("index.json", "1 are not there", "model-00002-of-");
  }

  @Test
  void a_truncated_shard_is_named() throws IOException {
    writer(random(3, 9)).writeModel(folder, 200);
    Path shard = folder.resolve(files().getFirst());
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    refused(shard.toString(), "cut off");
  }

  @Test
  void index_and_shards_must_agree() throws IOException {
    writer(random(3, 9)).writeModel(folder, 200);
    Path index = folder.resolve(SafetensorsModel.INDEX);
    String text = Files.readString(index);
    Files.writeString(index, text.replace("layer.0.权重", "layer.99.权重"));
    refused("layer.0.权重", "does not list it");
    Files.writeString(
        index,
        text.replaceFirst(
                "\"layer\\.0", "\"more\" : \"model-00001-of-0000X.safetensors\", \"layer.0")
            .replace("0000X", files().getFirst().substring(15, 20)));
    refused("1 tensors that it lists are in no shard", "more");
    Files.writeString(index, text.replaceFirst("\"model-00001", "\"../model-00001"));
    refused("must be the name of a .safetensors file");
    Files.writeString(index, "{\"weight_map\":{}}");
    refused("weight_map must be an object");
    Files.writeString(index, "{");
    refused("is not JSON");
  }

  @Test
  void a_folder_without_safetensors_says_what_it_has() throws IOException {
    refused("has neither model.safetensors nor");
    Files.createFile(folder.resolve("pytorch_model-00001-of-00002.bin"));
    refused("pytorch_model-00001-of-00002.bin", "can run any code", "save_pretrained");
    Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
    refused("download the index");
  }
}
