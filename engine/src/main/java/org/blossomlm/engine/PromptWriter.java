package org.blossomlm.engine;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/** From a conversation to the tokens of a prompt that ends where the assistant speaks. */
final class PromptWriter {
  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final int contextLength;

  PromptWriter(ChatTemplate template, Tokenizer tokenizer, int contextLength) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.contextLength = contextLength;
  }

  /**
   * Writes the whole conversation if it fits, else leaves out as few of the oldest messages as
   * possible, but no system message and not the last message (Ollama's rule). Only whole turns are
   * left out: what remains begins with a user message, because templates refuse answers without
   * questions and tool results without calls.
   *
   * @throws ContextLengthException if even system messages and the last message do not fit
   */
  ChatPrompt write(List<ChatMessage> messages, Map<String, Object> variables, LocalDateTime now) {
    ChatPrompt whole = render(messages, 0, variables, now);
    if (fits(whole)) {
      return whole;
    }
    List<Integer> starts = possibleStarts(messages);
    int low = 0;
    int high = starts.size() - 1;
    ChatPrompt longest = render(messages, starts.getLast(), variables, now);
    if (!fits(longest)) {
      throw new ContextLengthException(longest.tokens().length, contextLength);
    }
    // Fewer messages make fewer tokens, so the first start that fits can be bisected.
    while (low < high) {
      int middle = (low + high) >>> 1;
      ChatPrompt prompt = render(messages, starts.get(middle), variables, now);
      if (fits(prompt)) {
        longest = prompt;
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return longest;
  }

  private boolean fits(ChatPrompt prompt) {
    return prompt.tokens().length <= contextLength;
  }

  private static List<Integer> possibleStarts(List<ChatMessage> messages) {
    List<Integer> starts = new ArrayList<>();
    for (int i = 1; i < messages.size() - 1; i++) {
      if (messages.get(i).role() == Role.USER) {
        starts.add(i);
      }
    }
    starts.add(messages.size() - 1);
    return starts;
  }

  private ChatPrompt render(
      List<ChatMessage> messages, int start, Map<String, Object> variables, LocalDateTime now) {
    List<ChatMessage> kept = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      if (i >= start || messages.get(i).role() == Role.SYSTEM) {
        kept.add(messages.get(i));
      }
    }
    MarkedText text =
        template.render(new ChatTemplate.Request(kept, List.of(), true, variables, now));
    return new ChatPrompt(kept, text.text(), encode(text), messages.size() - kept.size());
  }

  /** A template that writes BOS itself gets no second one, and no prompt gets an EOS at its end. */
  private int[] encode(MarkedText text) {
    int[] tokens =
        text.pieces().stream()
            .flatMapToInt(piece -> IntStream.of(tokenizer.encode(piece, false)))
            .toArray();
    if (!tokenizer.addBos() || tokenizer.bos().isEmpty()) {
      return tokens;
    }
    int bos = tokenizer.bos().getAsInt();
    if (tokens.length > 0 && tokens[0] == bos) {
      return tokens;
    }
    int[] withBos = new int[tokens.length + 1];
    withBos[0] = bos;
    System.arraycopy(tokens, 0, withBos, 1, tokens.length);
    return withBos;
  }

  /**
   * How many tokens of {@code prompt} come before the first message that is no system message: BOS,
   * the system prompt or the template's own, and the header of that message. Templates put these
   * anywhere, even inside the first user turn, so this asks the template itself: the same
   * conversation with another first message begins with the same tokens up to there.
   */
  int systemTokens(ChatPrompt prompt, Map<String, Object> variables, LocalDateTime now) {
    List<ChatMessage> messages = prompt.messages();
    List<ChatMessage> changed = new ArrayList<>(messages);
    int first = 0;
    while (first < messages.size() && messages.get(first).role() == Role.SYSTEM) {
      first++;
    }
    if (first == messages.size()) {
      return prompt.tokens().length;
    }
    ChatMessage original = messages.get(first);
    String other = original.content().stripLeading().startsWith("x") ? "y" : "x";
    changed.set(
        first,
        new ChatMessage(
            original.role(),
            other,
            original.reasoning(),
            original.toolCalls(),
            original.toolCallId(),
            original.name(),
            original.extra()));
    int[] tokens = prompt.tokens();
    int[] otherTokens = render(changed, 0, variables, now).tokens();
    int same = Arrays.mismatch(tokens, otherTokens);
    return same < 0 ? tokens.length : same;
  }
}
