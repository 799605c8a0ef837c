package org.blossomlm.data.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.recipe.Recipe;
import tools.jackson.databind.json.JsonMapper;

/** {@code metrics.json}: what a run came to, for programs. */
final class RunMetrics {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private RunMetrics() {}

  static String toJson(Recipe recipe, RunResult result) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recipe", recipe.name());
    map.put("seed", recipe.seed());
    map.put("complete", result.complete());
    map.put("elapsed_ms", result.elapsed().toMillis());
    map.put("spent_usd", result.spent());
    map.put("failed", result.failed());
    if (result.unserved() > 0) {
      map.put("unserved", result.unserved());
    }
    List<Map<String, Object>> outputs =
        result.outputs().stream()
            .map(output -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("file", output.file().toString());
              output.records().ifPresent(records -> entry.put("records", records));
              return entry;
            })
            .toList();
    map.put("outputs", outputs);
    map.put("steps", result.steps().stream().map(Checkpoint::toMap).toList());
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(map) + "\n";
  }
}
