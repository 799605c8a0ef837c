package org.blossomlm.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.tokenizer.TokenizerTrainer;
import org.blossomlm.model.tokenizer.TrainedVocabulary;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfigReader;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.LoopResult;
import org.blossomlm.train.loop.StepReport;
import org.blossomlm.train.report.Metrics;
import org.blossomlm.train.report.ReportedRun;
import org.blossomlm.train.report.RunFiles;
import org.blossomlm.train.report.SampleAnswer;
import org.blossomlm.train.run.TrainingRun.Begin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole runs, from a YAML file and a few chats to answers of the engine. */
class TrainingRunTest {
  private static final List<String> ANIMALS =
      List.of("cat", "dog", "cow", "hen", "fox", "owl", "ant", "bee", "pig", "rat", "猫", "狗");
  private static final List<String> SOUNDS =
      List.of(
          "Meow.",
          "Woof!",
          "Moo moo.",
          "Cluck.",
          "Yip yip!",
          "Hoot.",
          "Nothing.",
          "Buzz.",
          "Oink!",
          "Squeak.",
          "喵。",
          "汪汪！");

  private static final String TEMPLATE =
      "{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content"
          + " + '<|im_end|>\\n' }}{%- endfor %}"
          + "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%- endif %}";

  private static final String CONFIG =
      """
      name: sounds
      output: out
      from_scratch: {architecture: qwen3, hidden_size: 64, layers: 2, heads: 4, kv_heads: 2,
                     head_size: 16, intermediate_size: 128, context_length: 128}
      tokenizer: tok
      data: chats.jsonl
      epochs: 40
      optimizer: {learning_rate: 4e-3, ema: 0.9}
      compute: {type: fp32, threads: 1}
      batch: {rows: 1, accumulate: 2}
      examples: {max_length: 64, date: 2026-01-01}
      evaluation: {data: chats.jsonl, every: 20, prompts: [What does the cat say?]}
      checkpoint: {every: 5, keep: 1}
      """;

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    List<String> chats = new ArrayList<>();
    for (int i = 0; i < ANIMALS.size(); i++) {
      chats.add(
          ("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},"
                  + "{\"role\":\"assistant\",\"content\":\"%s\"}]}")
              .formatted(question(i), SOUNDS.get(i)));
    }
    Files.write(folder.resolve("chats.jsonl"), chats);
    var options =
        TokenizerTrainer.Options.of(320)
            .withSpecialTokens(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
    try (var trainer = new TokenizerTrainer(options)) {
      chats.forEach(trainer::add);
      trainer
          .train(made -> {})
          .write(
              folder.resolve("tok"),
              new TrainedVocabulary.Config("<|im_end|>", "<|endoftext|>", TEMPLATE, 128));
    }
    Files.writeString(folder.resolve("run.yaml"), CONFIG);
  }

  private static String question(int i) {
    return i < 10 ? "What does the " + ANIMALS.get(i) + " say?" : ANIMALS.get(i) + "怎么叫？";
  }

  private TrainConfig config(String... options) {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      given.put(options[i], options[i + 1]);
    }
    return TrainConfigReader.read(folder.resolve("run.yaml"), given);
  }

  /** Keeps what a run says, and stops it after some steps. */
  private static final class Watcher implements RunListener {
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> heldOut = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private final long stopAfter;
    private Optional<TrainingRun> run = Optional.empty();
    private Optional<RunPlan> plan = Optional.empty();

    Watcher(long stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public void planned(RunPlan planned) {
      plan = Optional.of(planned);
    }

    @Override
    public void step(StepReport report) {
      losses.add(report.loss());
      if (losses.size() == stopAfter) {
        run.orElseThrow().stop();
      }
    }

    @Override
    public void evaluated(EvaluationReport report) {
      heldOut.add(report.loss());
    }

    @Override
    public void answered(long step, String prompt, String answer) {
      answers.add(answer);
    }
  }

  private static RunResult train(TrainConfig config, Begin begin, Watcher watcher) {
    var run = new TrainingRun(config, watcher);
    watcher.run = Optional.of(run);
    return run.train(begin);
  }

  private static RunResult train(TrainConfig config) {
    return train(config, Begin.FRESH, new Watcher(-1));
  }

  private static String ask(Path gguf, LoadOptions options, String question) {
    Generation answer = ask(gguf, options, question, 40);
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    return answer.text();
  }

  private static Generation ask(Path gguf, LoadOptions options, String question, int most) {
    try (LanguageModel model = LanguageModel.load(gguf, options);
        Chat chat = Chat.open(model)) {
      return chat.send(
          question,
          GenerationOptions.builder()
              .sampling(SamplingOptions.builder().temperature(0).build())
              .maxTokens(most)
              .build(),
          GenerationListener.NONE);
    }
  }

  private static Path converted(Path model, Path target) {
    new HuggingFaceConverter(ConversionOptions.DEFAULT)
        .convert(model, Optional.of(target), (_, _, _) -> {});
    return target;
  }

  @Test
  void a_model_from_nothing_learns_its_chats_and_answers_in_the_engine() throws IOException {
    var watcher = new Watcher(-1);
    RunResult result = train(config(), Begin.FRESH, watcher);
    RunPlan plan = watcher.plan.orElseThrow();
    assertThat(result.steps()).isEqualTo(plan.stages().getFirst().steps());
    assertThat(watcher.losses).hasSize((int) result.steps());
    assertThat(watcher.losses.getFirst()).isGreaterThan(4);
    assertThat(watcher.losses.getLast()).isLessThan(0.2);
    assertThat(watcher.heldOut.getLast()).isLessThan(watcher.heldOut.getFirst() / 4);
    assertThat(watcher.answers.getLast()).isEqualTo("Meow.");
    assertThat(plan.size().parameters()).isEqualTo(plan.size().trained());
    assertThat(plan.memoryNeeded()).isPositive().isLessThan(plan.memoryAvailable());

    Path model = result.result().orElseThrow();
    assertThat(model).isEqualTo(folder.resolve("out/model"));
    assertThat(names(model))
        .contains("config.json", "tokenizer.json", "tokenizer_config.json", "README.md")
        .contains("model.safetensors", "generation_config.json");
    Path gguf = converted(model, folder.resolve("sounds.gguf"));
    for (int i = 0; i < ANIMALS.size(); i++) {
      assertThat(ask(gguf, LoadOptions.DEFAULT, question(i))).isEqualTo(SOUNDS.get(i));
    }
  }

  @Test
  void what_happened_is_written_down_once_however_often_a_run_is_stopped() throws IOException {
    TrainConfig config =
        config("output", folder.resolve("told").toString(), "epochs", "6", "evaluation.every", "2");
    train(config, Begin.FRESH, new Watcher(5));
    Path output = folder.resolve("told");
    assertThat(output.resolve("report.html")).content().contains("was stopped");
    train(config, Begin.RESUME, new Watcher(4));
    RunResult last = train(config, Begin.RESUME, new Watcher(-1));

    ReportedRun run = new RunFiles(output).read();
    assertThat(run.facts().orElseThrow().end()).hasValue("ALL_STEPS");
    assertThat(run.facts().orElseThrow().plannedSteps()).isEqualTo(last.steps());
    assertThat(run.metrics().curve(Metrics.LOSS).size()).isEqualTo((int) last.steps());
    assertThat(run.samples()).extracting(SampleAnswer::step).isSorted().doesNotHaveDuplicates();
    assertThat(run.samples().getLast().step()).isEqualTo(last.steps());
    assertThat(run.data()).hasSize(1);
    assertThat(run.data().getFirst().records()).isEqualTo(ANIMALS.size());
    assertThat(run.machine().orElseThrow().fp32Gflops()).isPositive();
    assertThat(TrainConfigReader.read(output.resolve("config.yaml"), Map.of()).optimizer())
        .isEqualTo(config.optimizer());
    assertThat(names(output)).contains("report.html", "loss.png", "summary.json");
    assertThat(names(output.resolve("tensorboard"))).hasSize(3);
    assertThat(last.result().orElseThrow().resolve("README.md"))
        .content()
        .contains("language:", "A language model trained from nothing.")
        .doesNotContain(folder.toString());
  }

  @Test
  void a_run_that_is_stopped_and_goes_on_equals_an_undisturbed_one() throws IOException {
    TrainConfig whole = config("output", folder.resolve("whole").toString(), "epochs", "6");
    train(whole);
    TrainConfig parts = config("output", folder.resolve("parts").toString(), "epochs", "6");
    RunResult first = train(parts, Begin.FRESH, new Watcher(4));
    assertThat(first.result()).isEmpty();
    assertThat(first.stages().getFirst().end()).isEqualTo(LoopResult.End.STOPPED);
    assertThatThrownBy(() -> train(parts))
        .isInstanceOf(TrainException.class)
        .hasMessageContainingAll("has a run already", "--resume", "--restart");
    assertThat(train(parts, Begin.RESUME, new Watcher(3)).result()).isEmpty();
    RunResult last = train(parts, Begin.RESUME, new Watcher(-1));
    assertThat(last.result()).isPresent();
    for (String file : List.of("model/model.safetensors", "model/config.json")) {
      assertThat(Files.mismatch(parts.output().resolve(file), whole.output().resolve(file)))
          .as(file)
          .isEqualTo(-1);
    }
    assertThat(metrics(parts.output())).isEqualTo(metrics(whole.output()));
    // What is finished stays as it is.
    assertThat(train(parts, Begin.RESUME, new Watcher(-1)).result()).isPresent();
    assertThat(
            Files.mismatch(
                parts.output().resolve("model/model.safetensors"),
                whole.output().resolve("model/model.safetensors")))
        .isEqualTo(-1);
  }

  @Test
  void another_run_does_not_go_on_but_begins_anew() {
    train(config("epochs", "1"), Begin.FRESH, new Watcher(1));
    assertThatThrownBy(
            () -> train(config("epochs", "1", "seed", "7"), Begin.RESUME, new Watcher(-1)))
        .isInstanceOf(TrainException.class)
        .hasMessageContainingAll("seed was 42 and is 7", "--restart");
    assertThat(train(config("epochs", "1", "seed", "7"), Begin.RESTART, new Watcher(-1)).result())
        .isPresent();
  }

  @Test
  void stages_follow_each_other_with_schedules_of_their_own() throws IOException {
    Files.writeString(
        folder.resolve("run.yaml"),
        CONFIG
                .replace("data: chats.jsonl\nepochs: 40\n", "")
                .replace(
                    "evaluation: {data: chats.jsonl, every: 20",
                    "evaluation: {share: 0.2, every: 4")
            + """
            stages:
              - {name: first, data: chats.jsonl, epochs: 3}
              - {name: second, data: [{file: chats.jsonl, weight: 0.5}], epochs: 2, learning_rate: 1e-4}
            """);
    var watcher = new Watcher(-1);
    RunResult whole = train(config("output", folder.resolve("w").toString()), Begin.FRESH, watcher);
    assertThat(whole.stages()).hasSize(2);
    RunPlan plan = watcher.plan.orElseThrow();
    assertThat(plan.stages()).extracting(RunPlan.Stage::heldOut).containsExactly(2L, 2L);
    assertThat(plan.stages()).extracting(RunPlan.Stage::samples).containsExactly(10L, 5L);
    TrainConfig parts = config("output", folder.resolve("p").toString());
    long stop = plan.stages().getFirst().steps() + 1;
    assertThat(train(parts, Begin.FRESH, new Watcher(stop)).stages()).hasSize(2);
    train(parts, Begin.RESUME, new Watcher(-1));
    assertThat(
            Files.mismatch(
                folder.resolve("p/model/model.safetensors"),
                folder.resolve("w/model/model.safetensors")))
        .isEqualTo(-1);
    assertThat(folder.resolve("p/stage-1/metrics.jsonl")).isNotEmptyFile();
    assertThat(folder.resolve("p/stage-2/metrics.jsonl")).isNotEmptyFile();
  }

  @Test
  void gguf_files_are_made_where_they_are_asked_for() {
    RunResult result = train(config("export.gguf", "[Q8_0, F16]"));
    assertThat(result.files())
        .containsExactly(
            folder.resolve("out/sounds-Q8_0.gguf"), folder.resolve("out/sounds-F16.gguf"));
    for (Path file : result.files()) {
      assertThat(ask(file, LoadOptions.DEFAULT, question(3))).isEqualTo(SOUNDS.get(3));
    }
    assertThatThrownBy(() -> train(config("export.gguf", "Q9")))
        .hasMessageContainingAll("export.gguf", "Q9", "Q4_K_M");
  }

  @Test
  void a_plan_trains_nothing() {
    RunPlan plan = new TrainingRun(config(), RunListener.SILENT).plan();
    assertThat(plan.sources().getFirst().counts().records()).isEqualTo(ANIMALS.size());
    assertThat(plan.stages().getFirst().steps()).isPositive();
    assertThat(plan.seconds()).isPositive();
    assertThat(folder.resolve("out/checkpoints")).doesNotExist();
    assertThat(folder.resolve("out/run.json")).doesNotExist();
  }

  @Test
  void what_does_not_fit_is_refused_with_a_way_on() {
    TrainConfig config = config("compute.gradient_checkpointing", "false");
    var run = new TrainingRun(config, RunListener.SILENT);
    RunPlan plan = run.plan();
    RunPlan tight = with(plan, plan.memoryNeeded() - 1, plan.diskNeeded());
    assertThatThrownBy(() -> Preflight.require(tight, config))
        .isInstanceOf(TrainException.class)
        .hasMessageContainingAll(
            "of memory", "--compute.gradient_checkpointing true", "max_length", "free some memory");
    RunPlan full = with(plan, plan.memoryNeeded(), plan.diskNeeded() - 1);
    assertThatThrownBy(() -> Preflight.require(full, config))
        .hasMessageContainingAll("of disk", "--output", "--checkpoint.keep");
    Preflight.require(with(plan, plan.memoryNeeded(), plan.diskNeeded()), config);
  }

  private static RunPlan with(RunPlan plan, long memory, long disk) {
    return new RunPlan(
        plan.output(),
        plan.size(),
        plan.sources(),
        plan.stages(),
        plan.type(),
        plan.checkpointed(),
        plan.memoryNeeded(),
        memory,
        plan.diskNeeded(),
        disk,
        plan.peak(),
        plan.notes());
  }

  /**
   * A second answer is taught by adapters; base and adapters in the engine, the merged model, and
   * the one that was trained say the same.
   */
  @Test
  void adapters_are_used_beside_their_base_or_merged_into_it() throws IOException {
    train(config());
    Path base = folder.resolve("out/model");
    Files.writeString(
        folder.resolve("more.jsonl"),
        """
        {"messages":[{"role":"user","content":"What does the cat say?"},{"role":"assistant","content":"Purr purr."}]}
        {"messages":[{"role":"user","content":"What does the dog say?"},{"role":"assistant","content":"Growl!"}]}
        """);
    for (String method : List.of("lora", "qlora")) {
      Files.writeString(
          folder.resolve("run.yaml"),
          """
          name: more
          output: %s
          model: out/model
          method: %s
          lora: {rank: 8, alpha: 16}
          data: more.jsonl
          epochs: 60
          optimizer: {learning_rate: 1e-2}
          compute: {type: fp32, threads: 1}
          batch: {rows: 1, accumulate: 1}
          examples: {max_length: 96}
          evaluation: {share: 0, every: 30, prompts: [What does the cat say?]}
          """
              .formatted(method, method));
      var watcher = new Watcher(-1);
      RunResult result = train(config(), Begin.FRESH, watcher);
      Path adapter = result.result().orElseThrow();
      assertThat(names(adapter))
          .contains("adapter_config.json", "adapter_model.safetensors", "tokenizer.json")
          .contains("chat_template.jinja", "README.md");
      assertThat(watcher.answers.getLast()).isEqualTo("Purr purr.");
      Path merged = folder.resolve(method + "-merged");
      AdapterMerge.merge(adapter, Optional.empty(), Optional.empty(), merged);
      Path mergedGguf = converted(merged, folder.resolve(method + ".gguf"));
      assertThat(ask(mergedGguf, LoadOptions.DEFAULT, question(0))).isEqualTo("Purr purr.");
      assertThat(ask(mergedGguf, LoadOptions.DEFAULT, question(1))).isEqualTo("Growl!");
      if (method.equals("lora")) {
        Path baseGguf = converted(base, folder.resolve("base.gguf"));
        LoadOptions beside = LoadOptions.DEFAULT.withAdapter(Optional.of(adapter));
        for (int i = 0; i < ANIMALS.size(); i++) {
          assertThat(ask(baseGguf, beside, question(i), 5).text())
              .as(question(i))
              .isEqualTo(ask(mergedGguf, LoadOptions.DEFAULT, question(i), 5).text());
        }
      }
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Every line but for the times. */
  private static List<Map<String, String>> metrics(Path run) throws IOException {
    var mapper = new JsonMapper();
    List<Map<String, String>> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      Map<String, String> values = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : mapper.readTree(line).properties()) {
        if (!entry.getKey().contains("second")) {
          values.put(entry.getKey(), entry.getValue().toString());
        }
      }
      lines.add(values);
    }
    assertThat(lines).isNotEmpty();
    return lines;
  }
}
