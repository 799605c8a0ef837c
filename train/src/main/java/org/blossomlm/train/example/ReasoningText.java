package org.blossomlm.train.example;

import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;

/**
 * What a model thought before it answered: a field of the message, or a block {@code
 * <think>…</think>} at the beginning of its text.
 */
final class ReasoningText {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";

  private ReasoningText() {}

  /** The reasoning of {@code message}; empty if it has none. */
  static String of(ChatMessage message) {
    return message.reasoning().filter(text -> !text.isBlank()).orElseGet(() -> inText(message));
  }

  private static String inText(ChatMessage message) {
    String text = message.content().stripLeading();
    int end = text.startsWith(OPEN) ? text.indexOf(CLOSE) : -1;
    return end < 0 ? "" : text.substring(OPEN.length(), end);
  }

  /** The message without it. */
  // The bytecode of a record's compact constructor does not say that values may be null.
  @SuppressWarnings("NullAway")
  static ChatMessage without(ChatMessage message) {
    Content body = message.body();
    if (body instanceof Content.Text(String text)) {
      String content = text.stripLeading();
      int end = content.startsWith(OPEN) ? content.indexOf(CLOSE) : -1;
      if (end >= 0) {
        body = new Content.Text(content.substring(end + CLOSE.length()).stripLeading());
      }
    }
    return new ChatMessage(
        message.role(),
        body,
        Optional.empty(),
        message.toolCalls(),
        message.toolCallId(),
        message.name(),
        message.extra());
  }
}
