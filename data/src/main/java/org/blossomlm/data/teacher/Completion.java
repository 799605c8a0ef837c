package org.blossomlm.data.teacher;

import org.blossomlm.model.chat.ChatMessage;

/**
 * A teacher's answer.
 *
 * @param key under which the call cache has it
 * @param cached whether it was paid for in an earlier run
 */
public record Completion(
    ChatMessage message, FinishReason finish, Usage usage, String key, boolean cached) {
  /** Why an answer ended. */
  public enum FinishReason {
    STOP,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER,
    UNKNOWN
  }

  /**
   * Tokens of a call.
   *
   * @param cachedPrompt those of the prompt that the service had in its own cache
   */
  public record Usage(long prompt, long cachedPrompt, long completion) {
    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage plus(Usage other) {
      return new Usage(
          prompt + other.prompt, cachedPrompt + other.cachedPrompt, completion + other.completion);
    }
  }

  /** The text of the answer. */
  public String text() {
    return message.content();
  }
}
