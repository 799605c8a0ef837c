package org.blossomlm.engine;

/**
 * Hears of an answer while it is made. Called on the thread that generates; an exception ends the
 * answer, reaches the caller, and leaves the session usable.
 */
public interface GenerationListener {
  /** Hears nothing. */
  GenerationListener NONE = new GenerationListener() {};

  /**
   * Older messages did not fit into the context and were left out of the prompt. The history keeps
   * them. Only a {@link Chat} calls this, before anything is evaluated.
   */
  default void onMessagesDropped(int dropped) {}

  /**
   * Prompt evaluation: {@code done} of {@code total} tokens, those found in the cache included.
   * Called before the first chunk and after each.
   */
  default void onPrompt(int done, int total) {}

  /** Text that is certain: never half a character, never part of a stop string, never empty. */
  default void onText(String text) {}

  /**
   * A token was chosen that is part of the answer; the token that ends it is not. Its text may
   * reach {@link #onText} later.
   */
  default void onToken(GeneratedToken token) {}

  /** The context was shifted: {@code discarded} tokens were forgotten. */
  default void onShift(int discarded) {}

  /** Asked between chunks and tokens; true ends the answer with {@link FinishReason#CANCELLED}. */
  default boolean cancelled() {
    return false;
  }
}
