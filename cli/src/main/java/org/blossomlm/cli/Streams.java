package org.blossomlm.cli;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.blossomlm.cli.terminal.Output;

/**
 * The standard streams and which of them are a terminal. Input and output are UTF-8 whatever the
 * locale: ids, JSON and prompts are the same everywhere.
 */
record Streams(
    InputStream in,
    Output out,
    Output err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  /**
   * The launcher says which descriptors are terminals, e.g. {@code 012}; asking costs a native
   * call.
   */
  private static final String TERMINALS_PROPERTY = "blossom.terminals";

  static Streams ofProcess() {
    return new Streams(
        new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
        new Output(new FileOutputStream(FileDescriptor.out)),
        new Output(new FileOutputStream(FileDescriptor.err)),
        isTerminal(0),
        isTerminal(1),
        isTerminal(2));
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again where there is no terminal.
  private static boolean isTerminal(int descriptor) {
    String known = System.getProperty(TERMINALS_PROPERTY);
    if (known != null) {
      return known.indexOf('0' + descriptor) >= 0;
    }
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null && System.console().isTerminal();
    }
  }
}
