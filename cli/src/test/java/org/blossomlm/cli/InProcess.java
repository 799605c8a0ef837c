package org.blossomlm.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;

/** The program in this process, with real engines; what it prints is kept. */
final class InProcess {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /**
   * Runs a command as at a terminal whose output goes to files.
   *
   * @param home where the program keeps its own files
   * @return the exit code
   */
  int run(Path home, Locale locale, Object... arguments) {
    out.reset();
    err.reset();
    var streams =
        new Streams(
            new ByteArrayInputStream(new byte[0]),
            new Output(out),
            new Output(err),
            true,
            false,
            false);
    return Main.run(
        new Application(streams, Messages.in(locale), new LocalEngine(), Map.of(), home),
        Stream.of(arguments).map(String::valueOf).toArray(String[]::new));
  }

  /** Standard output of the last run. */
  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Standard error of the last run. */
  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
