package org.blossomlm.cli.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.blossomlm.cli.terminal.Messages;

/** Why a file could not be read or written, in words for the user. */
public final class FileFailure {
  private FileFailure() {}

  /** One line that names the file where the exception does. */
  public static String describe(IOException failure, Messages messages) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    return switch (failure) {
      case NoSuchFileException e -> messages.text("error.no-such-file", message);
      case NotDirectoryException e -> messages.text("error.no-such-folder", message);
      case AccessDeniedException e -> messages.text("error.not-readable", message);
      case TextFile.NotUtf8Exception e -> messages.text("error.file-not-utf8", e.file());
      case CharacterCodingException e -> messages.text("error.not-utf8");
      case FileSystemException e -> message;
      default -> messages.text("error.io", message.isEmpty() ? failure : message);
    };
  }
}
