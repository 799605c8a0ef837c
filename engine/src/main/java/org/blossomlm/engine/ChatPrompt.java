package org.blossomlm.engine;

import java.util.List;
import org.blossomlm.model.chat.ChatMessage;

/** A rendered conversation, cut to what the context holds. */
final class ChatPrompt {
  private final List<ChatMessage> messages;
  private final String text;
  private final int[] tokens;
  private final int dropped;

  ChatPrompt(List<ChatMessage> messages, String text, int[] tokens, int dropped) {
    this.messages = messages;
    this.text = text;
    this.tokens = tokens;
    this.dropped = dropped;
  }

  /** The messages that were not left out. */
  List<ChatMessage> messages() {
    return messages;
  }

  /** What the template wrote. */
  String text() {
    return text;
  }

  int[] tokens() {
    return tokens;
  }

  /** How many messages were left out. */
  int dropped() {
    return dropped;
  }
}
