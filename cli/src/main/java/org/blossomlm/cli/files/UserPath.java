package org.blossomlm.cli.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A path as a user writes it. */
public final class UserPath {
  private UserPath() {}

  /**
   * The path that {@code name} stands for. A leading {@code ~/} is the home folder: the shell
   * leaves it alone in places such as {@code --template=~/x}, and a chat has no shell.
   *
   * @throws InvalidPathException if no file can have this name
   */
  public static Path of(String name) {
    return name.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), name.substring(2))
        : Path.of(name);
  }
}
