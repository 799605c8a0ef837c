package org.blossomlm.data.teacher;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/** From a conversation to the prompt of a local model, and from its text to a message. */
final class LocalPrompt {
  /** For templates that write the date; always the same, so that answers are. */
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 1, 1, 0, 0);

  /** Stands where the user will speak; of the private use area, so that no template trims it. */
  private static final String PLACE = "\uE0F1\uE0F2\uE0F1";

  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";

  private final ChatTemplate template;
  private final Tokenizer tokenizer;

  /**
   * @throws ModelException if the model has no chat template
   */
  LocalPrompt(LanguageModel model) {
    this.tokenizer = model.tokenizer();
    this.template =
        model
            .chatTemplate()
            .orElseThrow(() ->
                new ModelException(
                    model.file().path()
                        + ": this model has no chat template, so it cannot be a teacher"));
  }

  record Rendered(String text, int[] tokens) {}

  /**
   * @throws ModelException if the template refuses the conversation
   */
  Rendered render(List<ChatMessage> messages, LocalParameters parameters) {
    boolean assistant = parameters.nextRole() == Role.ASSISTANT;
    List<ChatMessage> all = new ArrayList<>(messages);
    if (!assistant) {
      all.add(ChatMessage.user(PLACE));
    }
    MarkedText text =
        template.render(
            new ChatTemplate.Request(
                all, parameters.tools(), assistant, parameters.variables(), NOW));
    if (!assistant) {
      int place = text.text().lastIndexOf(PLACE);
      if (place < 0) {
        throw new ModelException(
            "next_role: the template does not write user messages as they are");
      }
      text = text.subText(0, place);
    }
    return new Rendered(text.text(), encode(text));
  }

  /** A template that writes BOS itself gets no second one. */
  private int[] encode(MarkedText text) {
    int[] tokens =
        text.pieces().stream()
            .flatMapToInt(piece -> IntStream.of(tokenizer.encode(piece, false)))
            .toArray();
    if (!tokenizer.addBos() || tokenizer.bos().isEmpty()) {
      return tokens;
    }
    int bos = tokenizer.bos().getAsInt();
    return tokens.length > 0 && tokens[0] == bos
        ? tokens
        : IntStream.concat(IntStream.of(bos), IntStream.of(tokens)).toArray();
  }

  /** What the model wrote, with the thoughts in {@code <think>} apart. */
  static ChatMessage message(String prompt, String answer) {
    boolean opened = answer.stripLeading().startsWith(OPEN);
    if (!opened && !prompt.stripTrailing().endsWith(OPEN)) {
      return ChatMessage.assistant(answer);
    }
    int from = opened ? answer.indexOf(OPEN) + OPEN.length() : 0;
    int close = answer.indexOf(CLOSE);
    String thoughts = answer.substring(from, close < 0 ? answer.length() : close).strip();
    String content = close < 0 ? "" : answer.substring(close + CLOSE.length()).stripLeading();
    return new ChatMessage(
        Role.ASSISTANT,
        content,
        Optional.of(thoughts).filter(text -> !text.isEmpty()),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }
}
