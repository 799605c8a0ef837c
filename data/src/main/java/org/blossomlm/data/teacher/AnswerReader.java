package org.blossomlm.data.teacher;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatMessages;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads bodies of OpenAI's shape: generously, as services differ. */
final class AnswerReader {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private AnswerReader() {}

  /**
   * @param usage empty where the service does not say
   */
  record Answer(ChatMessage message, FinishReason finish, Optional<Usage> usage) {}

  /** The body as an object; empty if it is none. */
  static Optional<Map<?, ?>> object(byte[] body) {
    try {
      return JSON.readValue(body, Object.class) instanceof Map<?, ?> map
          ? Optional.of(map)
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** Whether a body with status 200 is an answer at all; gateways send other things as well. */
  static boolean isAnswer(Map<?, ?> body) {
    return body.get("choices") instanceof List<?> choices
        && !choices.isEmpty()
        && choices.getFirst() instanceof Map<?, ?> choice
        && choice.get("message") instanceof Map<?, ?>;
  }

  /**
   * Reads an answer that {@link #isAnswer}.
   *
   * @throws TeacherException if the message in it makes no sense, such as tool calls without names
   */
  static Answer read(String teacher, CachedCall call) {
    byte[] body = call.payload();
    Map<?, ?> tree = call.object().filter(AnswerReader::isAnswer).orElse(Map.of());
    if (!(tree.get("choices") instanceof List<?> choices)
        || !(choices.getFirst() instanceof Map<?, ?> choice)
        || !(choice.get("message") instanceof Map<?, ?> found)) {
      throw new TeacherException(
          "teacher " + teacher + ": no answer in: " + beginning(body), CachedCall.ANSWERED);
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    found.forEach((key, value) -> fields.put(String.valueOf(key), value));
    fields.put("role", "assistant");
    // Services write out what they do not use: refusal: null, annotations: [].
    fields
        .entrySet()
        .removeIf(field ->
            !field.getKey().equals("content")
                && (field.getValue() == null
                    || (field.getValue() instanceof List<?> list && list.isEmpty())));
    try {
      return new Answer(
          ChatMessages.fromList(List.of(fields)).getFirst(),
          finish(choice.get("finish_reason")),
          usage(tree));
    } catch (ModelException e) {
      throw new TeacherException(
          "teacher "
              + teacher
              + ": an answer that makes no sense: "
              + e.getMessage()
              + " in: "
              + beginning(body),
          CachedCall.ANSWERED);
    }
  }

  private static FinishReason finish(@Nullable Object reason) {
    return switch (reason instanceof String text ? text : "") {
      case "stop", "end_turn", "eos" -> FinishReason.STOP;
      case "length", "max_tokens" -> FinishReason.LENGTH;
      case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
      case "content_filter" -> FinishReason.CONTENT_FILTER;
      default -> FinishReason.UNKNOWN;
    };
  }

  /** Tokens of a call; what the service had in its cache stands in one of two places. */
  static Optional<Usage> usage(Map<?, ?> body) {
    if (!(body.get("usage") instanceof Map<?, ?> usage)) {
      return Optional.empty();
    }
    long prompt = count(usage.get("prompt_tokens"));
    long cached =
        usage.get("prompt_tokens_details") instanceof Map<?, ?> details
            ? count(details.get("cached_tokens"))
            : count(usage.get("prompt_cache_hit_tokens"));
    long completion = count(usage.get("completion_tokens"));
    return Optional.of(new Usage(prompt, Math.min(cached, prompt), completion));
  }

  private static long count(@Nullable Object value) {
    return value instanceof Number number ? Math.max(0, number.longValue()) : 0;
  }

  /** The beginning of a body, for messages. */
  static String beginning(byte[] body) {
    int most = 1000;
    String text =
        new String(body, 0, Math.min(body.length, 4 * most), StandardCharsets.UTF_8).strip();
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }
}
