package org.blossomlm.engine;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.text.MarkedText;

/**
 * Writes {@code prefix [system]… [user]… [assistant]…<|end|> … [assistant]suffix}, and like many
 * real templates refuses a conversation in which user and assistant do not take turns.
 */
final class FakeTemplate implements ChatTemplate {
  private final String prefix;
  private final String suffix;
  private final String source;
  final List<Request> requests = new ArrayList<>();

  FakeTemplate(String prefix, String suffix, String source) {
    this.prefix = prefix;
    this.suffix = suffix;
    this.source = source;
  }

  FakeTemplate() {
    this("", "", "a plain template");
  }

  @Override
  public String origin() {
    return "test";
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public MarkedText render(Request request) {
    requests.add(request);
    var text = MarkedText.builder().trusted(prefix);
    Role expected = Role.USER;
    for (ChatMessage message : request.messages()) {
      text.trusted("[" + message.role().wireName() + "]").data(message.content());
      if (message.role() != Role.SYSTEM) {
        if (message.role() != expected) {
          throw new ModelException("Conversation roles must alternate user/assistant/user/...");
        }
        expected = message.role() == Role.USER ? Role.ASSISTANT : Role.USER;
      }
      text.trusted(message.role() == Role.ASSISTANT ? "<|end|>" : "\n");
    }
    if (request.addGenerationPrompt()) {
      text.trusted("[assistant]" + suffix);
    }
    return text.build();
  }
}
