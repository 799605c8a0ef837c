package org.blossomlm.data.teacher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.ServiceSettings.ReasoningRule;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatMessages;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request to a service. In this order, the later ones win:
 *
 * <ol>
 *   <li>{@code response_format}, where a request has a schema and the service knows schemas,
 *   <li>the parameters of the teacher,
 *   <li>the parameters of the request,
 *   <li>{@code model} and {@code messages}, which parameters cannot replace.
 * </ol>
 *
 * A parameter replaces one of the same name as a whole; null takes it away. Fields of messages that
 * the API does not know stay at home: services refuse them, and they belong to the data set.
 */
final class RequestBody {
  /** Parameters that would change what the answer is to, or how many answers are paid for. */
  private static final Set<String> RESERVED =
      Set.of("model", "messages", "input", "stream", "stream_options", "n");

  private RequestBody() {}

  /**
   * @throws DataException if there is one that parameters may not set
   */
  static void checkParameters(String where, Map<String, ? extends @Nullable Object> parameters) {
    for (String name : parameters.keySet()) {
      if (RESERVED.contains(name)) {
        throw new DataException(
            where
                + ": '"
                + name
                + "' is set by Blossom: the model, streaming and the text by the settings of the"
                + " teacher and by operators; each call has one answer");
      }
    }
  }

  static Map<String, @Nullable Object> chat(ServiceSettings settings, CompletionRequest request) {
    checkParameters("teacher " + settings.name(), request.parameters());
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    request
        .schema()
        .ifPresent(schema -> {
          switch (settings.structuredOutput()) {
            case NONE -> {}
            case JSON_OBJECT -> parameters.put("response_format", Map.of("type", "json_object"));
            case JSON_SCHEMA -> parameters.put("response_format", responseFormat(schema));
          }
        });
    parameters.putAll(settings.parameters());
    parameters.putAll(request.parameters());
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("model", settings.model());
    body.put("messages", messages(request.messages(), settings.reasoning()));
    body.putAll(parameters);
    body.values().removeIf(value -> value == null);
    return body;
  }

  /** Without {@code input}. */
  static Map<String, @Nullable Object> embedding(ServiceSettings settings) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("model", settings.model());
    body.putAll(settings.parameters());
    body.values().removeIf(value -> value == null);
    return body;
  }

  private static List<Map<String, @Nullable Object>> messages(
      List<ChatMessage> messages, ReasoningRule rule) {
    List<Map<String, @Nullable Object>> result = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, @Nullable Object> map = ChatMessages.toMap(message);
      map.keySet().removeAll(message.extra().keySet());
      boolean reasoning =
          switch (rule) {
            case NEVER -> false;
            case ALWAYS -> message.role() == Role.ASSISTANT;
            case WITH_TOOL_CALLS ->
                message.role() == Role.ASSISTANT && !message.toolCalls().isEmpty();
          };
      if (!reasoning) {
        map.remove("reasoning_content");
      }
      result.add(map);
    }
    return result;
  }

  private static Map<String, Object> responseFormat(Map<String, Object> schema) {
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("name", "answer");
    named.put("strict", isStrict(schema));
    named.put("schema", schema);
    Map<String, Object> format = new LinkedHashMap<>();
    format.put("type", "json_schema");
    format.put("json_schema", named);
    return format;
  }

  /**
   * Whether OpenAI takes a schema as a strict one: every object names all its properties as
   * required and allows no others. It refuses a request that says strict of any other schema.
   */
  private static boolean isStrict(@Nullable Object schema) {
    return switch (schema) {
      case Map<?, ?> map -> {
        boolean fine = true;
        if (map.get("properties") instanceof Map<?, ?> properties) {
          fine =
              Boolean.FALSE.equals(map.get("additionalProperties"))
                  && map.get("required") instanceof List<?> required
                  && Set.copyOf(required).equals(properties.keySet());
        } else if ("object".equals(map.get("type"))) {
          fine = false;
        }
        yield fine && map.values().stream().allMatch(RequestBody::isStrict);
      }
      case List<?> list -> list.stream().allMatch(RequestBody::isStrict);
      case null, default -> true;
    };
  }
}
