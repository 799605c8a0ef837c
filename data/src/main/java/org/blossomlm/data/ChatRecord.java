package org.blossomlm.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * A conversation.
 *
 * @param tools JSON schemas of the tools that the assistant may call, as OpenAI spells them
 */
public record ChatRecord(
    RecordHead head, List<ChatMessage> messages, List<Map<String, Object>> tools)
    implements DataRecord {
  public ChatRecord {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }

  public ChatRecord(RecordHead head, List<ChatMessage> messages) {
    this(head, messages, List.of());
  }

  @Override
  public ChatRecord withHead(RecordHead head) {
    return new ChatRecord(head, messages, tools);
  }

  public ChatRecord withMessages(List<ChatMessage> messages) {
    return new ChatRecord(head, messages, tools);
  }

  /** The first message of {@code role}. */
  public Optional<ChatMessage> first(Role role) {
    return messages.stream().filter(message -> message.role() == role).findFirst();
  }

  /** The last message of {@code role}. */
  public Optional<ChatMessage> last(Role role) {
    return messages.reversed().stream().filter(message -> message.role() == role).findFirst();
  }
}
