package org.blossomlm.data.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.run.SmallOperators;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An error in a recipe names file, line, column, key, and what was meant")
class RecipeErrorsTest {
  private static final String GOOD =
      """
      name: good
      seed: 1
      parameters:
        most: 20
        model: small
      teachers:
        writer: {model: "${model}"}
      sources:
        a: {file: a.jsonl, limit: 5}
      branches:
        b:
          from: a
          steps:
            - shout
            - length_filter:
                max: ${most}
              name: short
            - ask: {teacher: writer, temperature: 1}
        c:
          from: [a, b]
          steps:
            - unique
      sinks:
        - file: out.jsonl
          from: c
      """;

  private static Recipe parse(String text, Map<String, String> parameters) {
    return RecipeFile.parse(
        text, "r.yaml", Path.of("folder"), parameters, SmallOperators.catalog());
  }

  @Test
  void the_recipe_that_the_errors_are_made_from_is_good() {
    Recipe recipe = parse(GOOD, Map.of());
    assertThat(recipe.branches()).extracting(Recipe.Branch::name).containsExactly("b", "c");
    assertThat(recipe.branches().getFirst().steps())
        .extracting(Recipe.Step::name)
        .containsExactly("b.shout", "b.short", "b.ask");
  }

  @ParameterizedTest(name = "{0} → {1}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          seed: 1             | sed: 1              | r.yaml:2:1: sed: unknown key "sed"; did you mean "seed"? allowed: name, seed, parameters, teachers, sources, branches, sinks
          seed: 1             | seed: one           | r.yaml:2:7: seed: expected a whole number, found "one"
          seed: 1             | seed: 1.5           | r.yaml:2:7: seed: expected a whole number, found 1.5
          name: good          | name: a/b           | r.yaml:1:1: name: "a/b" cannot be the name of the recipe: letters, digits, _ and - are allowed
          name: good          | nam: good           | r.yaml:1:1: nam: unknown key "nam"; did you mean "name"?
          name: good          | # nothing           | r.yaml:2:1: "name" is missing
          limit: 5            | limt: 5             | r.yaml:9:22: sources.a.limt: unknown key "limt"; did you mean "limit"? allowed: file, files,
          limit: 5            | limit: 0            | r.yaml:9:29: sources.a.limit: expected a whole number of at least 1, found 0
          limit: 5            | sample: 1.5         | r.yaml:9:30: sources.a.sample: expected a share above 0 and at most 1, found 1.5
          limit: 5            | file: b             | r.yaml:9:22: file is given twice, first in line 9
          limit: 5            | files: [b]          | r.yaml:9:3: sources.a: has both "file" and "files"; one is allowed
          - shout             | - shuot             | r.yaml:14:9: branches.b.steps[0]: unknown operator "shuot"; did you mean "shout"?
          - shout             | - zzz               | unknown operator "zzz"; allowed: ask, dice, fail_on, length_filter, overflow_on, shout, shuffle, slowly, twice, unique
          - shout             | - shout: {mrak: x}  | r.yaml:14:17: branches.b.steps[0].shout.mrak: shout has no parameter "mrak"; did you mean "mark"? allowed: mark, place
          - shout             | - dice: {x: 1}      | branches.b.steps[0].dice.x: dice has no parameter "x"; it has none
          - shout             | - shout: {place: beginning} | r.yaml:14:24: branches.b.steps[0].shout.place: unknown value "beginning"; allowed: end, both
          - shout             | - shout: [x]        | r.yaml:14:16: branches.b.steps[0].shout: expected keys and values, found a list
          - shout             | - 17                | branches.b.steps[0]: expected keys and values, found 17
          - shout             | - {}                | branches.b.steps[0]: names no operator
          - shout             | - {shout: {}, dice: {}} | r.yaml:14:21: branches.b.steps[0].dice: a second operator beside shout in one step; begin a new step with "- dice"
          max: ${most}        | max: lots           | r.yaml:16:16: branches.b.steps[1].length_filter.max: expected a whole number, found "lots"
          max: ${most}        | max: 0              | r.yaml:15:9: branches.b.steps[1].length_filter: max: found 0, allowed are 1 and more
          max: ${most}        | max: ${mots}        | r.yaml:16:16: branches.b.steps[1].length_filter.max: unknown parameter "mots"; did you mean "most"? allowed: most, model
          max: ${most}        | maximum: 3          | length_filter has no parameter "maximum"; did you mean "max"?
          name: short         | name: shout         | r.yaml:17:15: branches.b.steps[1].name: a step of this branch has this name already
          name: short         | when: 3             | r.yaml:17:15: branches.b.steps[1].when: expected keys and values, found 3
          teacher: writer     | teacher: writr      | r.yaml:18:24: branches.b.steps[2].ask.teacher: unknown teacher "writr"; did you mean "writer"? allowed: writer
          temperature: 1      | temperature: hot    | branches.b.steps[2].ask.temperature: expected a number, found "hot"
          temperature: 1      | again: maybe        | branches.b.steps[2].ask.again: expected true or false, found "maybe"
          teacher: writer,    | again: true,        | r.yaml:18:9: branches.b.steps[2].ask: ask needs "teacher": who is asked
          from: [a, b]        | from: [a, d]        | r.yaml:20:15: branches.c.from[1]: unknown source or branch "d"; did you mean "a"? allowed: a, b, c
          from: [a, b]        | from: {a: 2}        | r.yaml:20:15: branches.c.from.a: expected a share above 0 and at most 1, found 2.0
          from: [a, b]        | from: c             | r.yaml:19:3: branches.c: takes records from itself: c ← c
          from: [a, b]        | from: []            | branches.c.from: names no source or branch; allowed: a, b, c
          from: [a, b]        | when: {x: 1}        | r.yaml:19:3: branches.c: "from" is missing
          - unique            | - {unique: {}, when: {x: 1}} | r.yaml:22:10: branches.c.steps[0].unique: unique looks at all records together and takes no "when"; make a branch
          file: out.jsonl     | fiel: out.jsonl     | r.yaml:24:5: sinks[0].fiel: unknown key "fiel"; did you mean "file"?
          from: c             | from: a             | -
          from: c             | form: c             | sinks[0].form: unknown key "form"; did you mean "from"?
          sinks:              | sink:               | r.yaml:23:1: sink: unknown key "sink"; did you mean "sinks"?
          - file: out.jsonl   | - {file: out.jsonl, from: a}@- file: out.jsonl | r.yaml:25:11: sinks[1].file: two sinks write this file
          model: small        | model:              | r.yaml:5:3: parameters.model: has no default; give it with -p model=VALUE
          name: good          | name: [good         | not YAML: expected ',' or ']'
          name: good          | name: !!binary x    | -
          """)
  void table(String good, String bad, String message) {
    assertThat(GOOD).contains(good);
    String text =
        GOOD.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad.replace("@", "\n  ")));
    if (message.equals("-")) {
      assertThat(parse(text, Map.of()).name()).isNotEmpty();
      return;
    }
    assertThatThrownBy(() -> parse(text, Map.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(message)
        .hasMessageStartingWith("r.yaml:");
  }

  @ParameterizedTest(name = "-p {0}={1} → {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mots | 1    | -p mots: the recipe has no parameter "mots"; did you mean "most"? it has: most, model
          most | lots | -p most: expected a value like the default 20, found "lots"
          most | 1.5  | -p most: expected a value like the default 20, found "1.5"
          """)
  void of_the_command_line(String name, String value, String message) {
    assertThatThrownBy(() -> parse(GOOD, Map.of(name, value))).hasMessage(message);
  }

  @Test
  void things_that_are_no_recipe() {
    assertThatThrownBy(() -> parse("", Map.of()))
        .hasMessage("r.yaml: is empty; a recipe is expected");
    assertThatThrownBy(() -> parse("- a\n", Map.of()))
        .hasMessage("r.yaml:1:1: expected keys and values, found a list");
    assertThatThrownBy(() -> parse("a: &x [1, *x]\n", Map.of()))
        .isInstanceOf(RecipeException.class);
    String laughs =
        "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
            + "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            + "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
            + "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
            + "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n";
    assertThatThrownBy(() -> parse(laughs, Map.of())).hasMessageContaining("too large");
    assertThatThrownBy(
            () -> RecipeFile.read(Path.of("none.yaml"), Map.of(), SmallOperators.catalog()))
        .hasMessage("none.yaml: no such recipe");
  }

  @Test
  void a_service_cannot_do_what_only_a_model_of_this_machine_tells() {
    String recipe =
        """
        name: local
        teachers:
          paid: {model: some-model}
          own: {model: "local:model.gguf"}
        sources:
          a: a.jsonl
        branches:
          b:
            from: a
            steps:
              - ifd: {teacher: TEACHER}
        sinks:
          - {file: b.jsonl, from: b}
        """;
    assertThatThrownBy(() ->
            RecipeFile.parse(
                recipe.replace("TEACHER", "paid"),
                "local.yaml",
                Path.of(""),
                Map.of(),
                BuiltInOperators.catalog()))
        .hasMessageContaining("local.yaml:11")
        .hasMessageContaining("\"paid\" is a service")
        .hasMessageContaining("local:FILE.gguf")
        .hasMessageContaining("such as own");
    assertThat(
            RecipeFile.parse(
                    recipe.replace("TEACHER", "own"),
                    "local.yaml",
                    Path.of(""),
                    Map.of(),
                    BuiltInOperators.catalog())
                .branches())
        .hasSize(1);
  }
}
