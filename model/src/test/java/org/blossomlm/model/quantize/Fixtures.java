package org.blossomlm.model.quantize;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The shared test data beside the project; tests skip where it is absent. */
final class Fixtures {
  private Fixtures() {}

  static Path require(String name) {
    Path path = Path.of(System.getProperty("blossom.fixtures", "absent"), name);
    assumeTrue(Files.exists(path), "skipped: the fixtures folder has no " + path);
    return path;
  }
}
