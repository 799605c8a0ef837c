package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToLongFunction;

/** Asks whether a file will fit before it is written. */
record DiskSpace(ToLongFunction<Path> usable) {
  /** What the file system of a folder has left; everything where it does not say. */
  static final DiskSpace OF_FILE_SYSTEM = new DiskSpace(DiskSpace::usableOf);

  private static long usableOf(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      // The writing itself will say what is wrong with the folder.
      return Long.MAX_VALUE;
    }
  }

  /**
   * @param folder that the file is written in, or its nearest ancestor that exists
   * @throws ConversionException if {@code bytes} do not fit
   */
  void require(Path folder, long bytes) {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long left = usable.applyAsLong(existing);
    if (left < bytes) {
      throw new ConversionException(
          "%s: not enough space: %s needed, %s left; free some, write elsewhere with -o, or choose"
                  .formatted(folder, megabytes(bytes), megabytes(left))
              + " a smaller --type");
    }
  }

  private static String megabytes(long bytes) {
    return (bytes + 999_999) / 1_000_000 + " MB";
  }
}
