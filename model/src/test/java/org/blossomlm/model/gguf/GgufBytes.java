package org.blossomlm.model.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lays down a file byte by byte, so that a test can write what no writer would. */
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Magic, version 3, and these counts. */
  static GgufBytes header(long tensors, long pairs) {
    return new GgufBytes().ascii("GGUF").u32(3).u64(tensors).u64(pairs);
  }

  GgufBytes u8(int value) {
    out.write(value);
    return this;
  }

  GgufBytes u16(int value) {
    return u8(value).u8(value >> 8);
  }

  GgufBytes u32(int value) {
    return u16(value).u16(value >> 16);
  }

  GgufBytes u64(long value) {
    return u32((int) value).u32((int) (value >> 32));
  }

  GgufBytes ascii(String text) {
    return raw(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  GgufBytes raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  GgufBytes zeros(int count) {
    return raw(new byte[count]);
  }

  GgufBytes string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return u64(utf8.length).raw(utf8);
  }

  /** A key and the number of a value's type; the value is to follow. */
  GgufBytes key(String key, int type) {
    return string(key).u32(type);
  }

  /** A whole tensor info. */
  GgufBytes tensor(String name, int type, long offset, long... dimensions) {
    string(name).u32(dimensions.length);
    for (long dimension : dimensions) {
      u64(dimension);
    }
    return u32(type).u64(offset);
  }

  /** Zeros up to a multiple of {@code alignment}. */
  GgufBytes align(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  Path writeTo(Path path) {
    try {
      return Files.write(path, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
