package org.blossomlm.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.blossomlm.data.recipe.RecipeText;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A configuration written back as YAML")
class ConfigYamlTest {
  private static final String EVERYTHING =
      """
      name: 中文-run
      seed: 7
      model: "models/with space"
      tokenizer: tok
      template: blossom
      method: qlora
      lora: {variant: dora, rank: 4, alpha: 8.5, dropout: 0.05, targets: [q_proj], train_head: true}
      compute: {type: fp32, threads: 3, gradient_checkpointing: true}
      optimizer: {learning_rate: 3e-5, epsilon: 1e-9, weight_decay: 0.1, clip_norm: 0, ema: 0.999}
      schedule: {type: wsd, warmup: 20, decay: 0.25, minimum: 0}
      label_smoothing: 0.1
      neftune_alpha: 5
      epochs: 2
      max_steps: 9
      batch: {rows: 2, accumulate: 3, packing: false, packing_window: 5, order: length_grouped}
      stages:
        - name: "yes"
          data:
            - {file: ["a.jsonl", "/b/*.jsonl"], name: "a: #1", format: openai, at: "/data/*", limit: 5, weight: 0.5}
          epochs: 1.5
          learning_rate: 1e-4
        - {name: two, data: c.jsonl, max_steps: 0}
      examples:
        max_length: 99
        too_long: drop
        turns: last
        reasoning: mask
        tool_calls: mask
        history: split
        problems: skip
        end_tokens: ["<|im_end|>", "\\"x\\n"]
        append_end: "</s>"
        variables: {enable_thinking: false, n: 3, text: "a: b"}
        date: "2026-01-02"
      evaluation: {data: held.jsonl, every: 5, prompts: ["1+1=?", "- 你好：\\t#"], answer_tokens: 8, patience: 2}
      checkpoint: {every: 11, keep: 4}
      export: {gguf: [Q8_0, Q4_K_M]}
      """;

  private static final String SCRATCH =
      """
      name: new
      from_scratch: {architecture: llama, hidden_size: 128, layers: 2, kv_heads: 1, rope_theta: 1e6, tie_embeddings: false}
      tokenizer: tok
      data: [{file: a.jsonl, weight: 2}, {file: b.jsonl}]
      evaluation: {share: 0}
      """;

  private static TrainConfig read(String text) {
    return TrainConfigReader.parse(text, "c.yaml", Path.of("/where"), Map.of());
  }

  static Stream<String> configurations() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("../recipes"))) {
      return Stream.concat(
          Stream.of("name: r\nmodel: base\ndata: d.jsonl\n", EVERYTHING, SCRATCH),
          files
              .filter(file -> file.getFileName().toString().startsWith("sft-"))
              .map(file -> {
                try {
                  return Files.readString(file);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              })
              .toList()
              .stream());
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void means_the_same(String text) {
    TrainConfig config = read(text);
    TrainConfig again = read(ConfigYaml.complete(config));
    assertThat(again)
        .usingRecursiveComparison()
        .ignoringFields("output", "cache")
        .ignoringFieldsMatchingRegexes(".*source\\.(files|folder)", ".*data\\.name")
        .isEqualTo(config);
    assertThat(again.output()).isEqualTo(config.output().toAbsolutePath());
    assertThat(ConfigYaml.complete(again)).isEqualTo(ConfigYaml.complete(config));
  }

  @Test
  void has_every_key_that_a_run_knows() {
    String all =
        Stream.of(EVERYTHING, SCRATCH)
            .map(text -> ConfigYaml.complete(read(text)))
            .collect(Collectors.joining("\n"));
    for (ConfigKeys.Section section : ConfigKeys.sections()) {
      for (ConfigKey key : section.keys()) {
        String name = key.path().substring(key.path().lastIndexOf('.') + 1);
        assertThat(all).as(key.path()).containsPattern("(?m)^[ -]*" + name + ":");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"train.md", "train.zh-CN.md"})
  void of_the_guide_can_be_read(String guide) throws Exception {
    Matcher example =
        Pattern.compile("(?s)```yaml\n(name: .*?)```")
            .matcher(Files.readString(Path.of("../docs", guide)));
    assertThat(example.find()).isTrue();
    assertThat(read(example.group(1)).gguf()).containsExactly("Q8_0", "Q4_K_M");
  }

  @Test
  void for_others_has_no_path_of_this_machine() {
    String published = ConfigYaml.published(read(EVERYTHING));
    assertThat(published).doesNotContain("/where", Path.of("").toAbsolutePath().toString(), "/b/");
    assertThat(new TreeMap<>(RecipeText.fromYaml(published)))
        .containsEntry("model", "with space")
        .containsEntry("tokenizer", "tok")
        .containsEntry("template", "blossom");
  }
}
