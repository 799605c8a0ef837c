package org.blossomlm.data.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeText;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunCommand;
import org.blossomlm.data.run.RunFiles;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The card of a data set")
class DatasetCardTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static Map<String, Object> front(String card) {
    assertThat(card).startsWith("---\n");
    return RecipeText.fromYaml(card.substring(4, card.indexOf("\n---\n", 4) + 1));
  }

  private Path run(Optional<String> card) throws Exception {
    file(
        "raw/LICENSE",
        "MIT License\nPermission is hereby granted, free of charge, to any person ...\nTHE SOFTWARE IS PROVIDED \"AS IS\"");
    file(
        "raw/in.jsonl",
        "{\"question\":\"What is the capital of the country that lies to the south of us?\",\"lang\":\"en\"}\n"
            + "{\"question\":\"What is seven times eight, and how do you know that it is so?\",\"lang\":\"en\"}\n"
            + "{\"question\":\"七乘以八等于多少，你是怎么知道的？\",\"lang\":\"zh\"}\n"
            + "{\"question\":\"七乘以八等于多少，你是怎么知道的？\",\"lang\":\"zh\"}\n"
            + "{\"question\":\"x\",\"lang\":\"en\"}\n");
    file(
        "bench/test.jsonl",
        "{\"question\":\"What is the capital of the country that lies to the south of us?\"}\n");
    Recipe recipe =
        Recipe.builder("small-set")
            .seed(7)
            .source(
                "raw",
                source ->
                    source
                        .file("raw/in.jsonl")
                        .format("rows")
                        .metadata(Map.of("origin", "quiz_show")))
            .branch(
                "b",
                branch ->
                    branch
                        .from("raw")
                        .step(
                            "row_to_chat",
                            Map.of(
                                "user",
                                "{{ question }}",
                                "metadata",
                                Map.of("language", "{{ lang }}")))
                        .step("chat_length_filter", Map.of("user_min_len", 2))
                        .step("exact_dedup")
                        .step("decontaminate", Map.of("references", List.of("bench/test.jsonl"))))
            .sink("train.jsonl", sink -> sink.from("b").format("openai"))
            .sink(
                "test.jsonl",
                sink -> sink.from("b").format("openai").when(Map.of("language", List.of("zh"))))
            .build(BuiltInOperators.catalog(), folder);
    Path run = folder.resolve("run");
    DataRun.run(recipe, RunOptions.in(run), RunListener.NONE);
    RunFiles.remember(
        run,
        new RunCommand(
            "recipes/small-set.yaml",
            folder.toString(),
            card,
            List.of("-p", "teacher={model: \"it's\"}", "--seed", "7")));
    return run;
  }

  @Test
  void of_a_run_says_what_is_in_it_and_how_it_was_made() throws Exception {
    Path run = run(Optional.empty());
    Path card = DatasetCard.write(run.toString(), Optional.empty());
    assertThat(card).isEqualTo(run.resolve("README.md"));
    String text = Files.readString(card);
    assertThat(front(text))
        .containsEntry("license", "mit")
        .containsEntry("language", List.of("zh", "en"))
        .containsEntry("pretty_name", "small-set")
        .containsEntry("task_categories", List.of("text-generation"))
        .containsEntry("size_categories", List.of("n<1K"))
        .containsEntry("tags", List.of("sft", "conversational", "blossom"))
        .containsEntry(
            "configs",
            List.of(
                Map.of(
                    "config_name",
                    "default",
                    "data_files",
                    List.of(
                        Map.of("split", "train", "path", "train.jsonl"),
                        Map.of("split", "test", "path", "test.jsonl")))));
    assertThat(text)
        .contains("| train | `train.jsonl` | 2 |")
        .contains("| Chinese · 中文 | 1 | 1 | 66.7 |")
        .contains("| quiz_show | 2 | 1 | 100.0 |")
        .contains("| 1 | 2 | 1 | 100.0 |")
        .contains("| `raw` | `raw/in.jsonl` | mit |")
        .contains("| `b.chat_length_filter` | `chat_length_filter` | 5 | 4 | 1 | 0 |  |")
        .contains("`b.decontaminate`: 1 questions were looked for, 1 of 3 records had one")
        .contains("| `bench/test.jsonl` | 1 |")
        .contains(
            "./blossom data run recipes/small-set.yaml -p 'teacher={model: \"it'\\''s\"}' --seed 7\n")
        .doesNotContain("## Teachers")
        .doesNotContain(folder.toString());
    // The card of a file of the run is that of the run.
    Path other = folder.resolve("other.md");
    DatasetCard.write(run.resolve("train.jsonl").toString(), Optional.of(other));
    assertThat(other).hasContent(text);
  }

  @Test
  void begins_with_what_people_wrote_where_the_recipe_names_it() throws Exception {
    Path written =
        file(
            "card.md",
            "---\nlicense: apache-2.0\npretty_name: Small\ntags: [quiz]\nannotations_creators: [expert-generated]\nconfigs: wrong\n---\n\n# small\n\nWhat it is. 它是什么。\n");
    String text =
        Files.readString(
            DatasetCard.write(run(Optional.of(written.toString())).toString(), Optional.empty()));
    assertThat(front(text))
        .containsEntry("license", "apache-2.0")
        .containsEntry("pretty_name", "Small")
        .containsEntry("tags", List.of("quiz", "sft", "conversational", "blossom"))
        .containsEntry("annotations_creators", List.of("expert-generated"));
    assertThat(front(text).get("configs")).isInstanceOf(List.class);
    assertThat(text).contains("---\n\n# small\n\nWhat it is. 它是什么。\n\n## Counts");
  }

  @Test
  void of_a_file_says_what_is_in_it() throws Exception {
    Path data =
        file("set/pairs.jsonl", "{\"prompt\":\"q\",\"chosen\":\"good\",\"rejected\":\"bad\"}\n");
    Path card = DatasetCard.write(data.toString(), Optional.empty());
    assertThat(card).isEqualTo(folder.resolve("set/README.md"));
    assertThat(front(Files.readString(card)))
        .containsEntry("license", "unknown")
        .containsEntry("tags", List.of("preference", "dpo", "blossom"));
    assertThatThrownBy(() -> DatasetCard.write(data.toString(), Optional.empty()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is there already");
    DatasetCard.write(data.toString(), Optional.of(card));
  }

  @Test
  void text_of_records_and_names_is_no_markup() throws Exception {
    Path data =
        file(
            "evil.jsonl",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"metadata\":{\"origin\":\"a|b <script> *x*\",\"language\":\"en\"}}\n");
    assertThat(Files.readString(DatasetCard.write(data.toString(), Optional.empty())))
        .contains("| a\\|b \\<script\\> \\*x\\* | 1 | 100.0 |");
  }

  @Test
  void what_is_neither_a_run_nor_a_file_is_told() {
    assertThatThrownBy(() -> DatasetCard.write(folder.resolve("none").toString(), Optional.empty()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file or folder");
  }

  @ParameterizedTest
  @CsvSource({
    "999, n<1K",
    "1000, 1K<n<10K",
    "999999, 100K<n<1M",
    "1000000, 1M<n<10M",
    "2000000000, n>1B"
  })
  void sizes_are_named_as_hugging_face_names_them(long records, String name) {
    assertThat(CardFront.size(records)).isEqualTo(name);
  }

  @Test
  void licences_are_known_by_their_words() {
    assertThat(License.of("Apache License\n   Version 2.0, January 2004")).hasValue("apache-2.0");
    assertThat(License.of("Creative Commons Attribution-ShareAlike 4.0 International"))
        .hasValue("cc-by-sa-4.0");
    assertThat(License.of("CC0 1.0 Universal")).hasValue("cc0-1.0");
    assertThat(License.of("All rights reserved")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"blossom-chat", "blossom-math", "blossom-orca", "blossom-wizard"})
  void texts_that_blossom_brings_have_a_licence_and_both_languages(String name) throws Exception {
    Path recipes = Path.of("..", "recipes");
    assertThat(recipes.resolve(name + ".yaml")).content().contains("card: cards/" + name + ".md\n");
    CardText text = CardText.read(recipes.resolve("cards/" + name + ".md"));
    assertThat(text.front()).containsKeys("license", "pretty_name", "tags", "task_categories");
    assertThat(text.body()).startsWith("# " + name).contains("## Limits", "中英文 1:1");
  }
}
