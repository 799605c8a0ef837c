package org.blossomlm.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The fields of {@code docs/benchmarks.md}. */
final class ReportJson {
  private ReportJson() {}

  static Map<String, Object> of(BenchmarkReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("machine", machine(report.machine()));
    json.put("model", model(report.model()));
    json.put("kernels", report.setup().kernels());
    json.put("threads", report.setup().threads());
    json.put("kv_type", report.setup().kvType().id());
    json.put("pack", report.setup().pack());
    json.put("repetitions", report.setup().repetitions());
    json.put("start", start(report.start()));
    json.put("memory", memory(report.memory()));
    json.put("limits", limits(report.limits()));
    json.put("results", report.results().stream().map(result -> result(report, result)).toList());
    return json;
  }

  private static Map<String, Object> machine(MachineDescription machine) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("processor", machine.processor());
    json.put("cores", machine.cores());
    json.put("memory_bytes", machine.memory());
    json.put("system", machine.system());
    json.put("java", machine.java());
    if (machine.loadAverage() >= 0) {
      json.put("load_average", machine.loadAverage());
    }
    return json;
  }

  private static Map<String, Object> model(ModelDescription model) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", model.file());
    json.put("name", model.name());
    json.put("architecture", model.architecture());
    json.put("quantization", model.quantization());
    json.put("parameters", model.parameters());
    json.put("bytes", model.bytes());
    return json;
  }

  private static Map<String, Object> start(BenchmarkReport.Start start) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("start_up_seconds", start.startUp());
    json.put("load_seconds", start.load());
    json.put("first_prompt_tokens", BenchmarkReport.FIRST_PROMPT);
    json.put("first_token_seconds", start.firstToken());
    json.put("total_seconds", start.total());
    return json;
  }

  private static Map<String, Object> memory(BenchmarkReport.Memory memory) {
    Map<String, Object> json = new LinkedHashMap<>();
    memory.peak().ifPresent(bytes -> json.put("peak_bytes", bytes));
    json.put("model_bytes", memory.file());
    json.put("cache_bytes", memory.cache());
    memory.beyond().ifPresent(bytes -> json.put("other_bytes", bytes));
    return json;
  }

  private static Map<String, Object> limits(BenchmarkReport.Limits limits) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("read_bytes_per_second", limits.bandwidth().bytesPerSecond());
    json.put("product_operations_per_second", limits.products().operationsPerSecond());
    json.put("float32_operations_per_second", limits.float32().operationsPerSecond());
    return json;
  }

  private static Map<String, Object> result(BenchmarkReport report, BenchmarkResult result) {
    Sample speed = result.tokensPerSecond();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("test", result.name());
    json.put("kind", result.kind().name().toLowerCase(Locale.ROOT));
    json.put("tokens", result.tokens());
    json.put("depth", result.depth());
    json.put("sequences", result.sequences());
    json.put("seconds", result.seconds().values());
    json.put("tokens_per_second", speed.median());
    json.put("tokens_per_second_min", speed.min());
    json.put("tokens_per_second_max", speed.max());
    result.firstToken().ifPresent(first -> json.put("first_token_seconds", first.median()));
    json.put("bytes_per_second", result.bytesPerSecond());
    json.put("bandwidth_share", report.bandwidthShare(result));
    json.put("operations_per_second", result.operationsPerSecond());
    json.put("product_share", report.productShare(result));
    return json;
  }
}
