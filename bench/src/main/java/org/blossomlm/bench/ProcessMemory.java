package org.blossomlm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What this process takes of the machine's memory. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /**
   * The most bytes that were resident at any time, pages of mapped files included ({@code VmHWM});
   * nothing where the system does not say.
   */
  static OptionalLong peak() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmHWM:")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty(); // Not Linux.
    }
    return OptionalLong.empty();
  }
}
