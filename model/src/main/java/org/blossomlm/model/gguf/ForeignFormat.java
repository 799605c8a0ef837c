package org.blossomlm.model.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Says what a file is that does not start with {@code GGUF}. People hand over many things as a
 * model; the first bytes tell most of them.
 */
final class ForeignFormat {
  private static final int SNIFFED_BYTES = 512;
  private static final String CONVERT = "convert it to GGUF first, or get the model's GGUF file";

  private ForeignFormat() {}

  /** Returns if {@code file} starts with GGUF's magic, and explains what it is otherwise. */
  static void check(Path path, MemorySegment file) {
    if (file.byteSize() >= 4 && file.get(LittleEndian.INT, 0) == GgufHeader.MAGIC) {
      return;
    }
    if (file.byteSize() == 0) {
      throw new GgufException(
          path + ": the file is empty; the download or copy that made it has failed");
    }
    byte[] start = file.asSlice(0, Math.min(SNIFFED_BYTES, file.byteSize())).toArray(JAVA_BYTE);
    throw new GgufException(path + ": not a GGUF file: " + explain(start, file.byteSize()));
  }

  private static String explain(byte[] start, long fileBytes) {
    String latin = new String(start, StandardCharsets.ISO_8859_1);
    String text = latin.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      return "it is a Git LFS pointer, which stands for the model;"
          + " fetch the file itself, e.g. with 'git lfs pull'";
    }
    if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
      return "it is a web page; the download has saved an error or login page instead of the model";
    }
    if (latin.startsWith("lmgg") || latin.startsWith("fmgg") || latin.startsWith("tjgg")) {
      return "it is a GGML model from before August 2023 ("
          + new StringBuilder(latin.substring(0, 4)).reverse()
          + "); that format is no longer read: get the model's GGUF file";
    }
    if (latin.startsWith("algg")) {
      return "it is a GGML LoRA adapter (ggla); adapters of that format are no longer read";
    }
    if (latin.startsWith("FUGG")) {
      return "its magic is byte-swapped; only little-endian files can be read";
    }
    if (latin.startsWith("PK\3\4")) {
      return "it is a zip archive, perhaps PyTorch weights (.bin, .pt, .pth); " + CONVERT;
    }
    if (start.length >= 2 && (start[0] & 0xFF) == 0x80 && start[1] >= 2 && start[1] <= 5) {
      return "it is a Python pickle, perhaps PyTorch weights (.bin, .pt, .pth); " + CONVERT;
    }
    if (isSafetensors(start, fileBytes)) {
      return "it is a safetensors file; " + CONVERT;
    }
    if (latin.startsWith("\u001f\u008b") || latin.startsWith("(\u00b5/\u00fd")) {
      return "it is compressed (gzip or zstd); unpack it first";
    }
    if (text.startsWith("{") || text.startsWith("[")) {
      return "it is JSON text, not weights; give the model's .gguf file";
    }
    if (isAll(start, (byte) 0)) {
      return "it starts with zeros; the download has probably not finished";
    }
    int shown = Math.min(4, start.length);
    return "found the bytes "
        + HexFormat.ofDelimiter(" ").formatHex(start, 0, shown)
        + " at the start, allowed are 47 47 55 46 (GGUF)";
  }

  /** A little-endian length of a JSON header, then the header. */
  private static boolean isSafetensors(byte[] start, long fileBytes) {
    if (start.length < 9 || start[8] != '{') {
      return false;
    }
    long headerBytes = MemorySegment.ofArray(start).get(LittleEndian.LONG, 0);
    return headerBytes > 0 && headerBytes <= fileBytes - 8;
  }

  private static boolean isAll(byte[] bytes, byte value) {
    for (byte b : bytes) {
      if (b != value) {
        return false;
      }
    }
    return true;
  }
}
