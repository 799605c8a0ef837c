package org.blossomlm.data.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.operator.NearestName;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of parameters where a recipe says <code>${name}</code>. A text that is nothing
 * else becomes the value itself, of its own kind; inside a longer text it becomes text. <code>$${
 * </code> is a plain <code>${</code>.
 */
final class ParameterValues {
  private static final Pattern REFERENCE = Pattern.compile("\\$(\\$)?\\{([^}]*)\\}");

  private final Map<String, RecipeNode> values;

  private ParameterValues(Map<String, RecipeNode> values) {
    this.values = values;
  }

  /**
   * @param declared the {@code parameters} of a recipe: names and defaults, null for one that must
   *     be given
   * @param given from the command line: texts, read as YAML values
   */
  static ParameterValues of(Optional<Located> declared, Map<String, String> given) {
    Map<String, RecipeNode> values = new LinkedHashMap<>();
    Map<String, Located> defaults = declared.map(Located::entries).orElse(Map.of());
    given.forEach((name, text) -> {
      if (!defaults.containsKey(name)) {
        throw new RecipeException(
            "-p %s: the recipe has no parameter \"%s\"; %sit has: %s"
                .formatted(
                    name,
                    name,
                    NearestName.of(name, defaults.keySet())
                        .map(near -> "did you mean \"" + near + "\"? ")
                        .orElse(""),
                    defaults.isEmpty() ? "none" : String.join(", ", defaults.keySet())));
      }
    });
    defaults.forEach((name, value) -> values.put(name, value(name, value, given.get(name))));
    return new ParameterValues(values);
  }

  private static RecipeNode value(String name, Located declared, @Nullable String given) {
    if (given != null) {
      // A parameter whose default is a text stays one: "-p version=1.10" is not 1.1.
      boolean text = declared.scalar() instanceof String;
      RecipeNode node =
          text || given.isEmpty()
              ? new RecipeNode.Scalar(new Place("-p " + name, 0, 0), Optional.of(given))
              : YamlTree.read(given, "-p " + name);
      Object wanted = declared.node().value();
      Object found = node.value();
      boolean fits =
          wanted == null
              || found != null && wanted.getClass() == found.getClass()
              || wanted instanceof Double && found instanceof Long;
      if (!fits) {
        throw new RecipeException(
            "-p %s: expected a value like the default %s, found \"%s\""
                .formatted(name, wanted, given));
      }
      return node;
    }
    if (declared.isNull()) {
      throw declared.keyError("has no default; give it with -p " + name + "=VALUE");
    }
    return declared.node();
  }

  /** Values by name, for the record of a run. */
  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    values.forEach((name, node) -> {
      Object value = node.value();
      map.put(name, value == null ? "" : value);
    });
    return map;
  }

  /** {@code tree} with all references replaced; everything keeps its place. */
  RecipeNode substitute(Located tree) {
    return switch (tree.node()) {
      case RecipeNode.Mapping mapping -> {
        Map<String, RecipeNode.Entry> entries = new LinkedHashMap<>();
        tree.entries()
            .forEach((name, value) ->
                entries.put(name, new RecipeNode.Entry(value.key(), substitute(value))));
        yield new RecipeNode.Mapping(mapping.place(), entries);
      }
      case RecipeNode.Sequence sequence -> {
        List<RecipeNode> items = tree.items().stream().map(this::substitute).toList();
        yield new RecipeNode.Sequence(sequence.place(), items);
      }
      case RecipeNode.Scalar scalar ->
          scalar.value() instanceof String text && text.contains("${")
              ? replaced(tree, text)
              : scalar;
    };
  }

  private RecipeNode replaced(Located where, String text) {
    Matcher matcher = REFERENCE.matcher(text);
    Place place = where.node().place();
    if (matcher.matches() && matcher.group(1) == null) {
      return RecipeNode.of(value(where, matcher.group(2)).value(), place);
    }
    matcher.reset();
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String replacement =
          matcher.group(1) != null
              ? "${" + matcher.group(2) + "}"
              : String.valueOf(value(where, matcher.group(2)).value());
      matcher.appendReplacement(result, Matcher.quoteReplacement(replacement));
    }
    matcher.appendTail(result);
    return new RecipeNode.Scalar(place, Optional.of(result.toString()));
  }

  private RecipeNode value(Located where, String name) {
    RecipeNode value = values.get(name);
    if (value == null) {
      throw where.unknown("parameter", name, values.keySet());
    }
    return value;
  }
}
