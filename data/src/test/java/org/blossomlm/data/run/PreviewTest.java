package org.blossomlm.data.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.Budget;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A preview")
class PreviewTest {
  @TempDir Path folder;

  @Test
  void shows_what_each_step_makes_of_a_few_records() throws Exception {
    RunFixture.writeRecords(folder.resolve("numbers.jsonl"), SmallOperators.records(50));
    Recipe recipe =
        Recipe.builder("few")
            .source("numbers", source -> source.file("numbers.jsonl"))
            .branch(
                "b",
                branch ->
                    branch
                        .from("numbers")
                        .step("fail_on", Map.of("word", "number 1,"))
                        .step("length_filter", Map.of("max", 20))
                        .step("shout"))
            .branch("c", branch -> branch.from("b").step("twice").step("unique"))
            .sink("out.jsonl", sink -> sink.from("c"))
            .build(SmallOperators.catalog(), folder);
    List<Preview.BranchPreview> branches =
        Preview.of(recipe, 4, folder, RecipeTeachers.opener(Budget.unlimited(), Optional.empty()));
    assertThat(branches).extracting(Preview.BranchPreview::branch).containsExactly("b", "c");
    List<Preview.StepPreview> steps = branches.getFirst().steps();
    assertThat(steps.get(0).changes())
        .extracting(Preview.Change::left)
        .containsExactly(
            Optional.empty(),
            Optional.of(new Preview.Left(true, "IllegalStateException: found the word")),
            Optional.empty(),
            Optional.empty());
    assertThat(steps.get(1).changes().getLast().left())
        .contains(new Preview.Left(false, "too long"));
    assertThat(RecordLines.of(steps.get(2).changes().getFirst().after().getFirst()))
        .containsExactly("text: TEXT NUMBER 0, 第0个!", "metadata.parity: \"even\"");
    Preview.BranchPreview second = branches.getLast();
    assertThat(second.steps().getFirst().changes().getFirst().after()).hasSize(2);
    assertThat(second.steps().getLast().changes())
        .extracting(change -> change.left().map(Preview.Left::reason).orElse("kept"))
        .containsExactly("kept", "duplicate", "kept", "duplicate");
  }
}
