package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatMessages;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.jspecify.annotations.Nullable;

/**
 * Messages as OpenAI spells them. What parts and tool calls have beyond what {@link ChatMessage}
 * knows of them is kept in the message's extra fields, as one object for each part or call.
 */
final class MessageJson {
  static final List<String> NAMES =
      List.of("role", "content", "reasoning_content", "tool_calls", "tool_call_id", "name");

  /** Extra fields of parts, of calls, and of the functions of calls. */
  private static final String PARTS = "part_fields";

  private static final String CALLS = "tool_call_fields";

  private static final Set<String> OF_PARTS =
      Set.of("type", "text", "image_url", "image", "url", "path", "detail");

  private static final Set<String> OF_CALLS = Set.of("id", "type", "function");
  private static final Set<String> OF_BARE_CALLS = Set.of("id", "type", "name", "arguments");

  private MessageJson() {}

  /** The messages of the field {@code name}: a list, or a string with the JSON of one. */
  static List<ChatMessage> read(String name, @Nullable Object value) {
    Object tree = value instanceof String text && text.startsWith("[") ? parse(name, text) : value;
    List<?> list = Fields.list(name, tree);
    try {
      List<ChatMessage> known = ChatMessages.fromList(list);
      List<ChatMessage> messages = new ArrayList<>();
      for (int i = 0; i < known.size(); i++) {
        messages.add(withUnknown(known.get(i), Fields.object(name, list.get(i))));
      }
      return messages;
    } catch (ModelException e) {
      throw new DataException(renamed(name, e), e);
    }
  }

  /** One message. */
  static ChatMessage read(Map<String, @Nullable Object> object) {
    return withUnknown(ChatMessages.fromList(List.of(object)).getFirst(), object);
  }

  /** The message of {@code e}, which speaks of {@code messages}, with the field's own name. */
  private static String renamed(String name, ModelException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("messages") ? name + message.substring("messages".length()) : message;
  }

  private static ChatMessage withUnknown(ChatMessage message, Map<String, @Nullable Object> raw) {
    Map<String, @Nullable Object> extra = new Fields(message.extra()).rest();
    keep(extra, PARTS, raw.get("content"), false);
    keep(extra, CALLS, raw.get("tool_calls"), true);
    return extra.equals(message.extra()) ? message : withExtra(message, extra);
  }

  private static void keep(
      Map<String, @Nullable Object> extra, String name, @Nullable Object list, boolean calls) {
    List<Map<String, @Nullable Object>> unknown = new ArrayList<>();
    if (list instanceof List<?> elements) {
      for (Object element : elements) {
        Map<String, @Nullable Object> left = new LinkedHashMap<>();
        if (element instanceof Map<?, ?> map) {
          left.putAll(Fields.object(name, map));
          left.keySet()
              .removeAll(
                  calls ? (left.containsKey("function") ? OF_CALLS : OF_BARE_CALLS) : OF_PARTS);
        }
        unknown.add(left);
      }
    }
    if (unknown.stream().anyMatch(left -> !left.isEmpty())) {
      extra.put(name, unknown);
    }
  }

  /** Tools of the field {@code name}: a list, or a string with the JSON of one. */
  static List<Map<String, Object>> tools(String name, @Nullable Object value) {
    if (value instanceof String text && text.isBlank()) {
      return List.of();
    }
    try {
      return ChatMessages.toolsFromList(value instanceof String text ? parse(name, text) : value);
    } catch (ModelException e) {
      throw new DataException(String.valueOf(e.getMessage()), e);
    }
  }

  static @Nullable Object parse(String name, String text) {
    try {
      return JsonTree.parse(text);
    } catch (DataException e) {
      throw new DataException(name + ": " + e.getMessage(), e);
    }
  }

  static List<Map<String, @Nullable Object>> write(List<ChatMessage> messages) {
    List<Map<String, @Nullable Object>> written = new ArrayList<>();
    messages.forEach(message -> written.add(write(message)));
    return written;
  }

  private static List<Map<String, @Nullable Object>> objects(String name, List<?> list) {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    list.forEach(element -> objects.add(Fields.object(name, element)));
    return objects;
  }

  static Map<String, @Nullable Object> write(ChatMessage message) {
    Map<String, @Nullable Object> extra = new LinkedHashMap<>(message.extra());
    Map<String, @Nullable Object> map =
        new LinkedHashMap<>(ChatMessages.toMap(withExtra(message, Map.of())));
    if (message.body() instanceof Content.Parts parts) {
      List<Map<String, @Nullable Object>> written = new ArrayList<>();
      parts.parts().forEach(part -> written.add(part(part)));
      map.put("content", merged(written, extra, PARTS));
    }
    if (map.get("tool_calls") instanceof List<?> calls) {
      map.put("tool_calls", merged(objects("tool_calls", calls), extra, CALLS));
    }
    Fields.addExtra(map, extra, NAMES);
    return map;
  }

  /** In the same order in every run, unlike {@code Map.of}. */
  private static Map<String, @Nullable Object> part(ContentPart part) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    switch (part) {
      case ContentPart.Text text -> {
        map.put("type", "text");
        map.put("text", text.text());
      }
      case ContentPart.Image image -> {
        Map<String, @Nullable Object> reference = new LinkedHashMap<>();
        reference.put("url", image.url());
        image.detail().ifPresent(detail -> reference.put("detail", detail));
        map.put("type", "image_url");
        map.put("image_url", reference);
      }
    }
    return map;
  }

  /** Gives the elements their unknown fields again, where there are still as many of both. */
  private static List<Map<String, @Nullable Object>> merged(
      List<Map<String, @Nullable Object>> elements,
      Map<String, @Nullable Object> extra,
      String name) {
    if (!(extra.get(name) instanceof List<?> unknown)
        || unknown.size() != elements.size()
        || !unknown.stream().allMatch(Map.class::isInstance)) {
      return elements;
    }
    extra.remove(name);
    List<Map<String, @Nullable Object>> result = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      Map<String, @Nullable Object> element = new LinkedHashMap<>(elements.get(i));
      Fields.object(name, unknown.get(i)).forEach(element::putIfAbsent);
      result.add(element);
    }
    return result;
  }

  // The class file of a record does not say that the values of its maps may be null.
  @SuppressWarnings("NullAway")
  static ChatMessage withExtra(ChatMessage message, Map<String, @Nullable Object> extra) {
    return new ChatMessage(
        message.role(),
        message.body(),
        message.reasoning(),
        message.toolCalls(),
        message.toolCallId(),
        message.name(),
        extra);
  }
}
