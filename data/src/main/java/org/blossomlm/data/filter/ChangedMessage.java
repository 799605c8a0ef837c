package org.blossomlm.data.filter;

import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;

/** A message with other words; everything else stays. */
final class ChangedMessage {
  private ChangedMessage() {}

  // A compiled record does not carry the annotation of its constructor's map of nullable values.
  @SuppressWarnings("NullAway")
  static ChatMessage of(ChatMessage message, Content body, Optional<String> reasoning) {
    return new ChatMessage(
        message.role(),
        body,
        reasoning,
        message.toolCalls(),
        message.toolCallId(),
        message.name(),
        message.extra());
  }
}
