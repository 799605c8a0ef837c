package org.blossomlm.cli.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text that a user wrote, in UTF-8. */
public final class TextFile {
  private TextFile() {}

  /** A file holds bytes that are not UTF-8. */
  public static final class NotUtf8Exception extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;

    NotUtf8Exception(Path file, CharacterCodingException cause) {
      super(file + ": not UTF-8", cause);
      this.file = file.toString();
    }

    public String file() {
      return file;
    }
  }

  /**
   * Reads a file.
   *
   * @throws NotUtf8Exception if its bytes are not UTF-8; nothing is replaced
   * @throws IOException if it cannot be read
   */
  public static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new NotUtf8Exception(file, e);
    }
  }
}
