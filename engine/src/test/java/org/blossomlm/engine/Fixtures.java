package org.blossomlm.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The shared fixtures, which a plain clone does not have. */
final class Fixtures {
  private static final Path ROOT = Path.of(System.getProperty("blossom.fixtures", "fixtures"));

  private Fixtures() {}

  static boolean present() {
    return Files.isDirectory(ROOT);
  }

  /** A file or folder of the fixtures; the test is skipped where they are absent. */
  static Path path(String relative) {
    assumeTrue(present(), () -> "no fixtures at " + ROOT + " (-Dblossom.fixtures=FOLDER)");
    return ROOT.resolve(relative);
  }
}
