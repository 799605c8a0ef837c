package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.SpecialTokens;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.example.ExamplePolicy.History;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every chat template of the fixtures: what is learnt of it, or why nothing can be. */
class RealTemplateExamplesTest {
  private static final String NO_THINKING = "enable_thinking";

  /** Templates, and what a model would learn of two answers, "First." and "Second.". */
  private static final Map<String, String> PLAIN = new LinkedHashMap<>();

  /** The same where the answers have reasoning, "Reason.", for templates that write it. */
  private static final Map<String, String> WITH_REASONING = new LinkedHashMap<>();

  /** The same with {@code enable_thinking: false}, where that makes a difference. */
  private static final Map<String, String> NOT_THINKING = new LinkedHashMap<>();

  /** Ends of answers that a tokenizer does not know by their names. */
  private static final Map<String, List<String>> END_TOKENS =
      Map.of(
          "Cohere2MoE", List.of("<|END_OF_TURN_TOKEN|>"),
          "GigaChat3-10B-A1.8B", List.of("<|message_sep|>"),
          "Reka-Edge", List.of("<sep>"),
          "google-gemma-4-31B-it", List.of("<turn|>"));

  /** Tokens that the template leaves to the next message, or to nobody. */
  private static final Map<String, String> APPENDED =
      Map.of("Apertus-8B-Instruct", "<|assistant_end|>", "GLM-4.7-Flash", "<|user|>");

  static {
    PLAIN.put("Apertus-8B-Instruct", "First.<|assistant_end|>¦Second.<|assistant_end|>");
    chatMl("Bielik-11B-v3.0-Instruct", "HuggingFaceTB-SmolLM3-3B", "LFM2.5-Instruct");
    chatMl("Qwen-Qwen2.5-7B-Instruct", "Qwen3-Coder", "moonshotai-Kimi-K2");
    PLAIN.put("Cohere2MoE", "PROMPT_DIFFERS");
    PLAIN.put("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "PROMPT_DIFFERS");
    PLAIN.put("GLM-4.7-Flash", "PROMPT_DIFFERS");
    PLAIN.put("GigaChat3-10B-A1.8B", "First.<|message_sep|>¦Second.<|message_sep|>");
    PLAIN.put(
        "Kimi-K2-Thinking", "<think></think>First.<|im_end|>¦<think></think>Second.<|im_end|>");
    PLAIN.put("MiroThinker", "REFUSED");
    PLAIN.put("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "PROMPT_DIFFERS");
    PLAIN.put("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "REFUSED");
    PLAIN.put(
        "Qwen-Qwen3-0.6B",
        "<think>\n\n</think>\n\nFirst.<|im_end|> || <think>\n\n</think>\n\nSecond.<|im_end|>");
    PLAIN.put("Reka-Edge", " First.\n\n<sep>¦ Second.\n\n<sep>");
    PLAIN.put("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "PROMPT_DIFFERS");
    PLAIN.put("llama-cpp-deepseek-r1", "PROMPT_DIFFERS");
    for (String name : List.of("deepseek-ai-DeepSeek-V3.1", "deepseek-ai-DeepSeek-V4")) {
      PLAIN.put(name, "First.<｜end▁of▁sentence｜>¦Second.<｜end▁of▁sentence｜>");
    }
    PLAIN.put("google-gemma-2-2b-it", "First.<end_of_turn>¦Second.<end_of_turn>");
    PLAIN.put("google-gemma-4-31B-it", "PROMPT_DIFFERS");
    for (String name :
        List.of(
            "meetkai-functionary-medium-v3.1",
            "meta-llama-Llama-3.1-8B-Instruct",
            "meta-llama-Llama-3.3-70B-Instruct")) {
      PLAIN.put(name, "First.<|eot_id|>¦Second.<|eot_id|>");
    }
    for (String name :
        List.of(
            "mistralai-Ministral-3-14B-Reasoning-2512",
            "mistralai-Mistral-Nemo-Instruct-2407",
            "unsloth-mistral-Devstral-Small-2507")) {
      PLAIN.put(name, "First.</s>¦Second.</s>");
    }
    PLAIN.put(
        "stepfun-ai-Step-3.5-Flash",
        "\n</think>\nFirst.<|im_end|> || \n</think>\nSecond.<|im_end|>");

    WITH_REASONING.put(
        "Bielik-11B-v3.0-Instruct",
        "<think>\nReason.\n</think>\nFirst.<|im_end|>¦<think>\nReason.\n</think>\nSecond.<|im_end|>");
    WITH_REASONING.put(
        "Cohere2MoE",
        "Reason.<|END_THINKING|><|START_TEXT|>First.<|END_TEXT|><|END_OF_TURN_TOKEN|>"
            + "¦Reason.<|END_THINKING|><|START_TEXT|>Second.<|END_TEXT|><|END_OF_TURN_TOKEN|>");
    WITH_REASONING.put(
        "GLM-4.7-Flash", "Reason.</think>First.<|user|> || Reason.</think>Second.<|user|>");
    WITH_REASONING.put(
        "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
        "Reason.\n</think>\nFirst.<|im_end|> || Reason.\n</think>\nSecond.<|im_end|>");
    WITH_REASONING.put(
        "Qwen-Qwen3-0.6B",
        "<think>\nReason.\n</think>\n\nFirst.<|im_end|>"
            + " || <think>\nReason.\n</think>\n\nSecond.<|im_end|>");
    WITH_REASONING.put(
        "stepfun-ai-Step-3.5-Flash",
        "Reason.\n</think>\nFirst.<|im_end|> || Reason.\n</think>\nSecond.<|im_end|>");

    NOT_THINKING.put("GLM-4.7-Flash", "First.<|user|>¦Second.<|user|>");
    NOT_THINKING.put("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "First.<|im_end|>¦Second.<|im_end|>");
    NOT_THINKING.put("Qwen-Qwen3-0.6B", "First.<|im_end|> || Second.<|im_end|>");
  }

  private static void chatMl(String... names) {
    for (String name : names) {
      PLAIN.put(name, "First.<|im_end|>¦Second.<|im_end|>");
    }
  }

  @TempDir Path folder;

  private static ChatRecord conversation(boolean reasoning) {
    ChatRecord plain = TestModels.chat("c", "One?", "First.", "Two?", "Second.");
    List<ChatMessage> messages = new ArrayList<>();
    for (ChatMessage each : plain.messages()) {
      messages.add(
          each.role() == Role.ASSISTANT && reasoning
              ? new ChatMessage(
                  each.role(),
                  each.content(),
                  Optional.of("Reason."),
                  List.of(),
                  Optional.empty(),
                  Optional.empty(),
                  Map.of())
              : each);
    }
    return plain.withMessages(messages);
  }

  /** What is learnt of the samples, one after the other, or the problem. */
  private String learnt(String name, boolean reasoning, boolean thinking) {
    String source = TestModels.read(TestModels.fixture("templates").resolve(name + ".jinja"));
    Tokenizer tokenizer = TestModels.bytes(folder, TestModels.specialTokens(source));
    ChatTemplate template = TestModels.template(source);
    Map<String, @Nullable Object> variables = thinking ? Map.of() : Map.of(NO_THINKING, false);
    ExamplePolicy policy =
        ExamplePolicy.of(100_000)
            .with(History.SPLIT)
            .withEndTokens(END_TOKENS.getOrDefault(name, List.of()))
            .withVariables(variables);
    String appended = APPENDED.get(name);
    policy = appended == null ? policy : policy.withAppendedEnd(appended);
    ChatRecord chat = conversation(reasoning);
    try {
      List<Example> examples =
          new ExampleBuilder(tokenizer, template, policy, TestModels.NOW).build(chat).examples();
      requireWhatIsUsed(tokenizer, template, variables, chat, examples);
      return String.join(
          " || ", examples.stream().map(each -> TestModels.learnt(tokenizer, each)).toList());
    } catch (ExampleException e) {
      return e.problem().name();
    }
  }

  /** Each answer is learnt after exactly the tokens of the prompt that a model is given for it. */
  private static void requireWhatIsUsed(
      Tokenizer tokenizer,
      ChatTemplate template,
      Map<String, @Nullable Object> variables,
      ChatRecord chat,
      List<Example> examples) {
    List<int[]> prompts = new ArrayList<>();
    for (Example example : examples) {
      for (int t = 1; t < example.length(); t++) {
        if (example.learnt()[t] && !example.learnt()[t - 1]) {
          prompts.add(Arrays.copyOf(example.tokens(), t));
        }
      }
    }
    List<int[]> expected = new ArrayList<>();
    for (int i = 1; i < chat.messages().size(); i += 2) {
      var request =
          new ChatTemplate.Request(
              chat.messages().subList(0, i), List.of(), true, variables, TestModels.NOW);
      expected.add(tokenizer.encode(template.render(request), false));
    }
    assertThat(prompts).usingRecursiveComparison().isEqualTo(expected);
  }

  @Test
  @DisplayName("all templates of the fixtures are known here")
  void all() throws IOException {
    try (Stream<Path> files = Files.list(TestModels.fixture("templates"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".jinja"))
                  .map(name -> name.substring(0, name.length() - ".jinja".length())))
          .containsExactlyInAnyOrderElementsOf(PLAIN.keySet());
    }
  }

  @Test
  void answers_without_reasoning() {
    PLAIN.forEach(
        (name, expected) -> assertThat(learnt(name, false, true)).as(name).isEqualTo(expected));
  }

  @Test
  void answers_with_reasoning() {
    WITH_REASONING.forEach(
        (name, expected) -> assertThat(learnt(name, true, true)).as(name).isEqualTo(expected));
  }

  @Test
  void answers_where_thinking_is_switched_off() {
    NOT_THINKING.forEach(
        (name, expected) -> assertThat(learnt(name, false, false)).as(name).isEqualTo(expected));
  }

  /** Real vocabularies: merges over the border of an answer, NFC, SentencePiece's spaces. */
  @Test
  void real_vocabularies_with_their_own_and_with_blossom_s_template() {
    Map<String, Set<String>> templates =
        Map.of("qwen1.5", Set.of("chatml", "blossom"), "yi", Set.of("blossom", "plain"));
    List<String> answers =
        List.of(
            "Hello, world.",
            " begins with a space",
            "\nbegins with a line",
            "\n\n  代码：\n```java\nint x = 1;\n```\n",
            "e\u0301 is not in normal form",
            "你好！数学：1234×5=6170",
            "<|im_end|> typed",
            "🚀🦙");
    templates.forEach((name, kinds) -> {
      Tokenizer tokenizer =
          Tokenizer.fromJson(TestModels.fixture("tokenizers/" + name + "/tokenizer.json"));
      String eos = tokenizer.token(tokenizer.eos().orElseThrow());
      for (String kind : kinds) {
        ChatTemplate template =
            switch (kind) {
              case "blossom" -> ChatTemplates.blossom(new SpecialTokens("", eos));
              case "chatml" -> TestModels.template(TestModels.CHATML);
              default ->
                  TestModels.template(
                      "{% for m in messages %}{{ m.role + ': ' + m.content }}"
                          + "{% if m.role == 'assistant' %}{{ '"
                          + eos
                          + "' }}{% endif %}"
                          + "{{ '\n' }}{% endfor %}"
                          + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}");
            };
        ExampleBuilder builder =
            new ExampleBuilder(tokenizer, template, ExamplePolicy.of(10_000), TestModels.NOW);
        for (String answer : answers) {
          ChatRecord chat = TestModels.chat("c", "Q？ ", answer, "And?", answer);
          List<Example> examples = builder.build(chat).examples();
          assertThat(examples).hasSize(1);
          Example example = examples.getFirst();
          String learnt = TestModels.learnt(tokenizer, example);
          String normal =
              name.equals("yi")
                  ? answer
                  : java.text.Normalizer.normalize(answer, java.text.Normalizer.Form.NFC);
          assertThat(learnt).as("%s %s", name, kind).isEqualTo(normal + eos + "¦" + normal + eos);
          int end = 0;
          for (int t = 0; t < example.length(); t++) {
            if (example.learnt()[t] && tokenizer.endOfGeneration().contains(example.tokens()[t])) {
              end++;
            }
          }
          assertThat(end).as("end tokens learnt").isEqualTo(2);
        }
      }
    });
  }
}
