package org.blossomlm.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.bench.MachineDescription;
import org.blossomlm.bench.ReadBandwidth;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.engine.Machine;
import org.blossomlm.engine.kernels.KernelProvider;
import picocli.CommandLine.Command;

/** Says what was found on this machine and what will be used. */
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
  private final Application application;

  DoctorCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    section("doctor.java", java());
    section("doctor.machine", machine());
    section("doctor.kernels", kernels());
    return ExitCode.OK.status();
  }

  private List<List<String>> java() {
    Runtime.Version version = Runtime.version();
    return List.of(
        row("doctor.version", version + " (" + System.getProperty("java.vm.name") + ")"),
        row("doctor.home", System.getProperty("java.home")),
        row("doctor.heap", gibibytes(Runtime.getRuntime().maxMemory())));
  }

  private List<List<String>> machine() {
    int cores = Machine.physicalCores();
    MachineDescription here = MachineDescription.here();
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("doctor.system", here.system()));
    rows.add(row("doctor.processor", here.processor()));
    rows.add(
        row(
            "doctor.cores",
            application.text(
                "doctor.cores-value", cores, Runtime.getRuntime().availableProcessors())));
    rows.add(
        row(
            "doctor.memory",
            application.text(
                "doctor.memory-value",
                gibibytes(Machine.totalMemory()),
                gibibytes(Machine.availableMemory()))));
    rows.add(row("doctor.bandwidth", bandwidth(cores)));
    return rows;
  }

  private String bandwidth(int threads) {
    try (StatusLine status = application.statusLine();
        var _ = status.tick(application.text("doctor.measuring"))) {
      ReadBandwidth measured = ReadBandwidth.measure(threads);
      return application.text(
          "doctor.bandwidth-value",
          measured.bytesPerSecond() / 1e9,
          measured.threads(),
          measured.bytes() >> 20);
    }
  }

  private List<List<String>> kernels() {
    List<List<String>> rows = new ArrayList<>();
    KernelProvider provider = KernelProvider.choose(Optional.empty());
    rows.add(row("doctor.chosen", provider.kernels().name()));
    for (KernelProvider.Refusal refusal : provider.refusals()) {
      rows.add(List.of(application.text("doctor.not-used", refusal.provider()), refusal.reason()));
    }
    return rows;
  }

  private List<String> row(String key, String value) {
    return List.of(application.text(key), value);
  }

  private void section(String key, List<List<String>> rows) {
    application
        .streams()
        .out()
        .print("  " + application.text(key) + "\n" + TextTable.format(rows) + "\n");
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / 0x1p30);
  }
}
