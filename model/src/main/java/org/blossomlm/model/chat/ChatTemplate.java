package org.blossomlm.model.chat;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.jspecify.annotations.Nullable;

/** Turns a conversation into the prompt that a model was trained on. See {@link ChatTemplates}. */
public interface ChatTemplate {
  /** Where the template comes from, for people: {@code gguf}, {@code blossom}, a file name. */
  String origin();

  /** The template as Jinja. */
  String source();

  /**
   * Renders {@code request}; message contents are marked as data. The text holds a BOS token only
   * where the template writes one itself; a tokenizer that adds BOS must not add a second.
   *
   * @throws org.blossomlm.model.ModelException if the template refuses the conversation, with its
   *     reason
   */
  MarkedText render(Request request);

  /**
   * @param messages in order
   * @param tools JSON schemas as OpenAI spells them; may be empty
   * @param addGenerationPrompt whether the assistant speaks next
   * @param variables further template variables, e.g. {@code enable_thinking}; set by the program,
   *     so their strings are trusted
   * @param now for {@code strftime_now}
   */
  record Request(
      List<ChatMessage> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, ? extends @Nullable Object> variables,
      LocalDateTime now) {

    public static Request of(List<ChatMessage> messages) {
      return new Request(
          messages, List.of(), true, Map.of(), LocalDateTime.now(ZoneId.systemDefault()));
    }
  }
}
