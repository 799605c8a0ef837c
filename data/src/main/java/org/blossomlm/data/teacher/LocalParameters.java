package org.blossomlm.data.teacher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.blossomlm.data.DataException;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessages;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a request to a local model may say, in the words of OpenAI's and Ollama's APIs. A parameter
 * that the engine does not have is an error: leaving it out would answer another question.
 */
final class LocalParameters {
  private static final Map<String, Setter> SAMPLING =
      Map.ofEntries(
          Map.entry("temperature", (b, n) -> b.temperature(n.floatValue())),
          Map.entry("top_p", (b, n) -> b.topP(n.floatValue())),
          Map.entry("top_k", (b, n) -> b.topK(n.intValue())),
          Map.entry("min_p", (b, n) -> b.minP(n.floatValue())),
          Map.entry("typical_p", (b, n) -> b.typicalP(n.floatValue())),
          Map.entry("repeat_penalty", (b, n) -> b.repeatPenalty(n.floatValue())),
          Map.entry("repeat_last_n", (b, n) -> b.repeatLastN(n.intValue())),
          Map.entry("presence_penalty", (b, n) -> b.presencePenalty(n.floatValue())),
          Map.entry("frequency_penalty", (b, n) -> b.frequencyPenalty(n.floatValue())),
          Map.entry("seed", (b, n) -> b.seed(n.longValue())));

  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
  private static final String STOP = "stop";
  static final String TOOLS = "tools";
  static final String VARIABLES = "chat_template_kwargs";
  private static final String NEXT_ROLE = "next_role";

  private final SettingsReader fields;
  private final Map<String, @Nullable Object> values;

  private interface Setter {
    SamplingOptions.Builder set(SamplingOptions.Builder builder, Number value);
  }

  /**
   * @param values by name; nulls are as if absent
   * @throws DataException naming the parameter, what was found and what is allowed
   */
  LocalParameters(String teacher, Map<String, ? extends @Nullable Object> values) {
    this.values = new LinkedHashMap<>();
    values.forEach((name, value) -> {
      if (value != null) {
        this.values.put(name, value);
      }
    });
    this.fields = SettingsReader.of("teacher " + teacher + ": parameters", this.values);
    for (String name : new TreeSet<>(SAMPLING.keySet())) {
      if (fields.has(name) && !(fields.value(name) instanceof Number)) {
        throw fields.wrong(name, "a number");
      }
    }
    for (String name : List.of(MAX_TOKENS, MAX_COMPLETION_TOKENS)) {
      fields.integer(name, -1, Integer.MAX_VALUE);
    }
    stop();
    tools();
    variables();
    nextRole();
    fields.finish();
    options(SamplingOptions.DEFAULT, 0, List.of());
  }

  /** Those that were given. */
  Map<String, @Nullable Object> values() {
    return values;
  }

  /** At most so many tokens of an answer; -1 is no limit. */
  int maxTokens() {
    return (int)
        fields
            .integer(MAX_COMPLETION_TOKENS, -1, Integer.MAX_VALUE)
            .orElse(fields.integer(MAX_TOKENS, -1, Integer.MAX_VALUE).orElse(-1));
  }

  /**
   * @param defaults of the model
   * @param seed where the request has none
   * @param alsoStop texts that end the answer, besides those of the request
   */
  GenerationOptions options(SamplingOptions defaults, long seed, List<String> alsoStop) {
    SamplingOptions.Builder sampling = defaults.toBuilder().seed(seed);
    SAMPLING.forEach((name, setter) -> {
      if (fields.value(name) instanceof Number number) {
        setter.set(sampling, number);
      }
    });
    List<String> stop = stop();
    stop.addAll(alsoStop);
    try {
      return GenerationOptions.builder()
          .sampling(sampling.build())
          .maxTokens(maxTokens())
          .stop(stop)
          .build();
    } catch (IllegalArgumentException e) {
      throw new DataException("parameters of a local model: " + e.getMessage(), e);
    }
  }

  private List<String> stop() {
    return new ArrayList<>(fields.texts(STOP));
  }

  List<Map<String, Object>> tools() {
    try {
      return ChatMessages.toolsFromList(fields.value(TOOLS));
    } catch (ModelException e) {
      throw new DataException("parameters of a local model: " + e.getMessage(), e);
    }
  }

  /** Variables of the chat template, such as {@code enable_thinking}. */
  Map<String, @Nullable Object> variables() {
    return fields.map(VARIABLES);
  }

  /**
   * Who speaks next: the assistant, or with {@code next_role: user} the user, so that a model that
   * was trained on conversations makes up a question (Xu et al., "Magpie", 2024).
   */
  Role nextRole() {
    return Optional.ofNullable(fields.value(NEXT_ROLE))
        .map(found ->
            switch (String.valueOf(found)) {
              case "assistant" -> Role.ASSISTANT;
              case "user" -> Role.USER;
              default -> throw fields.wrong(NEXT_ROLE, "assistant or user");
            })
        .orElse(Role.ASSISTANT);
  }
}
