package org.blossomlm.train.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.recipe.RecipeText;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfigReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The card of a model")
class ModelCardTest {
  @TempDir Path folder;

  @BeforeEach
  void data() throws Exception {
    Files.writeString(
        folder.resolve("maths.jsonl"),
        """
        {"messages":[{"role":"user","content":"What is one plus one?"},{"role":"assistant","content":"It is two."}]}
        {"messages":[{"role":"user","content":"How many legs has a cat?"},{"role":"assistant","content":"Four legs."}]}
        """);
    Files.writeString(
        folder.resolve("对话.jsonl"),
        """
        {"messages":[{"role":"user","content":"中国的首都是哪里？"},{"role":"assistant","content":"中国的首都是北京。"}]}
        """);
  }

  private TrainConfig config(String more) {
    return TrainConfigReader.parse(
        "name: tuned\ndata: [{file: maths.jsonl}, {file: 对话.jsonl}]\n" + more,
        "c.yaml",
        folder,
        Map.of());
  }

  private ReportedRun run() throws Exception {
    return new RunFiles(Runs.example(folder.resolve("run"))).read();
  }

  private Map<String, Object> front(String readme) {
    String[] parts = readme.split("---\n", 3);
    assertThat(parts[0]).isEmpty();
    return RecipeText.fromYaml(parts[1]);
  }

  private String written(ModelCard card, String name) throws Exception {
    card.write(folder);
    return Files.readString(folder.resolve(name));
  }

  @Test
  void of_an_adapter_names_its_base_data_languages_and_licence_for_the_hub() throws Exception {
    Path base = Files.createDirectories(folder.resolve("Base-0.5B"));
    Files.writeString(base.resolve("README.md"), "---\nlicense: apache-2.0\n---\n# Base\n");
    var card =
        ModelCard.of(config("model: Base-0.5B\n"), run(), ModelCard.Kind.ADAPTER, Optional.empty());
    assertThat(front(written(card, "README.md")))
        .containsEntry("base_model", "Base-0.5B")
        .containsEntry("base_model_relation", "adapter")
        .containsEntry("datasets", List.of("maths", "对话"))
        .containsEntry("language", List.of("en", "zh"))
        .containsEntry("license", "apache-2.0")
        .containsEntry("library_name", "peft")
        .containsEntry("pipeline_tag", "text-generation")
        .containsEntry("tags", List.of("blossom", "conversational", "sft", "lora"));
  }

  @Test
  void says_how_to_run_it_what_it_learnt_from_and_how_well() throws Exception {
    var card =
        ModelCard.of(config("model: Base-0.5B\n"), run(), ModelCard.Kind.ADAPTER, Optional.empty());
    assertThat(written(card, "README.md"))
        .contains("blossom convert Base-0.5B -o Base-0.5B.gguf --type q8_0\n")
        .contains("blossom run Base-0.5B.gguf --adapter tuned\n")
        .contains("| evaluation loss, lowest (step 300) | 1.4064 |")
        .contains("| gsm8k | 1 | 7,473 | 7,301 | 51 | 0 | 1,503,211 | 902,334 |")
        .contains("| `optimizer.learning_rate` | 2e-4 |")
        .contains("license: unknown", "Licence: not stated")
        .contains("Base-0.5B + maths, 对话\n  └─ blossom train (LoRA) → tuned");
    assertThat(Files.readString(folder.resolve("README.zh-CN.md")))
        .startsWith("# tuned")
        .contains("## 运行方法", "| 评估损失（最低，第 300 步） | 1.4064 |", "许可证：未声明");
  }

  @Test
  void has_no_path_of_the_machine_and_nothing_from_outside_as_markup() throws Exception {
    var card =
        ModelCard.of(config("model: Base-0.5B\n"), run(), ModelCard.Kind.MODEL, Optional.of("mit"));
    for (String name : List.of("README.md", "README.zh-CN.md")) {
      String text = written(card, name);
      assertThat(text).doesNotContain(folder.toString());
      // Answers stand in fences, where nothing is markup.
      assertThat(text.replaceAll("(?s)(`{3,}).*?\\1", "")).doesNotContain("<script>");
    }
  }

  @Test
  void of_a_model_from_nothing_has_no_base() throws Exception {
    TrainConfig scratch = config("from_scratch: {hidden_size: 128}\ntokenizer: tok\n");
    var card = ModelCard.of(scratch, run(), ModelCard.Kind.MODEL, Optional.empty());
    String readme = written(card, "README.md");
    assertThat(front(readme))
        .doesNotContainKeys("base_model", "base_model_relation")
        .containsEntry("library_name", "transformers");
    assertThat(readme)
        .contains("A language model trained from nothing.")
        .contains("blossom run tuned.gguf\n")
        .contains("random weights + maths, 对话");
  }

  @Test
  void calls_a_base_out_of_a_cache_as_the_hub_does() {
    Path cached = Path.of("/c/models--Qwen--Qwen2.5-0.5B/snapshots/0123abc");
    assertThat(ModelCard.hubName(cached)).isEqualTo("Qwen/Qwen2.5-0.5B");
    assertThat(ModelCard.hubName(Path.of("/models/Yi-9B"))).isEqualTo("Yi-9B");
    assertThat(ModelCard.hubName(Path.of("/models/yi.gguf"))).isEqualTo("yi.gguf");
  }
}
