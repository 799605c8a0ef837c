package org.blossomlm.cli;

import java.io.Writer;
import org.blossomlm.cli.terminal.Output;

/** An {@link Output} for libraries that want a {@link Writer}. */
final class OutputWriter extends Writer {
  private final Output output;

  OutputWriter(Output output) {
    this.output = output;
  }

  @Override
  public void write(char[] buffer, int offset, int length) {
    output.print(new String(buffer, offset, length));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
