package org.blossomlm.bench;

import java.lang.management.ManagementFactory;
import org.blossomlm.engine.Machine;

/**
 * The machine that a measurement was made on.
 *
 * @param processor as the system names it; "unknown" where it does not
 * @param cores physical ones
 * @param memory bytes
 * @param system name, version and architecture
 * @param java version of the virtual machine
 * @param loadAverage programs that wanted a processor in the last minute: the higher it was before
 *     a measurement, the less that is worth; negative where it is not known
 */
public record MachineDescription(
    String processor, int cores, long memory, String system, String java, double loadAverage) {

  /** This machine, now. */
  public static MachineDescription here() {
    return new MachineDescription(
        Machine.processorName().orElse("unknown"),
        Machine.physicalCores(),
        Machine.totalMemory(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        Runtime.version() + " (" + System.getProperty("java.vm.name") + ")",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
