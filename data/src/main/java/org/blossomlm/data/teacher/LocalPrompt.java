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

  private LocalPrompt(ChatTemplate template, Tokenizer tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
  }

  /** Empty where the model has no chat template. */
  static Optional<LocalPrompt> of(LanguageModel model) {
    return model.chatTemplate().map(template -> new LocalPrompt(template, model.tokenizer()));
  }

  /**
   * A prompt.
   *
   * @param stop text that ends what is to be written, where the model's own mark of the end of a
   *     turn may not come
   */
  record Rendered(String text, int[] tokens, List<String> stop) {}

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
            new ChatTemplate.Request(all, parameters.tools(), true, parameters.variables(), NOW));
    if (assistant) {
      return new Rendered(text.text(), encode(text), List.of());
    }
    int place = text.text().lastIndexOf(PLACE);
    if (place < 0) {
      throw new ModelException("next_role: the template does not write user messages as they are");
    }
    List<String> stop = userEnd(text.text().substring(place + PLACE.length()));
    return new Rendered(text.text().substring(0, place), encode(text.subText(0, place)), stop);
  }

  /**
   * What a template writes behind a user message, as far as the end of its line. Where that is a
   * special token it is usually one that ends a turn anyway; in formats like {@code [INST] …
   * [/INST]} or {@code |Human|: … |Bot|:} nothing else tells that the user has spoken.
   */
  private static List<String> userEnd(String behind) {
    Optional<String> line = behind.strip().lines().findFirst().map(String::strip);
    return line.isPresent() ? List.of(line.get()) : behind.isEmpty() ? List.of() : List.of(behind);
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
