package org.blossomlm.data.teacher;

import java.nio.file.Path;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/** What a recipe says about one teacher. */
public sealed interface TeacherSettings permits ServiceSettings, LocalSettings {
  /** How models of this machine begin. */
  String LOCAL = "local:";

  /** As the recipe calls it. */
  String name();

  /** Of the model; what a request asks for goes before them. */
  Map<String, @Nullable Object> parameters();

  /**
   * Reads parsed YAML or JSON: an object with {@code model}, and the keys that {@link
   * ServiceSettings} or, where the model is {@code local:PATH}, {@link LocalSettings} describe.
   * Text alone is the model.
   *
   * @param folder against which the path of a local model is resolved
   * @throws DataException naming the key, what was found and what is allowed
   */
  static TeacherSettings read(String name, Object value, Path folder) {
    SettingsReader fields =
        SettingsReader.of(
            "teachers." + name, value instanceof String model ? Map.of("model", model) : value);
    String model =
        fields
            .text("model")
            .orElseThrow(
                () -> fields.wrong("model", "the name of a model of a service, or local:PATH"));
    TeacherSettings settings =
        model.startsWith(LOCAL)
            ? LocalSettings.read(
                name, folder.resolve(model.substring(LOCAL.length()).strip()), fields)
            : ServiceSettings.read(name, model, fields);
    fields.finish();
    return settings;
  }
}
