package org.blossomlm.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text file that a measurement reads. */
final class MeasuredText {
  private MeasuredText() {}

  /**
   * @throws CommandException if it is no UTF-8
   */
  static String read(Path path, Application application) throws IOException {
    try {
      return Files.readString(path);
    } catch (CharacterCodingException e) {
      throw CommandException.usage(path + ": " + application.text("error.not-utf8"));
    }
  }
}
