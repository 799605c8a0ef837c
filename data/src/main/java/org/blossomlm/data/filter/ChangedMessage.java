package org.blossomlm.data.filter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ToolCall;
import org.jspecify.annotations.Nullable;

/** A message with other words or tool calls; everything else stays. */
final class ChangedMessage {
  private ChangedMessage() {}

  static ChatMessage of(ChatMessage message, Content body, Optional<String> reasoning) {
    return of(message, body, reasoning, message.toolCalls());
  }

  static ChatMessage of(ChatMessage message, List<ToolCall> toolCalls) {
    return of(message, message.body(), message.reasoning(), toolCalls);
  }

  // As below.
  @SuppressWarnings("NullAway")
  static ToolCall of(ToolCall call, Map<String, @Nullable Object> arguments) {
    return new ToolCall(call.id(), call.name(), arguments);
  }

  // A compiled record does not carry the annotation of its constructor's map of nullable values.
  @SuppressWarnings("NullAway")
  private static ChatMessage of(
      ChatMessage message, Content body, Optional<String> reasoning, List<ToolCall> toolCalls) {
    return new ChatMessage(
        message.role(),
        body,
        reasoning,
        toolCalls,
        message.toolCallId(),
        message.name(),
        message.extra());
  }
}
