package org.blossomlm.data.card;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.run.RunFiles;
import org.jspecify.annotations.Nullable;

/** The plan and the metrics of a run, as far as a card needs them. */
record RunPlan(RunFiles run) {
  /**
   * A step.
   *
   * @param arguments of the operator
   * @param metrics counts; empty where the step has none
   */
  record Step(String name, String operator, Map<?, ?> arguments, Map<?, ?> metrics) {
    long count(String key) {
      return metrics.get(key) instanceof Number number ? number.longValue() : 0;
    }

    long dropped() {
      return sum(metrics.get("dropped"));
    }

    private static long sum(@Nullable Object counts) {
      return counts instanceof Map<?, ?> map
          ? map.values().stream()
              .filter(Number.class::isInstance)
              .mapToLong(value -> ((Number) value).longValue())
              .sum()
          : 0;
    }

    /** What the operator counted. */
    Map<?, ?> counts() {
      return metrics.get("counts") instanceof Map<?, ?> map ? map : Map.of();
    }
  }

  String name() {
    return String.valueOf(run.plan().get("name"));
  }

  String seed() {
    return String.valueOf(run.plan().get("seed"));
  }

  Map<String, Object> map(String key) {
    return map(run.plan(), key);
  }

  static Map<String, Object> map(Map<?, ?> from, String key) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (from.get(key) instanceof Map<?, ?> found) {
      found.forEach((name, value) -> map.put(String.valueOf(name), value == null ? "" : value));
    }
    return map;
  }

  static List<String> texts(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : value == null ? List.of() : List.of(String.valueOf(value));
  }

  /** All steps in order. */
  List<Step> steps() {
    Map<String, Map<?, ?>> metrics = new LinkedHashMap<>();
    if (run.metrics().get("steps") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> step) {
          metrics.put(String.valueOf(step.get("name")), step);
        }
      }
    }
    List<Step> steps = new ArrayList<>();
    map("branches")
        .forEach((branch, value) -> {
          if (value instanceof Map<?, ?> map && map.get("steps") instanceof List<?> list) {
            list.forEach(item -> step(branch, item, metrics).ifPresent(steps::add));
          }
        });
    return steps;
  }

  private static Optional<Step> step(
      String branch, @Nullable Object item, Map<String, Map<?, ?>> metrics) {
    if (!(item instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    String name = branch + "." + map.get("name");
    return map.entrySet().stream()
        .filter(entry -> !entry.getKey().equals("name") && !entry.getKey().equals("when"))
        .findFirst()
        .map(entry ->
            new Step(
                name,
                String.valueOf(entry.getKey()),
                entry.getValue() instanceof Map<?, ?> arguments ? arguments : Map.of(),
                metrics.getOrDefault(name, Map.of())));
  }
}
