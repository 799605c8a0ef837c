package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * From where a run goes on.
 *
 * @param stage the one that is under way; all before it are done
 * @param position of its input
 * @param files the length in bytes of every file that counts; what is behind it does not
 * @param counts the records of the files of stages, by file
 * @param steps what each step has done, in the order of the plan
 * @param elapsed time that the run has taken
 * @param spent USD
 * @param complete whether nothing is left to do
 * @param again where the first record was about to be written that a teacher did not get to: a
 *     resumed run goes on from there
 */
record Checkpoint(
    int stage,
    Position position,
    Map<String, Long> files,
    Map<String, Long> counts,
    List<StepStatus> steps,
    Duration elapsed,
    BigDecimal spent,
    boolean complete,
    Optional<Checkpoint> again) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  Checkpoint {
    files = Map.copyOf(files);
    counts = Map.copyOf(counts);
    steps = List.copyOf(steps);
  }

  /** The same place, reached with what {@code later} has taken and spent. */
  Checkpoint costing(Checkpoint later) {
    return new Checkpoint(
        stage, position, files, counts, steps, later.elapsed, later.spent, complete, again);
  }

  String toJson() {
    return JSON.writeValueAsString(toMap());
  }

  private Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("stage", stage);
    map.put("part", position.part());
    map.put("at", position.at());
    map.put("taken", position.taken());
    map.put("files", new TreeMap<>(files));
    map.put("counts", new TreeMap<>(counts));
    map.put("steps", steps.stream().map(Checkpoint::toMap).toList());
    map.put("elapsed_ms", elapsed.toMillis());
    map.put("spent", spent);
    map.put("complete", complete);
    again.ifPresent(from -> map.put("again", from.toMap()));
    return map;
  }

  static Map<String, Object> toMap(StepStatus step) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", step.name());
    map.put("in", step.in());
    map.put("out", step.out());
    map.put("failed", step.failed());
    map.put("dropped", step.dropped());
    map.put("counts", step.counts());
    map.put("time_ms", step.time().toMillis());
    map.put("calls", step.calls());
    map.put("cached_calls", step.cachedCalls());
    map.put("prompt_tokens", step.promptTokens());
    map.put("completion_tokens", step.completionTokens());
    map.put("cost_usd", step.cost());
    return map;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws DataException if it is something else
   */
  static Checkpoint fromJson(String text, String file) {
    try {
      return of(JSON.readValue(text, Map.class));
    } catch (JacksonException | ClassCastException | IllegalArgumentException e) {
      throw new DataException(
          file + ": not a checkpoint of a run: " + e.getMessage() + "; begin again with --restart",
          e);
    }
  }

  private static Checkpoint of(Map<?, ?> map) {
    return new Checkpoint(
        (int) number(map, "stage"),
        new Position((int) number(map, "part"), number(map, "at"), number(map, "taken")),
        numbers(map, "files"),
        numbers(map, "counts"),
        Optional.ofNullable((@Nullable List<?>) map.get("steps")).orElse(List.of()).stream()
            .map(step -> step((Map<?, ?>) step))
            .toList(),
        Duration.ofMillis(number(map, "elapsed_ms")),
        decimal(map, "spent"),
        Boolean.TRUE.equals(map.get("complete")),
        map.get("again") instanceof Map<?, ?> again ? Optional.of(of(again)) : Optional.empty());
  }

  private static StepStatus step(Map<?, ?> map) {
    return new StepStatus(
        String.valueOf(map.get("name")),
        number(map, "in"),
        number(map, "out"),
        number(map, "failed"),
        numbers(map, "dropped"),
        numbers(map, "counts"),
        Duration.ofMillis(number(map, "time_ms")),
        number(map, "calls"),
        number(map, "cached_calls"),
        number(map, "prompt_tokens"),
        number(map, "completion_tokens"),
        decimal(map, "cost_usd"));
  }

  private static long number(Map<?, ?> map, String key) {
    if (map.get(key) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException("no number under " + key);
  }

  private static BigDecimal decimal(Map<?, ?> map, String key) {
    return new BigDecimal(String.valueOf(map.get(key)));
  }

  private static SortedMap<String, Long> numbers(Map<?, ?> map, String key) {
    SortedMap<String, Long> numbers = new TreeMap<>();
    if (map.get(key) instanceof Map<?, ?> inner) {
      inner.forEach(
          (name, value) -> numbers.put(String.valueOf(name), ((Number) value).longValue()));
    }
    return numbers;
  }
}
