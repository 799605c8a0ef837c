package org.blossomlm.model.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Files of the shared test data; a test that needs one is skipped where it is absent. */
final class Fixtures {
  private Fixtures() {}

  static Path file(String name) {
    Path file = Path.of(System.getProperty("blossom.fixtures", "../shared/fixtures"), name);
    Assumptions.assumeTrue(Files.exists(file), () -> "the fixture " + file + " is not there");
    return file;
  }
}
