package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;
import org.blossomlm.cli.chat.Engine;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.StatusLine;

/**
 * What every command works with.
 *
 * @param home the user's home folder, as {@code HOME} says where it is set
 */
record Application(
    Streams streams, Messages messages, Engine engine, Map<String, String> environment, Path home) {

  static Application ofProcess() {
    Map<String, String> environment = System.getenv();
    return new Application(
        Streams.ofProcess(),
        Messages.in(Messages.localeOf(environment)),
        new LocalEngine(),
        environment,
        Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "."))));
  }

  String text(String key, Object... arguments) {
    return messages.text(key, arguments);
  }

  /** Whether a stream that is a terminal understands colours and cursor movement. */
  boolean terminalIsCapable() {
    return !environment.getOrDefault("TERM", "dumb").equals("dumb");
  }

  /** Columns of the terminal, which the launcher found out; 0 if it could not. */
  int columns() {
    return Integer.getInteger("blossom.columns", 0);
  }

  /** A line on standard error for what is going on; shown on terminals only. */
  StatusLine statusLine() {
    return statusLine(this::columns);
  }

  StatusLine statusLine(IntSupplier columns) {
    boolean shown = streams.errIsTerminal() && terminalIsCapable();
    return new StatusLine(streams.err(), shown, columns);
  }

  /** Whether answers may be coloured; see no-color.org. */
  boolean colours() {
    return terminalIsCapable() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }
}
