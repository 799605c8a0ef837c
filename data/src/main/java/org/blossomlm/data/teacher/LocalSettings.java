package org.blossomlm.data.teacher;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF model that Blossom's own engine runs.
 *
 * @param file {@code model: local:FILE}
 * @param parameters {@code parameters}: {@code temperature}, {@code top_k}, {@code max_tokens} ...
 * @param concurrency {@code concurrency}: answers made at the same time
 * @param contextLength {@code context_length} in tokens; 0 takes the engine's default
 * @param threads {@code threads}; 0 takes the number of physical cores
 */
public record LocalSettings(
    String name,
    Path file,
    Map<String, @Nullable Object> parameters,
    int concurrency,
    int contextLength,
    int threads)
    implements TeacherSettings {
  private static final int CONCURRENCY = 8;

  public LocalSettings {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  public static LocalSettings of(String name, Path file) {
    return new LocalSettings(name, file, Map.of(), CONCURRENCY, 0, 0);
  }

  static LocalSettings read(String name, Path file, SettingsReader fields) {
    return new LocalSettings(
        name,
        file,
        fields.map("parameters"),
        (int) fields.integer("concurrency", 1, 1024).orElse(CONCURRENCY),
        (int) fields.integer("context_length", 0, Integer.MAX_VALUE).orElse(0),
        (int) fields.integer("threads", 0, 1024).orElse(0));
  }
}
