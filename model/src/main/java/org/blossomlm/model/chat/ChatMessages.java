package org.blossomlm.model.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages as JSON in the shape of OpenAI's chat API. Reading is generous where clients differ:
 * content may be a string, a list of parts or null; tool call arguments an object or a string with
 * JSON; reasoning is called {@code reasoning_content}, {@code reasoning} or {@code thinking};
 * {@code developer} is a system message and {@code function} a tool's. Fields without a meaning
 * here are kept in {@link ChatMessage#extra()} and written again.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">Chat completions</a>
 */
public final class ChatMessages {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ChatMessages() {}

  /**
   * Reads a JSON array of messages, or an object that has one as {@code messages}.
   *
   * @throws ModelException naming the field, what was found and what is allowed
   */
  public static List<ChatMessage> read(String json) {
    Object tree = parse(json, "messages");
    return fromList(tree instanceof Map<?, ?> request ? request.get("messages") : tree);
  }

  /**
   * Reads messages from parsed JSON: a list of maps.
   *
   * @throws ModelException naming the field, what was found and what is allowed
   */
  public static List<ChatMessage> fromList(@Nullable Object messages) {
    List<ChatMessage> result = new ArrayList<>();
    List<?> elements = new JsonField("messages", messages).list();
    for (int i = 0; i < elements.size(); i++) {
      result.add(new MessageReader(new JsonField("messages[" + i + "]", elements.get(i))).read());
    }
    return List.copyOf(result);
  }

  /**
   * Reads tool schemas from parsed JSON: a list of maps, kept as they are; nothing if it is null.
   *
   * @throws ModelException naming the field, what was found and what is allowed
   */
  public static List<Map<String, Object>> toolsFromList(@Nullable Object tools) {
    List<Map<String, Object>> result = new ArrayList<>();
    List<?> elements = tools == null ? List.of() : new JsonField("tools", tools).list();
    for (int i = 0; i < elements.size(); i++) {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.putAll(new JsonField("tools[" + i + "]", elements.get(i)).object());
      result.add(schema);
    }
    return result;
  }

  /** Writes a JSON array; tool call arguments become strings, as OpenAI's API has them. */
  public static String write(List<ChatMessage> messages) {
    return JSON.writeValueAsString(messages.stream().map(ChatMessages::toMap).toList());
  }

  /** The JSON object of {@code message} as a map in the order in which it is written. */
  public static Map<String, @Nullable Object> toMap(ChatMessage message) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("role", message.role().wireName());
    map.put(
        "content",
        switch (message.body()) {
          case Content.None none -> null;
          case Content.Text text -> text.text();
          case Content.Parts parts -> parts.parts().stream().map(ChatMessages::toMap).toList();
        });
    message.reasoning().ifPresent(reasoning -> map.put("reasoning_content", reasoning));
    if (!message.toolCalls().isEmpty()) {
      map.put("tool_calls", message.toolCalls().stream().map(ChatMessages::toMap).toList());
    }
    message.toolCallId().ifPresent(id -> map.put("tool_call_id", id));
    message.name().ifPresent(name -> map.put("name", name));
    map.putAll(message.extra());
    return map;
  }

  private static Map<String, Object> toMap(ContentPart part) {
    return switch (part) {
      case ContentPart.Text text -> Map.of("type", "text", "text", text.text());
      case ContentPart.Image image -> {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("url", image.url());
        image.detail().ifPresent(detail -> reference.put("detail", detail));
        yield Map.of("type", "image_url", "image_url", reference);
      }
    };
  }

  private static Map<String, Object> toMap(ToolCall call) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", call.id());
    map.put("type", "function");
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", call.name());
    function.put("arguments", JSON.writeValueAsString(call.arguments()));
    map.put("function", function);
    return map;
  }

  /** Parsed JSON as maps, lists and scalars. */
  static @Nullable Object parse(String json, String where) {
    try {
      return JSON.readValue(json, Object.class);
    } catch (JacksonException e) {
      throw new ModelException(where + ": not valid JSON: " + e.getOriginalMessage(), e);
    }
  }
}
