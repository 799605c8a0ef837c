package org.blossomlm.model.safetensors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** Says what a file is that people hand over in place of safetensors. */
final class ForeignWeights {
  /** Why PyTorch checkpoints are refused, and what to do. */
  static final String PICKLE =
      "PyTorch checkpoints (.bin, .pt, .pth) are Python pickles, which can run any code while they"
          + " are read, so they are not opened here. Convert them on a machine where you trust the"
          + " file: load the model with transformers and call"
          + " model.save_pretrained(FOLDER, safe_serialization=True)";

  private static final int SNIFFED_BYTES = 64;

  private ForeignWeights() {}

  /** Throws if the first bytes are those of another known kind of file. */
  static void check(Path path, MemorySegment file) {
    byte[] start = file.asSlice(0, Math.min(SNIFFED_BYTES, file.byteSize())).toArray(JAVA_BYTE);
    if (looksRight(file)) {
      return;
    }
    String latin = new String(start, StandardCharsets.ISO_8859_1);
    String text = latin.strip().toLowerCase(Locale.ROOT);
    if (latin.startsWith("PK\3\4")
        || (start.length >= 2 && (start[0] & 0xFF) == 0x80 && start[1] >= 2 && start[1] <= 5)) {
      throw new SafetensorsException(path + ": not a safetensors file. " + PICKLE);
    }
    if (latin.startsWith("GGUF")) {
      throw new SafetensorsException(path + ": it is a GGUF file, not safetensors");
    }
    if (text.startsWith("version https://git-lfs")) {
      throw new SafetensorsException(
          path
              + ": it is a Git LFS pointer, which stands for the weights;"
              + " fetch the file itself, e.g. with 'git lfs pull'");
    }
    if (text.startsWith("<!doctype") || text.startsWith("<html")) {
      throw new SafetensorsException(
          path + ": it is a web page; the download has saved an error page instead of the weights");
    }
  }

  /**
   * A small number and a brace. Asked first, because the bytes of the number may be those with
   * which other formats begin.
   */
  private static boolean looksRight(MemorySegment file) {
    if (file.byteSize() <= SafetensorsHeader.LENGTH_BYTES
        || file.get(JAVA_BYTE, SafetensorsHeader.LENGTH_BYTES) != '{') {
      return false;
    }
    long length = file.get(SafetensorsHeader.LONG, 0);
    return length > 0 && length <= SafetensorsLimits.DEFAULT.maxHeaderBytes();
  }
}
