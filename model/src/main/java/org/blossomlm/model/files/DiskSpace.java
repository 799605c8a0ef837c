package org.blossomlm.model.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.blossomlm.model.ModelException;

/**
 * Asks whether something will fit before it is written.
 *
 * @param usable bytes that the file system of a folder has left
 */
public record DiskSpace(ToLongFunction<Path> usable) {
  /** What the file system of a folder has left; everything where it does not say. */
  public static final DiskSpace OF_FILE_SYSTEM = new DiskSpace(DiskSpace::usableOf);

  private static long usableOf(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      // The writing itself will say what is wrong with the folder.
      return Long.MAX_VALUE;
    }
  }

  /**
   * Refuses to begin what cannot be finished. What killed runs have left of {@code target} is
   * removed first, because it takes the space of what is to be written.
   *
   * @param target to be written; its folder, or the nearest ancestor that exists, is asked
   * @param wayOn what the user can do besides freeing some, e.g. "or write elsewhere"
   * @param failure makes the exception of the format from a message
   */
  public void require(
      Path target, long bytes, String wayOn, Function<String, ? extends ModelException> failure) {
    Partial.removeAbandoned(target);
    Path existing = target.toAbsolutePath().getParent();
    while (existing != null && existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null) {
      return;
    }
    long left = usable.applyAsLong(existing);
    if (left < bytes) {
      throw failure.apply(
          "%s: not enough space: %s needed, %s left; free some, %s"
              .formatted(target, megabytes(bytes), megabytes(left), wayOn));
    }
  }

  private static String megabytes(long bytes) {
    return (bytes + 999_999) / 1_000_000 + " MB";
  }
}
