package org.blossomlm.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * Takes the JVM's line {@code WARNING: Using incubator modules: jdk.incubator.vector} off a
 * terminal. There is no option that keeps the JVM from printing it. It is always the last line
 * before {@code main}, so going up one line and erasing it removes that line and nothing else; the
 * launcher asks for this only if standard error is a terminal that is wide enough to hold the
 * warning in one line. In a file or pipe the warning stays.
 */
final class IncubatorWarning {
  private static final String PROPERTY = "blossom.eraseIncubatorWarning";

  private IncubatorWarning() {}

  static void erase() {
    if (Boolean.getBoolean(PROPERTY)
        && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
      err.print("\033[1A\r\033[2K");
      err.flush();
    }
  }
}
