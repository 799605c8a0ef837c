package org.blossomlm.cli.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file so that its name never stands for half of it. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the contents. */
  @FunctionalInterface
  public interface Writer {
    void write(OutputStream stream) throws IOException;
  }

  /**
   * Calls {@code writer} with a temporary file beside {@code target}, forces it to disk and moves
   * it in place. If anything fails, or the program is stopped, {@code target} is as it was.
   */
  public static void write(Path target, Writer writer) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      // A device or a pipe, such as /dev/stdout, cannot be replaced; it is written through.
      try (OutputStream stream = Files.newOutputStream(target)) {
        writer.write(stream);
      }
      return;
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    Path file = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    Path temporary =
        file.resolveSibling(
            "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    Thread cleanUp = new Thread(() -> deleteQuietly(temporary));
    Runtime.getRuntime().addShutdownHook(cleanUp);
    try {
      try (FileChannel channel =
              FileChannel.open(
                  temporary,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          OutputStream stream = Channels.newOutputStream(channel)) {
        writer.write(stream);
        stream.flush();
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      throw e; // It names its file.
    } catch (IOException e) {
      throw new FileSystemException(target.toString(), null, String.valueOf(e.getMessage()));
    } finally {
      deleteQuietly(temporary);
      forget(cleanUp);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is being stopped and the hook runs: there is nothing left to do.
      System.getLogger("org.blossomlm.cli").log(System.Logger.Level.DEBUG, "{0}", e.toString());
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What is left is a hidden temporary file; the failure that led here is what counts.
      System.getLogger("org.blossomlm.cli").log(System.Logger.Level.DEBUG, "{0}", e.toString());
    }
  }
}
