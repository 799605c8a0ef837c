package org.blossomlm.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not GGUF is told apart, with the way on. */
class ForeignFormatTest {
  @TempDir Path folder;

  private static Arguments file(String explanation, GgufBytes bytes) {
    return Arguments.of(explanation, bytes);
  }

  private static GgufBytes ascii(String text) {
    return new GgufBytes().ascii(text);
  }

  static Stream<Arguments> files() {
    return Stream.of(
        file("the file is empty", new GgufBytes()),
        file("it is a safetensors file", new GgufBytes().u64(2).ascii("{}")),
        file("it is a zip archive, perhaps PyTorch", ascii("PK\3\4rest")),
        file("it is a Python pickle, perhaps PyTorch", new GgufBytes().u8(0x80).u8(2).u8('}')),
        file("it is a GGML model from before August 2023 (ggml)", ascii("lmggrest")),
        file("it is a GGML model from before August 2023 (ggjt)", ascii("tjggrest")),
        file("it is a GGML LoRA adapter", ascii("alggrest")),
        file("its magic is byte-swapped", ascii("FUGGrest")),
        file("it is a Git LFS pointer", ascii("version https://git-lfs.github.com/spec/v1\noid")),
        file("it is a web page", ascii("\n  <!DOCTYPE html><title>404")),
        file("it is a web page", ascii("<html lang=en>")),
        file("it is JSON text", ascii("{\"error\": \"Repository not found\"}")),
        file("it is compressed", new GgufBytes().u8(0x1f).u8(0x8b).u8(8)),
        file("the download has probably not finished", new GgufBytes().zeros(4096)),
        file("found the bytes 47 47 at the start", ascii("GG")),
        file(
            "found the bytes 61 6e 79 74 at the start, allowed are 47 47 55 46",
            ascii("anything")));
  }

  private static void assertRefused(Path path, String explanation) {
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> GgufFile.open(path).close())
        .withMessageStartingWith(path + ": ")
        .withMessageContaining(explanation);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void explainsWhatItIs(String explanation, GgufBytes bytes) {
    assertRefused(bytes.writeTo(folder.resolve("model.bin")), explanation);
  }

  @Test
  void missing() {
    assertRefused(folder.resolve("absent.gguf"), "there is no such file");
  }

  @Test
  void directory() {
    assertRefused(folder, "this is a directory; give the file of a model inside it");
  }

  @Test
  @DisplayName("a path that leads through a file")
  void throughFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatExceptionOfType(GgufException.class)
        .isThrownBy(() -> GgufFile.open(file.resolve("model.gguf")).close());
  }

  @Test
  @DisplayName("the first bytes of GGUF alone")
  void magicOnly() {
    Path path = ascii("GGUF").writeTo(folder.resolve("model.gguf"));
    assertRefused(path, "version: needs 4 more bytes at byte 4, but the file ends at byte 4");
    assertThat(path).hasSize(4);
  }
}
