package org.blossomlm.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** What the machine offers: cores and memory. */
public final class Machine {
  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private Machine() {}

  /**
   * Cores that can work at the same time without sharing one: hardware threads of a core count
   * once. Never more than the JVM may use.
   */
  public static int physicalCores() {
    int logical = Runtime.getRuntime().availableProcessors();
    Set<String> cores = new HashSet<>();
    try (var cpus = Files.newDirectoryStream(CPUS, "cpu[0-9]*")) {
      for (Path cpu : cpus) {
        Path siblings = cpu.resolve("topology/thread_siblings_list");
        if (Files.isReadable(siblings)) {
          cores.add(Files.readString(siblings).strip());
        }
      }
    } catch (IOException e) {
      return logical; // Not Linux, or hidden: every logical processor counts.
    }
    return cores.isEmpty() ? logical : Math.min(logical, cores.size());
  }

  /** As the processor calls itself, where the system tells. */
  public static Optional<String> processorName() {
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.replaceFirst("^[^:]*:\\s*", ""));
    } catch (IOException e) {
      return Optional.empty(); // Not Linux.
    }
  }

  /** Bytes of main memory, as far as this process may use it (containers included). */
  public static long totalMemory() {
    return operatingSystem().getTotalMemorySize();
  }

  /** Bytes that can be had without swapping: free memory and caches that the system gives up. */
  public static long availableMemory() {
    long free = operatingSystem().getFreeMemorySize();
    return Math.min(totalMemory(), Math.max(free, linuxAvailable().orElse(totalMemory() * 3 / 4)));
  }

  private static OptionalLong linuxAvailable() {
    try {
      for (String line : Files.readAllLines(MEMINFO)) {
        if (line.startsWith("MemAvailable:")) {
          String kilobytes = line.replaceAll("\\D", "");
          return OptionalLong.of(Long.parseLong(kilobytes) * 1024);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty(); // Not Linux.
    }
    return OptionalLong.empty();
  }

  private static com.sun.management.OperatingSystemMXBean operatingSystem() {
    return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }
}
