package org.blossomlm.engine;

import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;

/**
 * A conversation over one {@link Session}: history, template, and what to do when it outgrows the
 * context.
 *
 * <p>When the prompt no longer fits, the oldest turns are left out of it, but never a system
 * message nor the last message; the listener hears of it and the history keeps everything. When the
 * context fills up while an answer is generated, {@link GenerationOptions#whenFull()} decides; a
 * shift keeps at least the system prompt.
 *
 * <p>What a reasoning model thinks is streamed as it is, {@code <think>} tags included, but stored
 * as {@link ChatMessage#reasoning()}, apart from the content.
 *
 * <p>Not thread-safe.
 */
public interface Chat extends AutoCloseable {
  /**
   * A new conversation, empty, with a session of its own that closes with it.
   *
   * @throws org.blossomlm.model.ModelException if the model has no chat template
   */
  static Chat open(LanguageModel model) {
    ChatTemplate template =
        model
            .chatTemplate()
            .orElseThrow(() ->
                new ModelException(
                    model.file().path()
                        + ": this model has no chat template, so it can only continue text;"
                        + " give one with --template FILE or use --raw"));
    return open(model, template);
  }

  /** As {@link #open(LanguageModel)}, with a template instead of the model's own. */
  static Chat open(LanguageModel model, ChatTemplate template) {
    return new Conversation(model, template);
  }

  /** A copy of the conversation so far. */
  List<ChatMessage> messages();

  /** Replaces the conversation. */
  void messages(List<ChatMessage> messages);

  /** Replaces the template variables, such as {@code enable_thinking}. */
  void variables(Map<String, Object> variables);

  /**
   * Adds a user message and generates the answer, which becomes an assistant message, as far as it
   * got if it was cancelled. Either both messages are added or none: the conversation is as before
   * if nothing was said or an exception is thrown, so that roles always take turns.
   *
   * @throws ContextLengthException if system messages and {@code userText} alone do not fit
   * @throws org.blossomlm.model.ModelException if the template refuses the conversation
   */
  Generation send(String userText, GenerationOptions options, GenerationListener listener);

  /**
   * Generates an answer to the conversation as it stands; it becomes an assistant message unless
   * nothing was said.
   *
   * @throws IllegalStateException if the conversation is empty
   * @throws ContextLengthException if system messages and the last message alone do not fit
   * @throws org.blossomlm.model.ModelException if the template refuses the conversation
   */
  Generation answer(GenerationOptions options, GenerationListener listener);

  @Override
  void close();
}
