package org.blossomlm.data.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.blossomlm.data.DataException;

/** A list of people, one on each line. */
final class Personas {
  private static final long LARGEST = 64L << 20;

  private Personas() {}

  /**
   * Reads a list; blank lines and lines that begin with {@code #} are left out.
   *
   * @throws DataException if there is no such file, or nobody in it
   */
  static List<String> read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new DataException(file + " is larger than " + LARGEST + " bytes: split it");
      }
      List<String> personas =
          Files.readString(file, StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replace("\uFEFF", "").strip())
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .toList();
      if (personas.isEmpty()) {
        throw new DataException(file + " has no personas: write one on each line");
      }
      return personas;
    } catch (IOException e) {
      throw new DataException("cannot read personas from " + file + ": " + e, e);
    }
  }
}
