package org.blossomlm.model.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one message of OpenAI's chat API. */
final class MessageReader {
  /** What clients call the thinking, the first that is present wins. */
  private static final List<String> REASONING_FIELDS =
      List.of("reasoning_content", "reasoning", "thinking");

  private final JsonField message;
  private final Map<String, @Nullable Object> fields;

  MessageReader(JsonField message) {
    this.message = message;
    this.fields = message.object();
  }

  ChatMessage read() {
    Role role = role();
    Content body = content();
    Optional<String> reasoning = reasoning();
    List<ToolCall> toolCalls = toolCalls();
    Optional<String> toolCallId = take("tool_call_id").optionalString();
    Optional<String> name = take("name").optionalString();
    return new ChatMessage(role, body, reasoning, toolCalls, toolCallId, name, fields);
  }

  /** Removes a field, so that what is left at the end is extra. */
  private JsonField take(String name) {
    JsonField field = message.field(fields, name);
    fields.remove(name);
    return field;
  }

  private Role role() {
    JsonField field = take("role");
    return switch (field.stringOr("")) {
      case "system", "developer" -> Role.SYSTEM;
      case "user" -> Role.USER;
      case "assistant" -> Role.ASSISTANT;
      case "tool", "function" -> Role.TOOL;
      default -> throw field.unexpected("system, user, assistant or tool");
    };
  }

  private Content content() {
    JsonField field = take("content");
    return switch (field.value()) {
      case null -> new Content.None();
      case String text -> new Content.Text(text);
      case List<?> parts -> {
        List<ContentPart> result = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
          result.add(part(field.element(parts, i)));
        }
        yield new Content.Parts(result);
      }
      default -> throw field.unexpected("a string, a list of parts or null");
    };
  }

  private static ContentPart part(JsonField part) {
    if (part.value() instanceof String text) {
      return new ContentPart.Text(text);
    }
    Map<String, @Nullable Object> fields = part.object();
    JsonField type = part.field(fields, "type");
    return switch (type.stringOr("")) {
      case "text" -> new ContentPart.Text(part.field(fields, "text").string());
      case "image_url", "image" -> image(part, fields);
      default -> throw type.unexpected("text, image_url or image");
    };
  }

  private static ContentPart image(JsonField part, Map<String, @Nullable Object> fields) {
    for (String name : List.of("image_url", "image", "url", "path")) {
      JsonField reference = part.field(fields, name);
      if (reference.value() instanceof String url) {
        return new ContentPart.Image(url, part.field(fields, "detail").optionalString());
      }
      if (reference.value() instanceof Map<?, ?>) {
        Map<String, @Nullable Object> inner = reference.object();
        return new ContentPart.Image(
            reference.field(inner, "url").string(),
            reference.field(inner, "detail").optionalString());
      }
    }
    return new ContentPart.Image("", Optional.empty());
  }

  private Optional<String> reasoning() {
    Optional<String> found = Optional.empty();
    for (String name : REASONING_FIELDS) {
      if (found.isEmpty() && fields.get(name) instanceof String) {
        found = take(name).optionalString();
      } else if (fields.containsKey(name) && fields.get(name) == null) {
        fields.remove(name);
      }
    }
    return found;
  }

  private List<ToolCall> toolCalls() {
    JsonField field = take("tool_calls");
    if (field.value() == null) {
      return List.of();
    }
    List<?> calls = field.list();
    List<ToolCall> result = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      result.add(toolCall(field.element(calls, i)));
    }
    return result;
  }

  /** {@code {"id", "type", "function": {"name", "arguments"}}}, or the inner object alone. */
  private static ToolCall toolCall(JsonField call) {
    Map<String, @Nullable Object> fields = call.object();
    JsonField function = fields.containsKey("function") ? call.field(fields, "function") : call;
    Map<String, @Nullable Object> inner = function.object();
    return new ToolCall(
        call.field(fields, "id").optionalString().orElse(""),
        function.field(inner, "name").string(),
        arguments(function.field(inner, "arguments")));
  }

  private static Map<String, @Nullable Object> arguments(JsonField field) {
    return switch (field.value()) {
      case null -> Map.of();
      case Map<?, ?> map -> field.object();
      case String text when text.isBlank() -> Map.of();
      case String text -> {
        Object parsed = ChatMessages.parse(text, field.path());
        if (!(parsed instanceof Map<?, ?>)) {
          throw field.unexpected("an object, or a string with the JSON of one");
        }
        yield new JsonField(field.path(), parsed).object();
      }
      default -> throw field.unexpected("an object, or a string with the JSON of one");
    };
  }
}
