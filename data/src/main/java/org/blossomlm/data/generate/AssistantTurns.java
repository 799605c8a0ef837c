package org.blossomlm.data.generate;

import java.util.List;
import java.util.stream.IntStream;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/** Which answers of a conversation are scored. */
final class AssistantTurns {
  private AssistantTurns() {}

  /**
   * Where messages of the assistant with text stand.
   *
   * @param which {@code all}, {@code first} or {@code last}
   * @throws GenerationException if there is none
   */
  static List<Integer> chosen(List<ChatMessage> messages, String which) {
    List<Integer> all =
        IntStream.range(0, messages.size())
            .filter(i -> messages.get(i).role() == Role.ASSISTANT)
            .filter(i -> !messages.get(i).content().isBlank())
            .boxed()
            .toList();
    if (all.isEmpty()) {
      throw new GenerationException("the conversation has no answer of the assistant");
    }
    return switch (which) {
      case "first" -> List.of(all.getFirst());
      case "last" -> List.of(all.getLast());
      default -> all;
    };
  }
}
