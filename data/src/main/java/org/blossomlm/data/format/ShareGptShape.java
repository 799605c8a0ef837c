package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.jspecify.annotations.Nullable;

/**
 * ShareGPT: {@code conversations} of {@code from} and {@code value}, an optional {@code system} and
 * {@code tools} (a string with JSON). Calls of tools are messages from {@code function_call} whose
 * value is the JSON of a call or of a list, answers come from {@code observation}. What {@code
 * from} and {@code value} cannot say (names, ids of calls, reasoning, unknown fields) stands beside
 * them as OpenAI spells it. Preference pairs have a {@code chosen} and a {@code rejected} message.
 *
 * @see <a
 *     href="https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md">LLaMA-Factory</a>
 */
record ShareGptShape() implements Shape {
  private static final List<String> NAMES =
      List.of("conversations", "system", "tools", "chosen", "rejected");

  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return isConversation(object.get("conversations"));
  }

  static boolean isConversation(@Nullable Object value) {
    return value instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(element -> isItem(element));
  }

  static boolean isItem(@Nullable Object value) {
    return value instanceof Map<?, ?> item
        && item.get("from") instanceof String
        && item.containsKey("value");
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    Fields fields = new Fields(object);
    if (!fields.has("conversations")) {
      throw Fields.unexpected("conversations", null, "a list of objects with from and value");
    }
    List<ChatMessage> messages = new ArrayList<>();
    if (fields.peek("system") instanceof String system) {
      fields.take("system");
      if (!system.isEmpty()) {
        messages.add(ChatMessage.system(system));
      }
    }
    messages.addAll(items("conversations", fields.take("conversations")));
    if (fields.has("chosen") && fields.has("rejected")) {
      var chosen = items("chosen", fields.take("chosen"));
      var rejected = items("rejected", fields.take("rejected"));
      return new PreferenceRecord(
          HeadJson.take(object, fields, origin), messages, chosen, rejected);
    }
    var tools = MessageJson.tools("tools", fields.take("tools"));
    return new ChatRecord(HeadJson.take(object, fields, origin), messages, tools);
  }

  /** A list of items, or one. */
  static List<ChatMessage> items(String name, @Nullable Object value) {
    List<?> list = value instanceof Map<?, ?> ? List.of(value) : Fields.list(name, value);
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String where = list.size() == 1 && value instanceof Map ? name : name + "[" + i + "]";
      messages.add(item(where, Fields.object(where, list.get(i))));
    }
    return messages;
  }

  private static ChatMessage item(String where, Map<String, @Nullable Object> object) {
    Fields fields = new Fields(object);
    Object from = fields.take("from");
    Object value = fields.take("value");
    String role =
        switch (from instanceof String text ? text : "") {
          case "human", "user" -> "user";
          case "gpt", "assistant", "chatgpt", "bard", "bing", "model", "bot" -> "assistant";
          case "function_call" -> "assistant";
          case "system" -> "system";
          case "observation", "tool", "function" -> "tool";
          default ->
              throw Fields.unexpected(
                  where + ".from", from, "system, human, gpt, function_call or observation");
        };
    // Beside from and value these names have no meaning.
    Map<String, @Nullable Object> message = fields.aside(List.of("role", "content"));
    message.put("role", role);
    if ("function_call".equals(from)) {
      message.put("content", null);
      message.put("tool_calls", calls(where, value));
    } else {
      message.put("content", value);
    }
    return read(where, message);
  }

  private static ChatMessage read(String where, Map<String, @Nullable Object> message) {
    try {
      return MessageJson.read(message);
    } catch (ModelException e) {
      throw new DataException(
          where + String.valueOf(e.getMessage()).replaceFirst("^messages\\[0\\]", ""), e);
    }
  }

  private static Object calls(String where, @Nullable Object value) {
    Object tree = value instanceof String text ? MessageJson.parse(where + ".value", text) : value;
    return switch (tree) {
      case List<?> list -> list;
      case Map<?, ?> call -> List.of(call);
      case null, default ->
          throw Fields.unexpected(where + ".value", value, "the JSON of a call or of a list");
    };
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    Map<String, @Nullable Object> map = HeadJson.begin(record.head());
    switch (record) {
      case ChatRecord chat -> {
        map.put("conversations", chat.messages().stream().map(ShareGptShape::item).toList());
        if (!chat.tools().isEmpty()) {
          map.put("tools", JsonTree.write(chat.tools()));
        }
      }
      case PreferenceRecord pair -> {
        map.put("conversations", pair.prompt().stream().map(ShareGptShape::item).toList());
        map.put("chosen", oneOrMore(pair.chosen()));
        map.put("rejected", oneOrMore(pair.rejected()));
      }
      default -> throw Misfit.of(record, "sharegpt");
    }
    return HeadJson.end(map, record.head(), NAMES);
  }

  private static Object oneOrMore(List<ChatMessage> messages) {
    var items = messages.stream().map(ShareGptShape::item).toList();
    return items.size() == 1 ? items.getFirst() : items;
  }

  private static Map<String, @Nullable Object> item(ChatMessage message) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    Map<String, @Nullable Object> openAi = MessageJson.write(message);
    openAi.remove("role");
    Object content = openAi.remove("content");
    boolean onlyCalls =
        message.role() == Role.ASSISTANT
            && message.body() instanceof Content.None
            && !message.toolCalls().isEmpty()
            && message.toolCalls().stream().allMatch(call -> call.id().isEmpty())
            && !message.extra().containsKey("tool_call_fields");
    if (onlyCalls) {
      openAi.remove("tool_calls");
      List<Object> calls = new ArrayList<>();
      message.toolCalls().forEach(call -> calls.add(call(call)));
      map.put("from", "function_call");
      map.put("value", JsonTree.write(calls.size() == 1 ? calls.getFirst() : calls));
    } else {
      map.put("from", name(message.role()));
      map.put("value", content);
    }
    map.putAll(new Fields(openAi).aside(List.of("from", "value")));
    return map;
  }

  private static Map<String, @Nullable Object> call(ToolCall call) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", call.name());
    map.put("arguments", call.arguments());
    return map;
  }

  private static String name(Role role) {
    return switch (role) {
      case SYSTEM -> "system";
      case USER -> "human";
      case ASSISTANT -> "gpt";
      case TOOL -> "observation";
    };
  }
}
