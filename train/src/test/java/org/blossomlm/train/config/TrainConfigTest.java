package org.blossomlm.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.blossomlm.train.config.TrainConfig.Choice;
import org.blossomlm.train.config.TrainConfig.FromScratch;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.config.TrainConfig.Pretrained;
import org.blossomlm.train.config.TrainConfig.ScheduleType;
import org.blossomlm.train.example.DataOrder;
import org.blossomlm.train.example.ExamplePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainConfigTest {
  private static final Path FOLDER = Path.of("/runs");
  private static final String SMALLEST = "name: r\nmodel: base\ndata: d.jsonl\n";

  private static TrainConfig read(String text, String... options) {
    Map<String, String> given = new java.util.LinkedHashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      given.put(options[i], options[i + 1]);
    }
    return TrainConfigReader.parse(text, "c.yaml", FOLDER, given);
  }

  @Test
  void where_a_configuration_is_silent_the_defaults_hold() {
    TrainConfig config = read(SMALLEST);
    assertThat(config.model()).isEqualTo(new Pretrained(Path.of("/runs/base")));
    assertThat(config.output()).isEqualTo(Path.of("runs/r"));
    assertThat(config.cache()).isEqualTo(Path.of("runs/r/cache"));
    assertThat(config.seed()).isEqualTo(42);
    assertThat(config.method()).isEqualTo(Method.LORA);
    assertThat(config.lora().rank()).isEqualTo(16);
    assertThat(config.lora().targets()).contains("q_proj", "down_proj").hasSize(7);
    assertThat(config.optimizer().learningRate()).isEqualTo(2e-4);
    assertThat(config.schedule().type()).isEqualTo(ScheduleType.COSINE);
    assertThat(config.schedule().warmupSteps(1000)).isEqualTo(30);
    assertThat(config.batches().packing()).isTrue();
    assertThat(config.examples()).isEqualTo(ExamplePolicy.of(2048));
    assertThat(config.stages()).hasSize(1);
    assertThat(config.stages().getFirst().epochs()).isEqualTo(3);
    assertThat(config.stages().getFirst().maxSteps()).isEmpty();
    assertThat(config.stages().getFirst().data().getFirst().source().files())
        .containsExactly("d.jsonl");
    assertThat(config.compute().gradientCheckpointing()).isEqualTo(Choice.AUTO);
  }

  @Test
  void every_section_is_read() {
    TrainConfig config =
        read(
            """
            name: r
            output: out
            seed: 7
            model: base
            tokenizer: tok
            template: chat.jinja
            method: qlora
            lora: {variant: dora, rank: 8, alpha: 8, dropout: 0.1, targets: [q_proj], train_head: true}
            compute: {type: fp32, threads: 2, gradient_checkpointing: true}
            optimizer: {learning_rate: 1e-3, weight_decay: 0.1, clip_norm: 0, ema: 0.99}
            schedule: {type: wsd, warmup: 20, decay: 0.2, minimum: 0}
            label_smoothing: 0.1
            neftune_alpha: 5
            epochs: 0.5
            max_steps: 100
            batch: {rows: 2, accumulate: 4, packing: false, order: length_grouped}
            data:
              - {file: [a.jsonl, b.jsonl], format: openai, weight: 2, name: both}
              - {file: c.json, at: /data/*, limit: 10}
            examples:
              {max_length: 99, too_long: drop, turns: last, reasoning: mask, tool_calls: mask,
               history: split, problems: skip, end_tokens: ["<e>"], append_end: "<f>",
               variables: {enable_thinking: false}, date: 2026-01-01, cache: tokens}
            evaluation: {data: held.jsonl, every: 5, prompts: [Hi, 你好], answer_tokens: 3, patience: 2}
            checkpoint: {every: 10, keep: 1}
            export: {gguf: [Q8_0]}
            """);
    assertThat(config.output()).isEqualTo(Path.of("/runs/out"));
    assertThat(config.tokenizer()).contains(Path.of("/runs/tok"));
    assertThat(config.template()).contains("/runs/chat.jinja");
    assertThat(config.method()).isEqualTo(Method.QLORA);
    assertThat(config.lora().variant()).isEqualTo(TrainConfig.LoraVariant.DORA);
    assertThat(config.lora().targets()).containsExactly("q_proj");
    assertThat(config.compute()).isEqualTo(new TrainConfig.Compute(TrainConfig.Products.FP32, 2, Choice.YES));
    assertThat(config.optimizer().ema()).isEqualTo(0.99);
    assertThat(config.schedule().warmupSteps(1000)).isEqualTo(20);
    assertThat(config.batches().order()).isEqualTo(DataOrder.Kind.LENGTH_GROUPED);
    TrainConfig.Stage stage = config.stages().getFirst();
    assertThat(stage.maxSteps()).hasValue(100);
    assertThat(stage.data()).extracting(TrainConfig.Data::name).containsExactly("both", "c.json");
    assertThat(stage.data().get(1).source().limit()).isEqualTo(OptionalLong.of(10));
    assertThat(config.examples().reasoning()).isEqualTo(ExamplePolicy.Reasoning.MASK);
    assertThat(config.examples().variables()).isEqualTo(Map.of("enable_thinking", false));
    assertThat(config.examples().appendEnd()).contains("<f>");
    assertThat(config.date()).contains("2026-01-01");
    assertThat(config.evaluation().prompts()).containsExactly("Hi", "你好");
    assertThat(config.checkpoints()).isEqualTo(new TrainConfig.Checkpoints(10, 1));
    assertThat(config.gguf()).containsExactly("Q8_0");
  }

  @Test
  void the_command_line_goes_before_the_file() {
    TrainConfig config =
        read(
            SMALLEST + "lora: {rank: 4}\n",
            "lora.rank",
            "8",
            "lora.targets",
            "[q_proj, v_proj]",
            "data",
            "mine.jsonl",
            "batch.packing",
            "false",
            "model",
            "/models/x",
            "template",
            "blossom");
    assertThat(config.lora().rank()).isEqualTo(8);
    assertThat(config.lora().targets()).containsExactly("q_proj", "v_proj");
    assertThat(config.batches().packing()).isFalse();
    assertThat(config.model()).isEqualTo(new Pretrained(Path.of("/models/x")));
    assertThat(config.template()).contains("blossom");
    // Relative to where the user is, not to the file.
    assertThat(config.stages().getFirst().data().getFirst().source().files().getFirst())
        .isEqualTo(Path.of("mine.jsonl").toAbsolutePath().toString());
  }

  @Test
  void what_follows_from_the_method() {
    assertThat(read(SMALLEST + "method: full\n").optimizer().learningRate()).isEqualTo(1e-5);
    TrainConfig scratch =
        read("name: r\nfrom_scratch: {hidden_size: 192}\ntokenizer: t\ndata: d\n");
    assertThat(scratch.method()).isEqualTo(Method.FULL);
    assertThat(scratch.optimizer().learningRate()).isEqualTo(5e-4);
    assertThat(scratch.model())
        .isEqualTo(new FromScratch("qwen3", 192, 12, 3, 3, 64, 512, 2048, 10000, 1e-6, true, 0.02));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          loraa: {rank: 1}            ; c.yaml:4:1: loraa: unknown key; did you mean "lora"?
          lora: {rnak: 1}             ; c.yaml:4:8: lora.rnak: unknown key; did you mean "rank"? allowed here: variant, rank,
          rank: 8                     ; c.yaml:4:1: rank: unknown key; did you mean "lora.rank"?
          lora: {rank: 0}             ; c.yaml:4:14: lora.rank: found 0, allowed is [1,4096]
          lora: {rank: many}          ; c.yaml:4:14: lora.rank: expected a whole number, found "many"
          lora: 8                     ; c.yaml:4:7: lora: expected keys and values: variant,
          method: lor                 ; c.yaml:4:9: method: unknown value "lor"; did you mean "lora"?
          max_steps: 1.5              ; c.yaml:4:12: max_steps: expected a whole number
          label_smoothing: 1          ; c.yaml:4:18: label_smoothing: found 1, allowed is [0,1)
          batch: {packing: maybe}     ; c.yaml:4:18: batch.packing: expected true or false
          stages: []                  ; c.yaml:4:9: stages: is an empty list
          from_scratch: {layers: 2}   ; c.yaml:2:8: model: is given, and from_scratch too
          examples: {date: today}     ; c.yaml:4:18: examples.date: found "today", expected YYYY-MM-DD
          tokenizer: ""               ; c.yaml:4:12: tokenizer: is empty
          """)
  void an_error_names_file_line_key_and_what_was_probably_meant(String line, String message) {
    assertThatThrownBy(() -> read(SMALLEST + line.strip() + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message.strip());
  }

  @Test
  void what_is_missing_or_does_not_fit_together_is_an_error() {
    assertThatThrownBy(() -> read("model: b\ndata: d\n")).hasMessageContaining("name is missing");
    assertThatThrownBy(() -> read("name: r\ndata: d\n"))
        .hasMessageContainingAll("model: is missing", "from_scratch");
    assertThatThrownBy(() -> read("name: r\nmodel: b\n")).hasMessageContaining("data: is missing");
    assertThatThrownBy(() -> read("name: r\nmodel: b\ndata: [{weight: 2}]\n"))
        .hasMessageContainingAll("c.yaml:3:8", "data[0]", "file is missing");
    assertThatThrownBy(() -> read("name: r\nmodel: b\ndata: [{file: d, format: opnai}]\n"))
        .hasMessageContainingAll("data[0].format", "did you mean \"openai\"");
    assertThatThrownBy(() -> read("name: r\ndata: d\nfrom_scratch: {hidden_size: 64}\n"))
        .hasMessageContainingAll("tokenizer: is missing", "blossom tokenizer train");
    assertThatThrownBy(() ->
            read(
                "name: r\ndata: d\ntokenizer: t\n"
                    + "from_scratch: {hidden_size: 64, heads: 4, kv_heads: 3}\n"))
        .hasMessageContaining("4 heads cannot share 3");
    assertThatThrownBy(() -> read(SMALLEST + "method: full\nlora: {rank: 2}\n"))
        .hasMessageContaining("leave lora out");
    assertThatThrownBy(() -> read(SMALLEST.replace("name: r", "name: ../r")))
        .hasMessageContaining("c.yaml:1:7: name");
  }

  @Test
  void an_error_on_the_command_line_names_the_option() {
    assertThatThrownBy(() -> read(SMALLEST, "lora.rnk", "8"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--lora.rnk: unknown key; did you mean --lora.rank?; train --help lists all");
    assertThatThrownBy(() -> read(SMALLEST, "lora.rank", "0"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--lora.rank: lora.rank: found 0, allowed is [1,4096]");
  }

  @Test
  void a_file_that_is_not_there_or_not_yaml_is_an_error() {
    assertThatThrownBy(() -> TrainConfigReader.read(Path.of("absent.yaml"), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("absent.yaml: there is no such configuration");
    assertThatThrownBy(() -> read("name: [\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not YAML");
  }

  static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "recipes"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("sft-.*\\.yaml"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shipped_recipes_are_valid(Path file) {
    assertThat(TrainConfigReader.read(file, Map.of()).stages()).isNotEmpty();
  }

  @Test
  void blossom_v5_has_its_two_stages() {
    TrainConfig config =
        TrainConfigReader.read(Path.of("..", "recipes", "sft-blossom-v5.yaml"), Map.of());
    assertThat(config.stages()).extracting(TrainConfig.Stage::epochs).containsExactly(1.0, 3.0);
    assertThat(config.stages().get(0).data())
        .extracting(data -> data.source().limit().getAsLong())
        .containsExactly(40_000L, 40_000L, 10_000L);
    assertThat(config.stages().get(1).data())
        .extracting(TrainConfig.Data::weight)
        .containsExactly(1.0, 0.1, 0.1, 0.1);
    assertThat(config.template()).contains("blossom");
  }
}
