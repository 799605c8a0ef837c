package org.blossomlm.engine;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;

/**
 * The chat over a model's own template and tokenizer. Every turn renders the whole conversation
 * again: only the template knows what earlier turns look like by now. The session then finds that
 * the prompt begins like the last one.
 */
final class Conversation implements Chat {
  private final Session session;
  private final PromptWriter writer;
  private final boolean thinks;
  private List<ChatMessage> messages = List.of();
  private Map<String, Object> variables = Map.of();

  /** One date for the whole conversation: a new one would change the prompt from its beginning. */
  private LocalDateTime begun = LocalDateTime.now(ZoneId.systemDefault());

  Conversation(LanguageModel model, ChatTemplate template) {
    this.thinks = Thinking.isKnownTo(template);
    this.session = model.newSession();
    this.writer = new PromptWriter(template, model.tokenizer(), session.contextLength());
  }

  @Override
  public List<ChatMessage> messages() {
    return messages;
  }

  @Override
  public void messages(List<ChatMessage> messages) {
    this.messages = List.copyOf(messages);
    this.begun = LocalDateTime.now(ZoneId.systemDefault());
  }

  @Override
  public void variables(Map<String, Object> variables) {
    this.variables = Map.copyOf(variables);
  }

  @Override
  public Generation send(String userText, GenerationOptions options, GenerationListener listener) {
    return answerTo(with(messages, ChatMessage.user(userText)), options, listener);
  }

  @Override
  public Generation answer(GenerationOptions options, GenerationListener listener) {
    if (messages.isEmpty()) {
      throw new IllegalStateException("the conversation is empty; there is nothing to answer");
    }
    return answerTo(messages, options, listener);
  }

  private Generation answerTo(
      List<ChatMessage> asked, GenerationOptions options, GenerationListener listener) {
    ChatPrompt prompt = writer.write(asked, variables, begun);
    if (prompt.dropped() > 0) {
      listener.onMessagesDropped(prompt.dropped());
    }
    Generation generation =
        session.generate(prompt.tokens(), keepingSystem(prompt, options), listener);
    if (!generation.text().isEmpty()) {
      messages = with(asked, message(prompt, generation.text()));
    }
    return generation;
  }

  private GenerationOptions keepingSystem(ChatPrompt prompt, GenerationOptions options) {
    if (options.whenFull() == WhenFull.STOP || options.keepTokens() < 0) {
      return options;
    }
    int system = writer.systemTokens(prompt, variables, begun);
    return options.toBuilder().keepTokens(Math.max(options.keepTokens(), system)).build();
  }

  private ChatMessage message(ChatPrompt prompt, String answer) {
    return thinks ? Thinking.split(prompt.text(), answer) : ChatMessage.assistant(answer);
  }

  private static List<ChatMessage> with(List<ChatMessage> messages, ChatMessage message) {
    List<ChatMessage> longer = new ArrayList<>(messages);
    longer.add(message);
    return List.copyOf(longer);
  }

  @Override
  public void close() {
    session.close();
  }
}
