package org.blossomlm.cli.terminal;

import java.util.Set;
import java.util.function.IntSupplier;

/** Plain text whose long lines are broken between words. */
public final class WrappedText {
  private WrappedText() {}

  /**
   * Prints {@code text} and ends the line.
   *
   * @param columns the width of the terminal; 0 does not wrap
   */
  public static void print(String text, Output output, IntSupplier columns) {
    var writer = new StyledWriter(output, columns);
    for (String line : text.split("\n", -1)) {
      writer.text(line, Set.of());
      writer.newLine();
    }
  }
}
