package org.blossomlm.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.blossomlm.engine.kernels.KvType;

/**
 * What a run measured.
 *
 * @param limits of the machine, measured in the same run with the same threads
 */
public record BenchmarkReport(
    MachineDescription machine,
    ModelDescription model,
    Setup setup,
    Start start,
    Memory memory,
    Limits limits,
    List<BenchmarkResult> results) {

  /** Tokens of the first prompt after loading. */
  public static final int FIRST_PROMPT = 16;

  /**
   * How the model was run.
   *
   * @param kernels provider and width, e.g. {@code vector-256}
   * @param pack whether weights could be brought into the kernels' own order
   * @param repetitions of each test
   */
  public record Setup(String kernels, int threads, KvType kvType, boolean pack, int repetitions) {}

  /**
   * What the machine allows.
   *
   * @param bandwidth the limit of decoding
   * @param float32 arithmetic in registers, whatever the kernels do
   * @param products the limit of prompts: the kernels' own products on data in the caches
   */
  public record Limits(ReadBandwidth bandwidth, DotProductRate float32, ProductRate products) {}

  /**
   * From nothing to the first token, in seconds.
   *
   * @param startUp from the start of the virtual machine to that of loading
   * @param load of the model
   * @param firstToken of the first answer, from the request with a prompt of {@link #FIRST_PROMPT}
   *     tokens; the code that it runs is not compiled yet
   */
  public record Start(double startUp, double load, double firstToken) {
    public double total() {
      return startUp + load + firstToken;
    }
  }

  /**
   * Memory in bytes.
   *
   * @param peak most that was resident, the mapped model included; nothing where the system does
   *     not say
   * @param file the model
   * @param cache pages of keys and values, prefixes kept for later prompts included, at most
   */
  public record Memory(OptionalLong peak, long file, long cache) {
    /** What was resident beyond the model and its cache; negative if not all of the model was. */
    public OptionalLong beyond() {
      return peak.isPresent()
          ? OptionalLong.of(peak.getAsLong() - file - cache)
          : OptionalLong.empty();
    }
  }

  public BenchmarkReport {
    results = List.copyOf(results);
  }

  /** Share of the machine's read bandwidth that a test reached. */
  public double bandwidthShare(BenchmarkResult result) {
    return result.bytesPerSecond() / limits.bandwidth().bytesPerSecond();
  }

  /** Share of the speed that the kernels' products have on data in the caches. */
  public double productShare(BenchmarkResult result) {
    return result.operationsPerSecond() / limits.products().operationsPerSecond();
  }

  /**
   * As maps, lists, strings and numbers, to be written as JSON. Times are in seconds, sizes in
   * bytes, speeds per second; what is not known is left out. {@code docs/benchmarks.md} lists the
   * fields.
   */
  public Map<String, Object> toJson() {
    return ReportJson.of(this);
  }

  /** As tables and a few lines, to be kept with what they say of the machine. */
  public String toMarkdown() {
    return ReportTable.markdown(this);
  }
}
