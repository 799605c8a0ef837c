package org.blossomlm.data.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** A checked recipe as text again, with every default and parameter in its place. */
public final class RecipeText {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private RecipeText() {}

  /** The recipe as plain values, in the shape of its YAML form. */
  public static Map<String, Object> toMap(Recipe recipe) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", recipe.name());
    map.put("seed", recipe.seed());
    map.put("parameters", recipe.parameters());
    Map<String, Object> teachers = new LinkedHashMap<>();
    recipe.teachers().forEach(teacher -> teachers.put(teacher.name(), teacher.settings()));
    map.put("teachers", teachers);
    Map<String, Object> sources = new LinkedHashMap<>();
    recipe.sources().forEach(source -> sources.put(source.name(), source(source)));
    map.put("sources", sources);
    Map<String, Object> branches = new LinkedHashMap<>();
    recipe.branches().forEach(branch -> branches.put(branch.name(), branch(branch)));
    map.put("branches", branches);
    map.put("sinks", recipe.sinks().stream().map(RecipeText::sink).toList());
    return map;
  }

  public static String toYaml(Map<String, Object> map) {
    return YAML.writeValueAsString(map);
  }

  /** Reads what {@link #toYaml} wrote. */
  @SuppressWarnings("unchecked") // It wrote a map.
  public static Map<String, Object> fromYaml(String text) {
    return YAML.readValue(text, Map.class);
  }

  private static Map<String, Object> source(Recipe.Source source) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("files", source.files());
    source.format().ifPresent(format -> map.put("format", format));
    source.at().ifPresent(at -> map.put("at", at));
    source.limit().ifPresent(limit -> map.put("limit", limit));
    if (source.sample() < 1) {
      map.put("sample", source.sample());
    }
    if (!source.metadata().isEmpty()) {
      map.put("metadata", source.metadata());
    }
    return map;
  }

  private static Map<String, Object> branch(Recipe.Branch branch) {
    Map<String, Object> map = new LinkedHashMap<>();
    Map<String, Object> from = new LinkedHashMap<>();
    branch.from().forEach(input -> from.put(input.name(), input.sample()));
    map.put("from", from);
    putCondition(map, branch.when());
    List<Object> steps = new ArrayList<>();
    for (Recipe.Step step : branch.steps()) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put(step.spec().name(), step.arguments());
      item.put("name", step.name().substring(branch.name().length() + 1));
      putCondition(item, step.when());
      steps.add(item);
    }
    map.put("steps", steps);
    return map;
  }

  private static Map<String, Object> sink(Recipe.Sink sink) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("file", sink.file());
    map.put("from", sink.from());
    putCondition(map, sink.when());
    sink.format().ifPresent(format -> map.put("format", format));
    sink.shard().ifPresent(shard -> map.put("shard", shard));
    if (sink.lineage()) {
      map.put("lineage", true);
    }
    return map;
  }

  private static void putCondition(Map<String, Object> map, Condition condition) {
    if (!condition.isAlways()) {
      map.put("when", condition.metadata());
    }
  }

  /**
   * In what two plans differ, one text per value: {@code sources.a.limit: was 10, is 20}.
   *
   * @return empty if they are the same
   */
  public static List<String> differences(Map<String, Object> before, Map<String, Object> now) {
    Map<String, String> old = new LinkedHashMap<>();
    Map<String, String> current = new LinkedHashMap<>();
    flatten("", before, old);
    flatten("", now, current);
    var keys = new TreeSet<>(old.keySet());
    keys.addAll(current.keySet());
    List<String> differences = new ArrayList<>();
    for (String key : keys) {
      @Nullable String was = old.get(key);
      @Nullable String is = current.get(key);
      if (!Objects.equals(was, is)) {
        differences.add(
            "%s: was %s, is %s"
                .formatted(key, was == null ? "absent" : was, is == null ? "absent" : is));
      }
    }
    return differences;
  }

  private static void flatten(String path, @Nullable Object value, Map<String, String> leaves) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() ->
          map.forEach(
              (key, item) -> flatten(path.isEmpty() ? "" + key : path + "." + key, item, leaves));
      case List<?> list when !list.isEmpty() -> {
        for (int i = 0; i < list.size(); i++) {
          flatten(path + "[" + i + "]", list.get(i), leaves);
        }
      }
      case null, default -> leaves.put(path, String.valueOf(value));
    }
  }
}
