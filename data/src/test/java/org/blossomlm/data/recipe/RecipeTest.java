package org.blossomlm.data.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.run.SmallOperators;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A recipe")
class RecipeTest {
  private static final OperatorCatalog CATALOG = SmallOperators.catalog();
  private static final Path FOLDER = Path.of("folder");

  private static final String TEXT =
      """
      name: both
      seed: 5
      teachers:
        writer: {model: small, base_url: "http://localhost"}
      sources:
        a:
          files: [a.jsonl, "b/*.jsonl"]
          format: openai
          limit: 10
          sample: 0.5
          metadata: {from: a}
        z: {file: z.jsonl}
      branches:
        late:
          from: {early: 0.5, z: 1}
          steps:
            - shuffle
        early:
          from: [a]
          when: {language: [zh, en]}
          steps:
            - shout: {mark: "?"}
            - shout
            - dice:
              when: {split: train}
            - ask: {teacher: writer, roles: user, extra: {top_p: 1}}
      sinks:
        - {file: x.jsonl, from: [late], format: blossom, shard: 100, lineage: true, when: {split: train}}
      """;

  private static Recipe parse(String text, Map<String, String> parameters) {
    return RecipeFile.parse(text, "r.yaml", FOLDER, parameters, CATALOG);
  }

  @Test
  void made_in_code_is_the_same_as_one_in_yaml() {
    Recipe made =
        Recipe.builder("both")
            .seed(5)
            .teacher("writer", Map.of("model", "small", "base_url", "http://localhost"))
            .source(
                "a",
                source ->
                    source
                        .files(List.of("a.jsonl", "b/*.jsonl"))
                        .format("openai")
                        .limit(10)
                        .sample(0.5)
                        .metadata(Map.of("from", "a")))
            .source("z", source -> source.file("z.jsonl"))
            .branch("late", branch -> branch.from("early", 0.5).from("z").step("shuffle"))
            .branch(
                "early",
                branch ->
                    branch
                        .from("a")
                        .when("language", "zh", "en")
                        .step("shout", Map.of("mark", "?"))
                        .step("shout")
                        .stepWhen("split", "train", "dice", Map.of())
                        .step(
                            "ask",
                            Map.of(
                                "teacher",
                                "writer",
                                "roles",
                                List.of("user"),
                                "extra",
                                Map.of("top_p", 1))))
            .sink(
                "x.jsonl",
                sink ->
                    sink.from("late")
                        .format("blossom")
                        .shard(100)
                        .lineage()
                        .when(Map.of("split", "train")))
            .build(CATALOG, FOLDER);
    Recipe read = parse(TEXT, Map.of());
    assertThat(RecipeText.differences(RecipeText.toMap(made), RecipeText.toMap(read))).isEmpty();
    assertThat(made.branches().getFirst().steps().getFirst().arguments())
        .isEqualTo(read.branches().getFirst().steps().getFirst().arguments());
    assertThat(made.sinks()).isEqualTo(read.sinks());
    assertThat(made.sources()).isEqualTo(read.sources());
  }

  @Test
  void puts_branches_behind_those_that_they_come_from_and_names_steps_apart() {
    Recipe recipe = parse(TEXT, Map.of());
    assertThat(recipe.branches()).extracting(Recipe.Branch::name).containsExactly("early", "late");
    assertThat(recipe.branches().getFirst().steps())
        .extracting(Recipe.Step::name)
        .containsExactly("early.shout", "early.shout-2", "early.dice", "early.ask");
  }

  @Test
  void fills_in_defaults_and_parameters_of_every_kind() {
    String text =
        """
        name: filled
        parameters: {most: 20, model: "1.10", share: 0.5, mark: "!", list: [x, y], on: true}
        teachers: {writer: {model: "${model}"}}
        sources: {a: {file: "${mark}/data-${most}-$${most}.jsonl", sample: "${share}"}}
        branches:
          b:
            from: a
            steps:
              - length_filter: {max: "${most}"}
              - shout: {mark: "a${mark}b"}
              - ask: {teacher: writer, roles: "${list}", again: "${on}"}
        sinks: [{file: out.jsonl, from: b}]
        """;
    Recipe recipe = parse(text, Map.of("most", "30", "model", "2.20", "share", "1"));
    assertThat(recipe.sources().getFirst().files()).containsExactly("!/data-30-${most}.jsonl");
    assertThat(recipe.sources().getFirst().sample()).isEqualTo(1);
    assertThat(recipe.teachers().getFirst().settings())
        .containsExactlyEntriesOf(Map.of("model", "2.20"));
    List<Recipe.Step> steps = recipe.branches().getFirst().steps();
    assertThat(steps.get(0).arguments()).containsExactlyEntriesOf(Map.of("max", 30L));
    assertThat(steps.get(1).arguments()).isEqualTo(Map.of("mark", "a!b", "place", "end"));
    assertThat(steps.get(2).arguments())
        .isEqualTo(
            Map.of(
                "teacher",
                "writer",
                "temperature",
                0.5,
                "again",
                true,
                "roles",
                List.of("x", "y")));
  }

  @Test
  void written_as_a_plan_is_a_recipe_that_does_the_same() {
    Recipe recipe = parse(TEXT, Map.of());
    Map<String, Object> map = RecipeText.toMap(recipe);
    Recipe again = parse(RecipeText.toYaml(map), Map.of());
    assertThat(RecipeText.differences(map, RecipeText.toMap(again))).isEmpty();
  }

  @Test
  void conditions_compare_metadata_as_they_are_written() {
    var condition = new Condition(Map.of("n", List.of("1", "null")));
    TextRecord record = new TextRecord(RecordHead.of("a"), "");
    assertThat(condition.test(record)).isTrue();
    assertThat(condition.test(record.withMetadata("n", 1))).isTrue();
    assertThat(condition.test(record.withMetadata("n", "1"))).isTrue();
    assertThat(condition.test(record.withMetadata("n", 2))).isFalse();
  }
}
