package org.blossomlm.data.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.jspecify.annotations.Nullable;

/**
 * A list of messages with {@code role} and {@code content}: in OpenAI's files for fine-tuning it is
 * called {@code messages}, in the published Blossom sets {@code conversations}. Preference pairs
 * have {@code input}, {@code preferred_output} and {@code non_preferred_output}, as OpenAI's.
 *
 * @param key the name of the list
 */
record MessagesShape(String key) implements Shape {
  /** A list with none of these is something else by the same name. */
  private static final Set<Object> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private static final String BETTER = "preferred_output";
  private static final String WORSE = "non_preferred_output";

  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return isPair(object) || isMessages(object.get(key));
  }

  private boolean isPair(Map<String, @Nullable Object> object) {
    return key.equals("messages")
        && object.get("input") instanceof Map<?, ?>
        && object.containsKey(BETTER)
        && object.containsKey(WORSE);
  }

  private static boolean isRole(@Nullable Object role) {
    return role != null && ROLES.contains(role);
  }

  /** Whether all elements have a role, and a content that a message can have. */
  static boolean isMessages(@Nullable Object value) {
    if (value instanceof String text && text.startsWith("[{") && text.contains("\"role\"")) {
      return true; // Tables keep lists as JSON.
    }
    return value instanceof List<?> list
        && list.stream().anyMatch(each -> each instanceof Map<?, ?> map && isRole(map.get("role")))
        && list.stream()
            .allMatch(element ->
                element instanceof Map<?, ?> message
                    && message.get("role") instanceof String
                    && !(message.get("content") instanceof Map<?, ?>));
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    Fields fields = new Fields(object);
    if (isPair(object)) {
      Fields input = new Fields(fields.takeObject("input"));
      var prompt = MessageJson.read("input.messages", input.take("messages"));
      var better = MessageJson.read(BETTER, fields.take(BETTER));
      var worse = MessageJson.read(WORSE, fields.take(WORSE));
      Map<String, @Nullable Object> rest = input.rest();
      if (!rest.isEmpty()) {
        fields.put("input", rest);
      }
      return new PreferenceRecord(HeadJson.take(object, fields, origin), prompt, better, worse);
    }
    if (!fields.has(key)) {
      throw Fields.unexpected(key, null, "a list of messages");
    }
    var messages = MessageJson.read(key, fields.take(key));
    var tools = MessageJson.tools("tools", fields.take("tools"));
    return new ChatRecord(HeadJson.take(object, fields, origin), messages, tools);
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    Map<String, @Nullable Object> map = HeadJson.begin(record.head());
    switch (record) {
      case ChatRecord chat -> {
        map.put(key, MessageJson.write(chat.messages()));
        if (!chat.tools().isEmpty()) {
          map.put("tools", chat.tools());
        }
      }
      case PreferenceRecord pair when key.equals("messages") -> {
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        input.put("messages", MessageJson.write(pair.prompt()));
        RecordHead head = pair.head();
        if (head.extra().get("input") instanceof Map<?, ?> rest
            && !rest.isEmpty()
            && !rest.containsKey("messages")) {
          Fields.object("input", rest).forEach(input::put);
          head = HeadJson.without(head, "input");
        }
        map.put("input", input);
        map.put(BETTER, MessageJson.write(pair.chosen()));
        map.put(WORSE, MessageJson.write(pair.rejected()));
        return HeadJson.end(map, head, List.of(key, "input"));
      }
      default -> throw Misfit.of(record, key.equals("messages") ? "openai" : "conversations");
    }
    return HeadJson.end(map, record.head(), List.of(key, "tools"));
  }
}
