package org.blossomlm.cli.chat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.blossomlm.cli.files.OutputFile;

/**
 * The messages a user entered, one a line, newest last, readable by the user alone. Newlines and
 * backslashes are escaped. Appending lets several chats share the file; it is cut when it is
 * opened.
 */
final class HistoryFile {
  private static final System.Logger LOGGER = System.getLogger(HistoryFile.class.getName());

  private final Path file;
  private final int limit;

  HistoryFile(Path file, int limit) {
    this.file = file;
    this.limit = limit;
  }

  /** The entries, oldest first; none if the file is not there or cannot be read. */
  List<String> load() {
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      if (lines.size() > limit) {
        lines = lines.subList(lines.size() - limit, lines.size());
        rewrite(lines);
      }
      return lines.stream().map(HistoryFile::unescape).toList();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "the history was not read", e);
      return List.of();
    }
  }

  void append(String entry) {
    try {
      create();
      Files.writeString(file, escape(entry) + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "the history was not written", e);
    }
  }

  private void rewrite(List<String> lines) throws IOException {
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    OutputFile.write(file, stream -> stream.write(bytes));
    restrict();
  }

  private void create() throws IOException {
    if (Files.exists(file)) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.createFile(file, ownerOnly());
  }

  private FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private void restrict() throws IOException {
    if (isPosix()) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  private boolean isPosix() {
    Set<String> views = file.getFileSystem().supportedFileAttributeViews();
    return views.contains("posix");
  }

  private static String escape(String entry) {
    return entry.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescape(String line) {
    StringBuilder entry = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        i++;
        entry.append(
            switch (line.charAt(i)) {
              case 'n' -> '\n';
              case 'r' -> '\r';
              default -> line.charAt(i);
            });
      } else {
        entry.append(c);
      }
    }
    return entry.toString();
  }
}
