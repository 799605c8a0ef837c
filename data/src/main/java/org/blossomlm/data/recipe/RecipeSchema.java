package org.blossomlm.data.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON schema (draft 2020-12) of recipes, for completion and checks in editors. It is made from
 * the catalogue, so it knows exactly the operators that the program has.
 */
public final class RecipeSchema {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private RecipeSchema() {}

  public static String of(OperatorCatalog catalog) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Blossom data recipe");
    schema.putAll(
        object(
            List.of("name", "sources", "sinks"),
            fields(
                "name", text("Names the folder of its runs."),
                "seed", typed("integer", "Of everything random; same seed, same bytes."),
                "parameters",
                    open(
                        "Names and defaults; ${name} stands for the value, -p name=value sets it."),
                "teachers",
                    named(Map.of("type", List.of("object", "string")), "Models to ask, by name."),
                "sources", named(source(), "Where records come from, by name."),
                "branches", named(branch(), "Steps that records go through, by name."),
                "sinks", list(sink(), "Files that are written."),
                "card",
                    text("A Markdown file, relative to the recipe, that the card begins with."))));
    Map<String, Object> definitions = new LinkedHashMap<>();
    definitions.put("step", step(catalog));
    definitions.put("reference", reference());
    definitions.put("when", named(scalarOrList(), "Metadata that records must have."));
    schema.put("$defs", definitions);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
  }

  private static Map<String, Object> source() {
    Map<String, Object> object =
        object(
            List.of(),
            fields(
                "file", text("A path or glob, relative to the recipe."),
                "files", list(text("A path or glob."), "Several, read one after the other."),
                "format",
                    Map.of(
                        "description",
                        "How records are written in it; found out by default.",
                        "enum",
                        RecordFormat.names()),
                "at", text("Where the records are in a JSON document, e.g. /data/*."),
                "limit", orReference(typed("integer", "Records that are taken.")),
                "sample", orReference(typed("number", "Share that is taken, above 0, at most 1.")),
                "metadata", open("Entries that every record gets.")));
    return Map.of("anyOf", List.of(Map.of("type", "string"), object));
  }

  private static Map<String, Object> branch() {
    Map<String, Object> from =
        Map.of(
            "description",
            "Sources and branches, or shares of them by name.",
            "anyOf",
            List.of(
                Map.of("type", "string"),
                Map.of("type", "array", "items", Map.of("type", "string")),
                Map.of("type", "object")));
    return object(
        List.of("from"),
        fields(
            "from", from,
            "when", ref("when"),
            "steps", list(ref("step"), "Operators, one after the other.")));
  }

  private static Map<String, Object> sink() {
    return object(
        List.of("file", "from"),
        fields(
            "file", text("Relative to the folder of the run."),
            "from", described(scalarOrList(), "Branches or sources."),
            "when", ref("when"),
            "format",
                Map.of("description", "How records are written.", "enum", RecordFormat.names()),
            "shard", orReference(typed("integer", "Records per file.")),
            "lineage", orReference(typed("boolean", "Whether records say where they come from."))));
  }

  private static Map<String, Object> step(OperatorCatalog catalog) {
    List<Object> plain = new ArrayList<>();
    Map<String, Object> properties = new LinkedHashMap<>();
    for (OperatorSpec spec : catalog.all()) {
      List<String> required =
          spec.parameters().stream()
              .filter(parameter -> parameter.defaultValue().isEmpty() && !parameter.optional())
              .map(Parameter::name)
              .toList();
      if (required.isEmpty()) {
        plain.add(spec.name());
      }
      Map<String, Object> parameters = new LinkedHashMap<>();
      spec.parameters().forEach(parameter -> parameters.put(parameter.name(), schema(parameter)));
      Map<String, Object> arguments = described(object(required, parameters), spec.summary());
      if (required.isEmpty()) {
        arguments.put("type", List.of("object", "null"));
      }
      properties.put(spec.name(), arguments);
    }
    properties.put("name", text("Another name for the step; the operator's by default."));
    properties.put("when", ref("when"));
    Map<String, Object> object = object(List.of(), properties);
    object.put("minProperties", 1);
    object.put("maxProperties", 3);
    return Map.of("anyOf", List.of(Map.of("enum", plain), object));
  }

  private static Map<String, Object> schema(Parameter parameter) {
    Map<String, Object> schema =
        switch (parameter.kind()) {
          case TEXT, FILE, TEACHER, LOCAL_TEACHER -> typed("string", "");
          case INTEGER -> typed("integer", "");
          case NUMBER -> typed("number", "");
          case FLAG -> typed("boolean", "");
          case MAP -> typed("object", "");
          case CHOICE -> fields("enum", parameter.allowed());
          case TEXTS -> {
            Map<String, Object> item =
                parameter.allowed().isEmpty()
                    ? Map.of("type", "string")
                    : Map.of("enum", parameter.allowed());
            yield fields("anyOf", List.of(item, Map.of("type", "array", "items", item)));
          }
        };
    boolean text =
        switch (parameter.kind()) {
          case TEXT, FILE, TEACHER, LOCAL_TEACHER -> true;
          default -> false;
        };
    Map<String, Object> described =
        described(text ? schema : orReference(schema), parameter.summary());
    parameter.defaultValue().ifPresent(value -> described.put("default", value));
    return described;
  }

  /** What may stand in the place of any value. */
  private static Map<String, Object> reference() {
    return Map.of("type", "string", "pattern", "^\\$\\{[^}]*\\}$");
  }

  private static Map<String, Object> orReference(Map<String, Object> schema) {
    Map<String, Object> either = new LinkedHashMap<>();
    Map<String, Object> plain = new LinkedHashMap<>(schema);
    Object description = plain.remove("description");
    if (description != null) {
      either.put("description", description);
    }
    either.put("anyOf", List.of(plain, ref("reference")));
    return either;
  }

  private static Map<String, Object> ref(String name) {
    return Map.of("$ref", "#/$defs/" + name);
  }

  private static Map<String, Object> text(String description) {
    return typed(List.of("string", "number", "boolean"), description);
  }

  private static Map<String, Object> scalarOrList() {
    List<String> scalars = List.of("string", "number", "boolean", "null");
    return new LinkedHashMap<>(
        Map.of(
            "anyOf",
            List.of(
                Map.of("type", scalars),
                Map.of("type", "array", "items", Map.of("type", scalars)))));
  }

  private static Map<String, Object> typed(Object type, String description) {
    return described(fields("type", type), description);
  }

  private static Map<String, Object> open(String description) {
    return typed("object", description);
  }

  private static Map<String, Object> named(Map<String, Object> value, String description) {
    Map<String, Object> schema = typed("object", description);
    schema.put("additionalProperties", value);
    return schema;
  }

  private static Map<String, Object> list(Map<String, Object> item, String description) {
    Map<String, Object> schema = typed("array", description);
    schema.put("items", item);
    return schema;
  }

  private static Map<String, Object> object(List<String> required, Map<String, Object> properties) {
    Map<String, Object> schema = fields("type", "object");
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("properties", properties);
    return schema;
  }

  private static Map<String, Object> described(Map<String, Object> schema, String description) {
    Map<String, Object> described = new LinkedHashMap<>();
    if (!description.isEmpty()) {
      described.put("description", description);
    }
    described.putAll(schema);
    return described;
  }

  private static Map<String, Object> fields(Object... keysAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      fields.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return fields;
  }
}
