package org.blossomlm.cli.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.Session;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * Text that goes on as it is, for models that were not trained to chat and for raw prompts: every
 * user message is a prompt of its own, after BOS where the model asks for one.
 */
public final class Continuation implements Chat {
  private final Tokenizer tokenizer;
  private final Session session;
  private final boolean recogniseSpecial;
  private final List<ChatMessage> messages = new ArrayList<>();

  /**
   * @param recogniseSpecial whether special-token strings in the prompt are special tokens; else
   *     they are plain text
   */
  public Continuation(LanguageModel model, boolean recogniseSpecial) {
    this.tokenizer = model.tokenizer();
    this.session = model.newSession();
    this.recogniseSpecial = recogniseSpecial;
  }

  @Override
  public List<ChatMessage> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void messages(List<ChatMessage> replacement) {
    messages.clear();
    messages.addAll(replacement);
  }

  /** There is no template, so there is nothing to set. */
  @Override
  public void variables(Map<String, Object> variables) {}

  @Override
  public Generation send(String userText, GenerationOptions options, GenerationListener listener) {
    Generation generation = session.generate(encode(userText), options, listener);
    if (!generation.text().isEmpty()) {
      messages.add(ChatMessage.user(userText));
      messages.add(ChatMessage.assistant(generation.text()));
    }
    return generation;
  }

  @Override
  public Generation answer(GenerationOptions options, GenerationListener listener) {
    String prompt =
        messages.reversed().stream()
            .filter(message -> message.role() == Role.USER)
            .findFirst()
            .map(ChatMessage::content)
            .orElse("");
    Generation generation = session.generate(encode(prompt), options, listener);
    if (!generation.text().isEmpty()) {
      messages.add(ChatMessage.assistant(generation.text()));
    }
    return generation;
  }

  private int[] encode(String prompt) {
    MarkedText text = recogniseSpecial ? MarkedText.trusted(prompt) : MarkedText.data(prompt);
    int[] ids = tokenizer.encode(text, false);
    // A template writes BOS itself when it wants one; the same goes for a prompt that spells it
    // out.
    boolean needsBos =
        tokenizer.bos().isPresent()
            && (tokenizer.addBos() || ids.length == 0)
            && (ids.length == 0 || ids[0] != tokenizer.bos().getAsInt());
    if (!needsBos) {
      return ids;
    }
    int[] withBos = new int[ids.length + 1];
    withBos[0] = tokenizer.bos().getAsInt();
    System.arraycopy(ids, 0, withBos, 1, ids.length);
    return withBos;
  }

  @Override
  public void close() {
    session.close();
  }
}
