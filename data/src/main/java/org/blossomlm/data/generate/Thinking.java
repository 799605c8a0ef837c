package org.blossomlm.data.generate;

import java.util.Optional;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;

/**
 * Reasoning that a service left inside of the text of an answer, in {@code <think>} tags.
 *
 * @param reasoning without the tags
 * @param answer what follows; empty where the thinking never ended
 */
record Thinking(Optional<String> reasoning, String answer) {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";

  /**
   * Only a block at the beginning is thinking. The opening tag may be missing: some templates put
   * it into the prompt. Then everything up to the first closing tag is thinking, which is right for
   * an answer that is to be JSON, and wrong for one that speaks about such tags.
   */
  static Thinking split(String text) {
    Thinking thinking = splitOpened(text);
    int close = text.indexOf(CLOSE);
    int open = text.indexOf(OPEN);
    return thinking.reasoning().isEmpty() && close >= 0 && (open < 0 || open > close)
        ? new Thinking(
            Optional.of(text.substring(0, close).strip()),
            text.substring(close + CLOSE.length()).stripLeading())
        : thinking;
  }

  private static Thinking splitOpened(String text) {
    String stripped = text.stripLeading();
    if (!stripped.startsWith(OPEN)) {
      return new Thinking(Optional.empty(), text);
    }
    int close = stripped.indexOf(CLOSE);
    return close < 0
        ? new Thinking(Optional.of(stripped.substring(OPEN.length()).strip()), "")
        : new Thinking(
            Optional.of(stripped.substring(OPEN.length(), close).strip()),
            stripped.substring(close + CLOSE.length()).stripLeading());
  }

  /**
   * As {@link #split}, for an answer that may say anything: a closing tag without an opening one
   * ends thinking only where it stands on a line of its own.
   */
  static Thinking splitStrictly(String text) {
    int close = text.indexOf("\n" + CLOSE + "\n");
    int open = text.indexOf(OPEN);
    return close >= 0 && (open < 0 || open > close) ? split(text) : splitOpened(text);
  }

  /** The same completion with thinking where it belongs: in the message's reasoning. */
  static Completion separated(Completion completion) {
    ChatMessage message = completion.message();
    if (message.reasoning().isPresent() || !(message.body() instanceof Content.Text text)) {
      return completion;
    }
    Thinking thinking = splitStrictly(text.text());
    if (thinking.reasoning().isEmpty()) {
      return completion;
    }
    ChatMessage split =
        new ChatMessage(
            message.role(),
            thinking.answer(),
            thinking.reasoning().filter(reasoning -> !reasoning.isEmpty()),
            message.toolCalls(),
            message.toolCallId(),
            message.name(),
            message.extra());
    return new Completion(
        split, completion.finish(), completion.usage(), completion.key(), completion.cached());
  }
}
