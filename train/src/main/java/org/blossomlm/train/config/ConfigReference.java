package org.blossomlm.train.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.train.config.ConfigKey.Kind;
import tools.jackson.databind.json.JsonMapper;

/** All keys for readers and editors: help, documentation and a JSON schema. */
public final class ConfigReference {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ConfigReference() {}

  /**
   * All keys that the command line takes, a line each with what they do below.
   *
   * @param chinese whether in Chinese
   */
  public static String help(boolean chinese) {
    StringBuilder text = new StringBuilder();
    for (ConfigKeys.Section section : ConfigKeys.sections()) {
      text.append(chinese ? section.chinese() : section.english()).append('\n');
      for (ConfigKey key : section.keys()) {
        if (key.path().contains("[]")) {
          continue;
        }
        text.append("  --").append(key.path()).append("  ").append(key.form());
        key.defaultValue()
            .ifPresent(value -> text.append(chinese ? "，默认 " : ", default ").append(value));
        text.append("\n      ").append(chinese ? key.chinese() : key.english()).append('\n');
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** {@code docs/train-config.md}, or its Chinese twin. */
  public static String markdown(boolean chinese) {
    StringBuilder text = new StringBuilder();
    text.append(chinese ? "# 训练配置的所有键\n\n" : "# Every key of a training configuration\n\n");
    text.append(
        chinese
            ? "由 `keys.txt` 生成。YAML 中以缩进表示层级；命令行上写作 `--键 值`，值按 YAML 读取，"
                + "并优先于文件。文件中的相对路径以配置文件所在目录为准，命令行上的以当前目录为准。\n"
            : "Made from `keys.txt`. YAML nests what is written with dots here; on the command line"
                + " each is `--key value`, read as YAML, and goes before the file. Paths in the file are"
                + " relative to it, those on the command line to where you are.\n");
    for (ConfigKeys.Section section : ConfigKeys.sections()) {
      text.append("\n## ")
          .append(chinese ? section.chinese() : section.english())
          .append(
              chinese
                  ? "\n\n| 键 | 取值 | 默认 | 说明 |\n"
                  : "\n\n| key | value | default | what it does |\n")
          .append("|---|---|---|---|\n");
      for (ConfigKey key : section.keys()) {
        String otherwise =
            key.required()
                ? (chinese ? "必填" : "required")
                : key.defaultValue().map(value -> "`" + value + "`").orElse("–");
        text.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    key.path(),
                    key.form().replace("|", "\\|"),
                    otherwise,
                    chinese ? key.chinese() : key.english()));
      }
    }
    return text.toString();
  }

  /** The JSON schema (draft 2020-12) of configurations, for completion and checks in editors. */
  public static String schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Blossom training run");
    schema.putAll(object(""));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
  }

  private static Map<String, Object> object(String prefix) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (String name : ConfigKeys.names(prefix)) {
      ConfigKey key = ConfigKeys.find(prefix + name).orElse(null);
      properties.put(name, key == null ? object(prefix + name + ".") : value(key));
      if (key != null && key.required()) {
        required.add(name);
      }
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("type", "object");
    object.put("additionalProperties", false);
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("properties", properties);
    return object;
  }

  private static Map<String, Object> value(ConfigKey key) {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("description", key.english());
    switch (key.kind()) {
      case TEXT, PATH -> value.put("type", List.of("string", "number", "boolean"));
      case TEXTS ->
          value.put(
              "anyOf",
              List.of(
                  Map.of("type", "string"),
                  Map.of("type", "array", "items", Map.of("type", "string"))));
      case MAP -> value.put("type", "object");
      case FLAG -> value.put("type", "boolean");
      case INTEGER, NUMBER -> {
        value.put("type", key.kind() == Kind.INTEGER ? "integer" : "number");
        key.range().ifPresent(range -> range(value, range));
      }
      case CHOICE ->
          value.put("enum", key.allowed().stream().map(ConfigReference::scalar).toList());
      case ITEMS -> {
        Map<String, Object> item = object(key.itemKeys());
        value.put(
            "anyOf",
            List.of(
                Map.of("type", "string"),
                Map.of(
                    "type",
                    "array",
                    "items",
                    Map.of("anyOf", List.of(Map.of("type", "string"), item)))));
      }
    }
    return value;
  }

  /** As YAML reads an allowed value. */
  private static Object scalar(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    return text.matches("\\d+") ? Integer.valueOf(text) : text;
  }

  private static void range(Map<String, Object> value, Interval range) {
    if (range.hasLow()) {
      value.put(range.lowIncluded() ? "minimum" : "exclusiveMinimum", range.low());
    }
    if (range.hasHigh()) {
      value.put(range.highIncluded() ? "maximum" : "exclusiveMaximum", range.high());
    }
  }
}
