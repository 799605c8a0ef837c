package org.blossomlm.cli.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.blossomlm.model.files.AtomicFile;

/** Writes a file where a user wants it, so that its name never stands for half of it. */
public final class OutputFile {
  private static final int BUFFER_BYTES = 1 << 16;

  private OutputFile() {}

  /** Writes the contents. */
  @FunctionalInterface
  public interface Writer {
    void write(OutputStream stream) throws IOException;
  }

  /** A file cannot be begun or put in place; the cause says why. */
  private static final class NotWritten extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotWritten(String message) {
      super(message);
    }

    IOException reason() {
      return getCause() instanceof IOException cause ? cause : new IOException(getMessage(), this);
    }
  }

  /**
   * Calls {@code writer} with a temporary file beside {@code target}, or beside what it links to,
   * forces it to disk and moves it in place. If anything fails, or the program is stopped, {@code
   * target} is as it was.
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
    try (AtomicFile whole =
        AtomicFile.create(file, ByteBuffer.allocate(BUFFER_BYTES), NotWritten::new)) {
      writer.write(Channels.newOutputStream(whole));
      whole.force();
      whole.commit();
    } catch (NotWritten e) {
      throw e.reason();
    } catch (FileSystemException e) {
      throw e; // It names its file.
    } catch (IOException e) {
      throw new FileSystemException(target.toString(), null, String.valueOf(e.getMessage()));
    }
  }
}
