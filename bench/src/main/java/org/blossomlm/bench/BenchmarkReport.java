package org.blossomlm.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a run measured.
 *
 * @param kernels provider and width, e.g. {@code vector-256}
 * @param bandwidth the limit of decoding, measured in the same run with the same threads
 * @param arithmetic the limit of prompts, likewise
 */
public record BenchmarkReport(
    MachineDescription machine,
    ModelDescription model,
    String kernels,
    int threads,
    int repetitions,
    Start start,
    Memory memory,
    ReadBandwidth bandwidth,
    DotProductRate arithmetic,
    List<BenchmarkResult> results) {

  /**
   * From nothing to the first token, in seconds.
   *
   * @param startUp from the start of the virtual machine to that of loading
   * @param load of the model
   * @param firstToken of the first answer, from the request with a short prompt; the code that it
   *     runs is not compiled yet
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
   * @param cache keys and values, at most
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
    return result.bytesPerSecond() / bandwidth.bytesPerSecond();
  }

  /** Share of the machine's float32 arithmetic that a test reached. */
  public double arithmeticShare(BenchmarkResult result) {
    return result.operationsPerSecond() / arithmetic.operationsPerSecond();
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
