package org.blossomlm.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 text to a stream, flushed at every call. Unlike {@link java.io.PrintStream} it does not
 * swallow errors: a full disk is an error, and a reader that went away ends the program.
 */
public final class Output {
  private final OutputStream stream;

  public Output(OutputStream stream) {
    this.stream = stream;
  }

  /**
   * @throws BrokenPipeException if nobody reads any more
   * @throws UncheckedIOException if the text cannot be written for another reason
   */
  public void print(String text) {
    if (text.isEmpty()) {
      return;
    }
    try {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
      stream.flush();
    } catch (IOException e) {
      if (isBrokenPipe(e)) {
        throw new BrokenPipeException(e);
      }
      throw new UncheckedIOException("standard output: " + e.getMessage(), e);
    }
  }

  public void println(String line) {
    print(line + "\n");
  }

  private static boolean isBrokenPipe(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Broken pipe") || message.contains("EPIPE");
  }

  /** The reader of our output, {@code head} for one, has closed it. */
  public static final class BrokenPipeException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    BrokenPipeException(IOException cause) {
      super(cause);
    }
  }
}
