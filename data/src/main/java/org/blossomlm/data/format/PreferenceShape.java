package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;

/**
 * Preference pairs as TRL has them: {@code prompt}, {@code chosen} and {@code rejected}, lists of
 * messages. Read as well: plain strings; no prompt, where it is what both ways on begin with; the
 * pairs of ShareGPT and Alpaca.
 *
 * @see <a href="https://huggingface.co/docs/trl/dataset_formats">TRL, dataset formats</a>
 */
record PreferenceShape() implements Shape {
  private static final List<String> NAMES = List.of("prompt", "chosen", "rejected");

  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return isWay(object.get("chosen")) && isWay(object.get("rejected"));
  }

  private static boolean isWay(@Nullable Object value) {
    return switch (value) {
      case String text -> true;
      case Map<?, ?> map -> map.containsKey("role") || ShareGptShape.isItem(map);
      case List<?> list -> MessagesShape.isMessages(list) || ShareGptShape.isConversation(list);
      case null, default -> false;
    };
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    for (String name : List.of("chosen", "rejected")) {
      if (!object.containsKey(name)) {
        throw Fields.unexpected(name, null, "messages or a string");
      }
    }
    if (ShareGptShape.isConversation(object.get("conversations"))) {
      return new ShareGptShape().read(object, origin);
    }
    Fields fields = new Fields(object);
    List<ChatMessage> prompt = new ArrayList<>();
    if (fields.has("prompt")) {
      Object value = fields.take("prompt");
      prompt.addAll(
          value instanceof String text && !MessagesShape.isMessages(text)
              ? List.of(ChatMessage.user(text))
              : MessageJson.read("prompt", value));
    } else if (fields.peek("instruction") instanceof String) {
      prompt.addAll(AlpacaShape.prompt(fields));
    }
    List<ChatMessage> chosen = new ArrayList<>(way("chosen", fields.take("chosen")));
    List<ChatMessage> rejected = new ArrayList<>(way("rejected", fields.take("rejected")));
    if (prompt.isEmpty()) {
      while (!chosen.isEmpty()
          && !rejected.isEmpty()
          && chosen.getFirst().equals(rejected.getFirst())) {
        prompt.add(chosen.removeFirst());
        rejected.removeFirst();
      }
    }
    return new PreferenceRecord(HeadJson.take(object, fields, origin), prompt, chosen, rejected);
  }

  private static List<ChatMessage> way(String name, @Nullable Object value) {
    return switch (value) {
      case String text when !MessagesShape.isMessages(text) -> List.of(ChatMessage.assistant(text));
      case Map<?, ?> item when ShareGptShape.isItem(item) -> ShareGptShape.items(name, item);
      case Map<?, ?> message -> MessageJson.read(name, List.of(message));
      case List<?> list when ShareGptShape.isConversation(list) -> ShareGptShape.items(name, list);
      case null, default -> MessageJson.read(name, value);
    };
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    if (!(record instanceof PreferenceRecord pair)) {
      throw Misfit.of(record, "preference");
    }
    Map<String, @Nullable Object> map = HeadJson.begin(pair.head());
    map.put("prompt", MessageJson.write(pair.prompt()));
    map.put("chosen", MessageJson.write(pair.chosen()));
    map.put("rejected", MessageJson.write(pair.rejected()));
    return HeadJson.end(map, pair.head(), NAMES);
  }
}
