package org.blossomlm.data.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.NearestName;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator;

/** Checks the steps of branches and the arguments of their operators. */
final class StepChecker {
  /** What stands beside the operator in a step. */
  static final List<String> KEYS = List.of("name", "when");

  private final OperatorCatalog catalog;
  private final Path folder;
  private final Set<String> teachers;
  private final Set<String> localTeachers;

  /**
   * @param localTeachers those of {@code teachers} that are models of this machine
   */
  StepChecker(
      OperatorCatalog catalog, Path folder, Set<String> teachers, Set<String> localTeachers) {
    this.catalog = catalog;
    this.folder = folder;
    this.teachers = teachers;
    this.localTeachers = localTeachers;
  }

  /** The steps of one branch. */
  List<Recipe.Step> check(String branch, Located field) {
    List<Recipe.Step> steps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Located item : field.items()) {
      steps.add(step(branch, item, names));
    }
    return steps;
  }

  private Recipe.Step step(String branch, Located item, Set<String> names) {
    if (item.scalar() instanceof String operator) {
      OperatorSpec spec = spec(item, operator);
      return made(item, unusedName(branch, operator, names), spec, Map.of(), Condition.ALWAYS);
    }
    Map<String, Located> fields = item.entries();
    Optional<Map.Entry<String, Located>> found = Optional.empty();
    for (Map.Entry<String, Located> field : fields.entrySet()) {
      if (!KEYS.contains(field.getKey())) {
        if (found.isPresent()) {
          throw field
              .getValue()
              .keyError(
                  "a second operator beside %s in one step; begin a new step with \"- %s\""
                      .formatted(found.get().getKey(), field.getKey()));
        }
        found = Optional.of(field);
      }
    }
    if (found.isEmpty()) {
      throw item.keyError("names no operator");
    }
    String operator = found.get().getKey();
    Located arguments = found.get().getValue();
    OperatorSpec spec = spec(arguments, operator);
    String name;
    Located given = fields.get("name");
    if (given == null) {
      name = unusedName(branch, operator, names);
    } else {
      RecipeChecker.requireName(given, given.scalarText(), "name of a step");
      name = branch + "." + given.scalarText();
      if (!names.add(name)) {
        throw given.error("a step of this branch has this name already");
      }
    }
    return made(
        arguments,
        name,
        spec,
        arguments.isNull() ? Map.of() : arguments.entries(),
        RecipeChecker.condition(fields.get("when")));
  }

  private static String unusedName(String branch, String operator, Set<String> names) {
    String name = branch + "." + operator;
    for (int i = 2; !names.add(name); i++) {
      name = branch + "." + operator + "-" + i;
    }
    return name;
  }

  private OperatorSpec spec(Located where, String name) {
    return catalog
        .find(name)
        .orElseThrow(() -> {
          Collection<String> names = new ArrayList<>(catalog.names());
          return new RecipeException(
              where.key() + ": " + where.path() + ": " + unknown(name, names));
        });
  }

  private static String unknown(String name, Collection<String> names) {
    return "unknown operator \"%s\"%s"
        .formatted(
            name,
            NearestName.of(name, names)
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElse("; allowed: " + String.join(", ", names)));
  }

  private Recipe.Step made(
      Located where,
      String name,
      OperatorSpec spec,
      Map<String, Located> given,
      Condition condition) {
    Map<String, Object> arguments = arguments(where, spec, given);
    Recipe.Step step = new Recipe.Step(name, spec, arguments, folder, condition);
    boolean looksAtAll;
    try {
      looksAtAll = step.operator() instanceof SetOperator;
    } catch (DataException | IllegalArgumentException e) {
      throw new RecipeException(
          "%s: %s: %s".formatted(where.key(), where.path(), e.getMessage()), e);
    }
    if (looksAtAll && !condition.isAlways()) {
      throw where.keyError(
          spec.name() + " looks at all records together and takes no \"when\"; make a branch");
    }
    return step;
  }

  private Map<String, Object> arguments(
      Located where, OperatorSpec spec, Map<String, Located> given) {
    List<String> allowed = spec.parameters().stream().map(Parameter::name).toList();
    given.forEach((name, value) -> {
      if (!allowed.contains(name)) {
        throw new RecipeException(
            value.key()
                + ": "
                + value.path()
                + ": "
                + spec.name()
                + " has no parameter \""
                + name
                + "\""
                + NearestName.of(name, allowed)
                    .map(near -> "; did you mean \"" + near + "\"? ")
                    .orElse("; ")
                + (allowed.isEmpty() ? "it has none" : "allowed: " + String.join(", ", allowed)));
      }
    });
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (Parameter parameter : spec.parameters()) {
      Located value = given.get(parameter.name());
      if (value != null && !(value.isNull() && parameter.optional())) {
        arguments.put(parameter.name(), argument(parameter, value));
      } else if (parameter.defaultValue().isPresent()) {
        arguments.put(parameter.name(), defaultValue(parameter, where));
      } else if (!parameter.optional()) {
        throw where.keyError(
            "%s needs \"%s\": %s".formatted(spec.name(), parameter.name(), parameter.summary()));
      }
    }
    return arguments;
  }

  private Object defaultValue(Parameter parameter, Located where) {
    Object value = parameter.defaultValue().orElseThrow();
    // A default goes through the same door, so that its kind is right whatever the operator wrote.
    RecipeNode node = RecipeNode.of(value, where.node().place());
    return argument(
        parameter, new Located(where.path() + "." + parameter.name(), where.key(), node));
  }

  private Object argument(Parameter parameter, Located value) {
    return switch (parameter.kind()) {
      case TEXT -> value.scalarText();
      case FILE -> value.text();
      case INTEGER -> value.integer();
      case NUMBER -> value.number();
      case FLAG -> value.flag();
      case CHOICE -> {
        String choice = value.scalarText();
        if (!parameter.allowed().contains(choice)) {
          throw value.unknown("value", choice, parameter.allowed());
        }
        yield choice;
      }
      case TEXTS -> texts(parameter, value);
      case MAP -> {
        value.entries();
        yield Objects.requireNonNull(value.node().value());
      }
      case TEACHER -> teacher(value);
      case LOCAL_TEACHER -> {
        String teacher = teacher(value);
        if (!localTeachers.contains(teacher)) {
          throw value.error(
              ("teacher \"%s\" is a service, and this operator needs what only a model of this"
                      + " machine tells; give it a teacher with model: \"local:FILE.gguf\"%s")
                  .formatted(
                      teacher,
                      localTeachers.isEmpty()
                          ? ""
                          : ", such as " + String.join(", ", localTeachers)));
        }
        yield teacher;
      }
    };
  }

  private String teacher(Located value) {
    String teacher = value.scalarText();
    if (!teachers.contains(teacher)) {
      throw value.unknown("teacher", teacher, teachers);
    }
    return teacher;
  }

  /** A list of texts, of the allowed ones where the parameter names some. */
  private static List<String> texts(Parameter parameter, Located value) {
    List<String> texts = new ArrayList<>();
    for (Located item : value.itemsOrOne()) {
      String text = item.scalarText();
      if (!parameter.allowed().isEmpty() && !parameter.allowed().contains(text)) {
        throw item.unknown("value", text, parameter.allowed());
      }
      texts.add(text);
    }
    return texts;
  }
}
