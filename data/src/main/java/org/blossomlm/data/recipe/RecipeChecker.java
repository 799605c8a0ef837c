package org.blossomlm.data.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.teacher.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Turns the tree of a recipe into a {@link Recipe}, or says what is wrong and where. */
final class RecipeChecker {
  static final List<String> KEYS =
      List.of("name", "seed", "parameters", "teachers", "sources", "branches", "sinks", "card");
  static final List<String> SOURCE_KEYS =
      List.of("file", "files", "format", "at", "limit", "sample", "metadata");
  static final List<String> BRANCH_KEYS = List.of("from", "when", "steps");
  static final List<String> SINK_KEYS =
      List.of("file", "from", "when", "format", "shard", "lineage");

  /** Names become parts of file names. */
  static final String NAME = "[\\p{L}\\p{N}_-]+";

  private static final Pattern NAME_PATTERN = Pattern.compile(NAME);

  private final OperatorCatalog catalog;
  private final Path folder;

  RecipeChecker(OperatorCatalog catalog, Path folder) {
    this.catalog = catalog;
    this.folder = folder;
  }

  Recipe check(RecipeNode tree, Map<String, String> given) {
    Located written = Located.root(tree);
    Map<String, Located> raw = written.fields(KEYS);
    ParameterValues parameters =
        ParameterValues.of(Optional.ofNullable(raw.get("parameters")), given);
    Map<String, RecipeNode.Entry> filled = new LinkedHashMap<>();
    raw.forEach((key, value) ->
        filled.put(
            key,
            new RecipeNode.Entry(
                value.key(),
                key.equals("parameters") ? value.node() : parameters.substitute(value))));
    Located root = Located.root(new RecipeNode.Mapping(tree.place(), filled));
    Map<String, Located> fields = root.entries();

    String name = checkedName(required(root, fields, "name"), "name of the recipe");
    Located seed = fields.get("seed");
    List<Recipe.TeacherEntry> teachers = teachers(fields.get("teachers"));
    List<Recipe.Source> sources = sources(required(root, fields, "sources"));
    Set<String> sourceNames = new LinkedHashSet<>();
    sources.forEach(source -> sourceNames.add(source.name()));
    Set<String> teacherNames = new LinkedHashSet<>();
    Set<String> localTeachers = new LinkedHashSet<>();
    for (Recipe.TeacherEntry teacher : teachers) {
      teacherNames.add(teacher.name());
      if (String.valueOf(teacher.settings().get("model")).startsWith(TeacherSettings.LOCAL)) {
        localTeachers.add(teacher.name());
      }
    }
    List<Recipe.Branch> branches =
        fields.containsKey("branches")
            ? branches(
                Objects.requireNonNull(fields.get("branches")),
                sourceNames,
                new StepChecker(catalog, folder, teacherNames, localTeachers))
            : List.of();
    Set<String> origins = new LinkedHashSet<>(sourceNames);
    branches.forEach(branch -> origins.add(branch.name()));
    List<Recipe.Sink> sinks = sinks(required(root, fields, "sinks"), origins);
    return new Recipe(
        name,
        seed == null ? 0 : seed.integer(),
        folder,
        parameters.asMap(),
        teachers,
        sources,
        branches,
        sinks,
        Optional.ofNullable(fields.get("card")).map(Located::text));
  }

  private static Located required(Located parent, Map<String, Located> fields, String key) {
    Located field = fields.get(key);
    if (field == null) {
      throw parent.keyError("\"" + key + "\" is missing");
    }
    return field;
  }

  private static String checkedName(Located field, String what) {
    String name = field.scalarText();
    requireName(field, name, what);
    return name;
  }

  static void requireName(Located field, String name, String what) {
    if (!NAME_PATTERN.matcher(name).matches()) {
      throw field.keyError(
          "\"" + name + "\" cannot be the " + what + ": letters, digits, _ and - are allowed");
    }
  }

  private List<Recipe.TeacherEntry> teachers(@Nullable Located field) {
    List<Recipe.TeacherEntry> teachers = new ArrayList<>();
    if (field != null) {
      field
          .entries()
          .forEach((name, value) -> {
            requireName(value, name, "name of a teacher");
            Map<String, Object> settings = new LinkedHashMap<>();
            if (value.scalar() instanceof String model) {
              settings.put("model", model);
            } else {
              value.entries().forEach((key, setting) -> settings.put(key, setting.required()));
            }
            try {
              TeacherSettings.read(name, settings, folder);
            } catch (RecipeException e) {
              throw e;
            } catch (DataException e) {
              throw new RecipeException(value.key() + ": " + e.getMessage(), e);
            }
            teachers.add(new Recipe.TeacherEntry(name, settings));
          });
    }
    return teachers;
  }

  private static List<Recipe.Source> sources(Located field) {
    List<Recipe.Source> sources = new ArrayList<>();
    field
        .entries()
        .forEach((name, value) -> {
          requireName(value, name, "name of a source");
          sources.add(source(name, value));
        });
    if (sources.isEmpty()) {
      throw field.keyError("names no source");
    }
    return sources;
  }

  private static Recipe.Source source(String name, Located value) {
    if (value.scalar() instanceof String file) {
      return new Recipe.Source(
          name,
          List.of(file),
          Optional.empty(),
          Optional.empty(),
          OptionalLong.empty(),
          1,
          Map.of());
    }
    Map<String, Located> fields = value.fields(SOURCE_KEYS);
    Located files = fields.getOrDefault("files", fields.get("file"));
    if (files == null) {
      throw value.keyError("\"file\" is missing");
    }
    if (fields.containsKey("files") && fields.containsKey("file")) {
      throw value.keyError("has both \"file\" and \"files\"; one is allowed");
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    Located extra = fields.get("metadata");
    if (extra != null) {
      extra
          .entries()
          .forEach((key, entry) -> {
            metadata.put(key, entry.required());
          });
    }
    return new Recipe.Source(
        name,
        files.texts(),
        format(fields.get("format")),
        at(fields.get("at")),
        positive(fields.get("limit")),
        share(fields.get("sample")),
        metadata);
  }

  private static Optional<String> format(@Nullable Located field) {
    if (field == null) {
      return Optional.empty();
    }
    String format = field.text();
    if (!RecordFormat.names().contains(format)) {
      throw field.unknown("format", format, RecordFormat.names());
    }
    return Optional.of(format);
  }

  private static Optional<String> at(@Nullable Located field) {
    if (field == null) {
      return Optional.empty();
    }
    String at = field.text();
    if (!at.startsWith("/")) {
      throw field.error("a place in a JSON document begins with /, e.g. /data/*, found " + at);
    }
    return Optional.of(at);
  }

  private static double share(@Nullable Located field) {
    return field == null ? 1 : field.share();
  }

  private static OptionalLong positive(@Nullable Located field) {
    return field == null ? OptionalLong.empty() : OptionalLong.of(field.positive());
  }

  private static List<Recipe.Branch> branches(
      Located field, Set<String> sources, StepChecker steps) {
    Map<String, Located> written = field.entries();
    Set<String> known = new LinkedHashSet<>(sources);
    written.forEach((name, value) -> {
      requireName(value, name, "name of a branch");
      if (!known.add(name)) {
        throw value.keyError("a source has this name already");
      }
    });
    Map<String, Recipe.Branch> unordered = new LinkedHashMap<>();
    Map<String, Located> places = new LinkedHashMap<>();
    written.forEach((name, value) -> {
      Map<String, Located> fields = value.fields(BRANCH_KEYS);
      List<Recipe.Input> from = inputs(required(value, fields, "from"), known);
      Located list = fields.get("steps");
      unordered.put(
          name,
          new Recipe.Branch(
              name,
              from,
              condition(fields.get("when")),
              list == null ? List.of() : steps.check(name, list)));
      places.put(name, value);
    });
    Map<String, Recipe.Branch> ordered = new LinkedHashMap<>();
    for (String name : unordered.keySet()) {
      order(name, unordered, ordered, new LinkedHashSet<>(), places);
    }
    return List.copyOf(ordered.values());
  }

  /** Puts a branch behind all that it takes records from. */
  private static void order(
      String name,
      Map<String, Recipe.Branch> all,
      Map<String, Recipe.Branch> ordered,
      Set<String> above,
      Map<String, Located> places) {
    Recipe.Branch branch = all.get(name);
    if (branch == null || ordered.containsKey(name)) {
      return;
    }
    if (!above.add(name)) {
      throw Objects.requireNonNull(places.get(name))
          .keyError("takes records from itself: " + String.join(" ← ", above) + " ← " + name);
    }
    for (Recipe.Input input : branch.from()) {
      order(input.name(), all, ordered, above, places);
    }
    above.remove(name);
    ordered.put(name, branch);
  }

  private static List<Recipe.Input> inputs(Located field, Set<String> known) {
    List<Recipe.Input> inputs = new ArrayList<>();
    if (field.node() instanceof RecipeNode.Mapping) {
      field
          .entries()
          .forEach((name, share) -> {
            if (!known.contains(name)) {
              throw share.unknown("source or branch", name, known);
            }
            inputs.add(new Recipe.Input(name, share.share()));
          });
    } else {
      for (Located item : field.itemsOrOne()) {
        inputs.add(new Recipe.Input(knownName(item, known), 1));
      }
    }
    if (inputs.isEmpty()) {
      throw field.keyError("names no source or branch; allowed: " + String.join(", ", known));
    }
    return inputs;
  }

  private static String knownName(Located item, Set<String> known) {
    String name = item.scalarText();
    if (!known.contains(name)) {
      throw item.unknown("source or branch", name, known);
    }
    return name;
  }

  static Condition condition(@Nullable Located field) {
    if (field == null) {
      return Condition.ALWAYS;
    }
    Map<String, List<String>> metadata = new LinkedHashMap<>();
    field
        .entries()
        .forEach(
            (key, value) -> metadata.put(key, value.isNull() ? List.of("null") : value.texts()));
    return new Condition(metadata);
  }

  private static List<Recipe.Sink> sinks(Located field, Set<String> origins) {
    List<Recipe.Sink> sinks = new ArrayList<>();
    Set<String> files = new LinkedHashSet<>();
    for (Located item : field.items()) {
      Map<String, Located> fields = item.fields(SINK_KEYS);
      Located file = required(item, fields, "file");
      if (!files.add(file.scalarText())) {
        throw file.error("two sinks write this file");
      }
      List<String> from = new ArrayList<>();
      for (Located origin : required(item, fields, "from").itemsOrOne()) {
        from.add(knownName(origin, origins));
      }
      if (from.isEmpty()) {
        throw item.keyError("takes records from nowhere; allowed: " + String.join(", ", origins));
      }
      Located lineage = fields.get("lineage");
      sinks.add(
          new Recipe.Sink(
              file.scalarText(),
              from,
              condition(fields.get("when")),
              format(fields.get("format")),
              positive(fields.get("shard")),
              lineage != null && lineage.flag()));
    }
    if (sinks.isEmpty()) {
      throw field.keyError("names no sink");
    }
    return sinks;
  }
}
