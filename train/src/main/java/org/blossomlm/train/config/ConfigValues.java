package org.blossomlm.train.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.operator.NearestName;
import org.blossomlm.data.recipe.Located;
import org.blossomlm.data.recipe.Place;
import org.blossomlm.data.recipe.RecipeException;
import org.blossomlm.data.recipe.RecipeNode;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a configuration gives, checked one by one against {@link ConfigKeys}: each is
 * known, of its kind and in its range. What they mean together is for {@link TrainConfigReader}.
 */
final class ConfigValues {
  private final String prefix;
  private final Located root;
  private final Map<String, Located> given = new LinkedHashMap<>();

  /**
   * @param prefix of the declared paths of these keys: empty, or {@code data[].}
   */
  private ConfigValues(String prefix, Located root) {
    this.prefix = prefix;
    this.root = root;
    collect(prefix, root);
  }

  static ConfigValues of(RecipeNode tree) {
    return new ConfigValues("", Located.root(tree));
  }

  /**
   * {@code tree} with the value of a key of the command line in its place.
   *
   * @param value which knows that it comes from there
   */
  static RecipeNode with(RecipeNode tree, String path, RecipeNode value) {
    Map<String, RecipeNode.Entry> entries = new LinkedHashMap<>();
    if (tree instanceof RecipeNode.Mapping mapping) {
      entries.putAll(mapping.entries());
    }
    int dot = path.indexOf('.');
    String name = dot < 0 ? path : path.substring(0, dot);
    RecipeNode.Entry before = entries.get(name);
    RecipeNode below =
        before == null ? new RecipeNode.Mapping(value.place(), Map.of()) : before.value();
    RecipeNode changed = dot < 0 ? value : with(below, path.substring(dot + 1), value);
    Place key = before == null || dot < 0 ? value.place() : before.key();
    entries.put(name, new RecipeNode.Entry(key, changed));
    return new RecipeNode.Mapping(tree.place(), entries);
  }

  private void collect(String at, Located node) {
    if (!(node.node() instanceof RecipeNode.Mapping)) {
      throw node.error("expected keys and values: " + String.join(", ", ConfigKeys.names(at)));
    }
    node.entries()
        .forEach((name, value) -> {
          Optional<ConfigKey> key = ConfigKeys.find(at + name);
          if (key.isPresent()) {
            check(key.get(), value);
            given.put(at + name, value);
          } else if (!ConfigKeys.names(at + name + ".").isEmpty()) {
            collect(at + name + ".", value);
          } else {
            throw unknown(at, name, value);
          }
        });
  }

  private static RecipeException unknown(String at, String name, Located value) {
    String meant =
        NearestName.of(name, ConfigKeys.names(at))
            .or(() -> elsewhere(name))
            .map(near -> "did you mean \"" + near + "\"? ")
            .orElse("");
    return value.keyError(
        "unknown key; %sallowed here: %s"
            .formatted(meant, String.join(", ", ConfigKeys.names(at))));
  }

  /** A key of that name in another section. */
  private static Optional<String> elsewhere(String name) {
    return ConfigKeys.sections().stream()
        .flatMap(section -> section.keys().stream())
        .filter(key -> key.name().equals(name) || key.path().replace('.', '_').equals(name))
        .map(ConfigKey::path)
        .findFirst();
  }

  private static void check(ConfigKey key, Located value) {
    switch (key.kind()) {
      case TEXT, PATH -> {
        if (value.scalarText().isBlank()) {
          throw value.error("is empty");
        }
      }
      case TEXTS -> value.texts();
      case MAP -> value.entries();
      case FLAG -> value.flag();
      case INTEGER -> inRange(key, value, value.integer());
      case NUMBER -> inRange(key, value, value.number());
      case CHOICE -> {
        String text = value.scalarText();
        if (!key.allowed().contains(text)) {
          throw value.unknown("value", text, key.allowed());
        }
      }
      case ITEMS -> items(key, value);
    }
  }

  private static void inRange(ConfigKey key, Located value, double number) {
    Interval range = key.range().orElseThrow();
    if (!range.contains(number)) {
      throw value.error("found %s, allowed is %s".formatted(value.scalarText(), range.text()));
    }
  }

  /** A text stands for an item whose first key has that value. */
  private static List<ConfigValues> items(ConfigKey key, Located value) {
    List<ConfigValues> items = new ArrayList<>();
    for (Located item : value.itemsOrOne()) {
      if (item.node() instanceof RecipeNode.Scalar && !item.isNull()) {
        String first = ConfigKeys.names(key.itemKeys()).iterator().next();
        RecipeNode.Mapping single =
            new RecipeNode.Mapping(
                item.node().place(), Map.of(first, new RecipeNode.Entry(item.key(), item.node())));
        items.add(new ConfigValues(key.itemKeys(), new Located(item.path(), item.key(), single)));
      } else {
        items.add(new ConfigValues(key.itemKeys(), item));
      }
    }
    if (items.isEmpty()) {
      throw value.error("is an empty list");
    }
    for (ConfigValues each : items) {
      each.requireAll();
    }
    return items;
  }

  /** Sees that nothing that must be given is missing. */
  void requireAll() {
    for (ConfigKey key : ConfigKeys.below(prefix)) {
      if (key.required() && !given.containsKey(key.path())) {
        throw root.error(
            "%s is missing: %s".formatted(key.path().substring(prefix.length()), key.english()));
      }
    }
  }

  boolean has(String name) {
    return given.containsKey(prefix + name);
  }

  /** Whether any key is given that begins with {@code section} and a dot. */
  boolean hasSection(String section) {
    return given.keySet().stream().anyMatch(path -> path.startsWith(prefix + section + "."));
  }

  private @Nullable Located value(String name) {
    if (ConfigKeys.find(prefix + name).isEmpty()) {
      throw new IllegalArgumentException("no key " + prefix + name + " is declared");
    }
    return given.get(prefix + name);
  }

  private String defaultOf(String name) {
    return ConfigKeys.find(prefix + name)
        .flatMap(ConfigKey::defaultValue)
        .orElseThrow(() -> new IllegalArgumentException(prefix + name + " has no default"));
  }

  String text(String name) {
    Located value = value(name);
    return value == null ? defaultOf(name) : value.scalarText();
  }

  Optional<String> optionalText(String name) {
    return Optional.ofNullable(value(name)).map(Located::scalarText);
  }

  int integer(String name) {
    Located value = value(name);
    long number = value == null ? Long.parseLong(defaultOf(name)) : value.integer();
    if (number > Integer.MAX_VALUE) {
      throw error(name, "found " + number + ", at most " + Integer.MAX_VALUE + " is allowed");
    }
    return (int) number;
  }

  long longInteger(String name) {
    Located value = value(name);
    return value == null ? Long.parseLong(defaultOf(name)) : value.integer();
  }

  Optional<Long> optionalInteger(String name) {
    return Optional.ofNullable(value(name)).map(Located::integer);
  }

  double number(String name) {
    Located value = value(name);
    return value == null ? Double.parseDouble(defaultOf(name)) : value.number();
  }

  Optional<Double> optionalNumber(String name) {
    return Optional.ofNullable(value(name)).map(Located::number);
  }

  boolean flag(String name) {
    Located value = value(name);
    return value == null ? Boolean.parseBoolean(defaultOf(name)) : value.flag();
  }

  List<String> texts(String name) {
    Located value = value(name);
    if (value != null) {
      return value.texts();
    }
    return ConfigKeys.find(prefix + name)
        .flatMap(ConfigKey::defaultValue)
        .map(list -> List.of(list.split(",")))
        .orElse(List.of());
  }

  /** A constant of {@code type} by its name in lower case. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    return Enum.valueOf(type, text(name).toUpperCase(java.util.Locale.ROOT));
  }

  Map<String, @Nullable Object> map(String name) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    Located value = value(name);
    if (value != null) {
      value.entries().forEach((key, each) -> map.put(key, each.node().value()));
    }
    return map;
  }

  List<ConfigValues> items(String name) {
    Located value = value(name);
    return value == null ? List.of() : items(ConfigKeys.find(prefix + name).orElseThrow(), value);
  }

  /** An error about a key that is given, or about all of them if it is not. */
  RecipeException error(String name, String what) {
    Located value = given.get(prefix + name);
    return value == null ? root.error(name + ": " + what) : value.error(what);
  }
}
