package org.blossomlm.data.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe that leaves one of several ways to say the same, in both languages. */
class SemanticDeduplicationTest {
  private static final String RECIPE =
      """
      name: meaning
      sources:
        texts: texts.jsonl
      branches:
        unlike:
          from: texts
          steps:
            - text_embedder: {model: bge-small}
            - semantic_dedup
            - metadata_clearer
      sinks:
        - {file: unlike.jsonl, from: unlike, format: text}
      """;

  @TempDir Path folder;

  @Test
  void paraphrases_go_and_other_texts_stay() throws Exception {
    List<String> stay =
        List.of(
            "Explain how photosynthesis works.",
            "请简述《红楼梦》的主要情节。",
            "What is the capital of France?",
            "法国的首都是哪里？",
            "How do I reverse a list in Python?");
    List<String> go =
        List.of(
            "Explain the process of photosynthesis.",
            "概括《红楼梦》的主要情节。",
            "What is the capital city of France?",
            "法国的首都是哪座城市？");
    StringBuilder lines = new StringBuilder();
    for (String text : stay) {
      lines.append("{\"text\": \"").append(text).append("\"}\n");
    }
    for (String text : go) {
      lines.append("{\"text\": \"").append(text).append("\"}\n");
    }
    Files.writeString(folder.resolve("texts.jsonl"), lines);
    Recipe recipe =
        RecipeFile.parse(RECIPE, "meaning.yaml", folder, Map.of(), BuiltInOperators.catalog());
    DataRun.run(recipe, RunOptions.in(folder.resolve("run")), RunListener.NONE);
    String kept = Files.readString(folder.resolve("run/unlike.jsonl"));
    assertThat(stay).allSatisfy(text -> assertThat(kept).contains(text));
    assertThat(go).allSatisfy(text -> assertThat(kept).doesNotContain(text));
    assertThat(kept).doesNotContain("embedding");
  }
}
