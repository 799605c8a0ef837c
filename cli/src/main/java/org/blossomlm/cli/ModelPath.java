package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.terminal.Messages;

/** Finds the file that a user named, or says which one may have been meant. */
final class ModelPath {
  private static final int SUGGESTIONS = 3;

  private ModelPath() {}

  /**
   * The file that {@code name} stands for.
   *
   * @throws CommandException if there is no such file
   */
  static Path resolve(String name, Messages messages) {
    Path path = path(name, messages);
    if (Files.isDirectory(path)) {
      throw CommandException.usage(
          messages.text("error.is-folder", name) + suggestions(path, "", messages));
    }
    if (!Files.exists(path)) {
      Path folder = path.toAbsolutePath().getParent();
      String near =
          folder == null ? "" : suggestions(folder, path.getFileName().toString(), messages);
      throw CommandException.usage(messages.text("error.no-such-file", name) + near);
    }
    if (!Files.isReadable(path)) {
      throw CommandException.usage(messages.text("error.not-readable", name));
    }
    return path;
  }

  private static Path path(String name, Messages messages) {
    try {
      return UserPath.of(name);
    } catch (InvalidPathException e) {
      throw CommandException.usage(messages.text("error.no-such-file", name));
    }
  }

  private static String suggestions(Path folder, String wanted, Messages messages) {
    List<String> near = near(folder, wanted);
    return near.isEmpty() ? "" : " " + messages.text("error.did-you-mean", String.join(", ", near));
  }

  private static List<String> near(Path folder, String wanted) {
    String ending = wanted.endsWith(".json") || wanted.endsWith(".jinja") ? "" : ".gguf";
    String lower = wanted.toLowerCase(Locale.ROOT);
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(file -> file.toLowerCase(Locale.ROOT).endsWith(ending))
          .filter(file -> wanted.isEmpty() || isNear(lower, file.toLowerCase(Locale.ROOT)))
          .sorted(
              Comparator.comparingInt((String file) -> distance(lower, file))
                  .thenComparing(Comparator.naturalOrder()))
          .limit(SUGGESTIONS)
          .map(file -> folder.resolve(file).toString())
          .map(ModelPath::relative)
          .toList();
    } catch (IOException e) {
      return List.of(); // There is no such folder either: nothing to suggest.
    }
  }

  private static boolean isNear(String wanted, String file) {
    return file.startsWith(wanted)
        || distance(wanted, file) <= Math.max(2, wanted.length() / 3)
        || distance(wanted + ".gguf", file) <= Math.max(2, wanted.length() / 3);
  }

  private static String relative(String absolute) {
    Path here = Path.of("").toAbsolutePath();
    Path path = Path.of(absolute);
    return path.isAbsolute() && path.startsWith(here) ? here.relativize(path).toString() : absolute;
  }

  /** Edit distance (Levenshtein 1966). */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
