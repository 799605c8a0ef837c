package org.blossomlm.engine;

import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;

/**
 * Tells what a model thought from what it said. Models write {@code <think>…</think>} before their
 * answer; the prompt of some ends with {@code <think>}, and the answer begins inside. Templates
 * leave the thoughts of earlier turns out, for which they need them apart from the content.
 */
final class Thinking {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";

  private Thinking() {}

  /** Whether the model behind a template thinks in tags. */
  static boolean isKnownTo(ChatTemplate template) {
    String source = template.source();
    return source.contains(OPEN) || source.contains("reasoning_content");
  }

  /** The answer to {@code prompt} as a message, with the thoughts apart. */
  static ChatMessage split(String prompt, String answer) {
    boolean opened = answer.stripLeading().startsWith(OPEN);
    int close = answer.indexOf(CLOSE);
    if (!opened && !prompt.stripTrailing().endsWith(OPEN)) {
      return ChatMessage.assistant(answer);
    }
    int from = opened ? answer.indexOf(OPEN) + OPEN.length() : 0;
    String thoughts = answer.substring(from, close < 0 ? answer.length() : close);
    String content = close < 0 ? "" : answer.substring(close + CLOSE.length());
    ChatMessage message = ChatMessage.assistant(content.stripLeading());
    return new ChatMessage(
        Role.ASSISTANT,
        message.content(),
        Optional.of(thoughts.strip()).filter(text -> !text.isEmpty()),
        message.toolCalls(),
        message.toolCallId(),
        message.name(),
        message.extra());
  }
}
