package org.blossomlm.data.teacher;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;

/**
 * A text whose tokens are to be scored.
 *
 * @param history the conversation before it, where it is what an assistant says next; empty for a
 *     text that stands alone
 * @param tools that the conversation knows
 */
public record ScoreRequest(
    Optional<List<ChatMessage>> history, List<Map<String, Object>> tools, String text) {
  public ScoreRequest {
    history = history.map(List::copyOf);
    tools = List.copyOf(tools);
  }

  /** A text alone, of any length: beyond the context, each token sees at least half a context. */
  public static ScoreRequest ofText(String text) {
    return new ScoreRequest(Optional.empty(), List.of(), text);
  }

  /** What an assistant says after {@code history}, as the model's chat template writes it. */
  public static ScoreRequest ofAnswer(
      List<ChatMessage> history, List<Map<String, Object>> tools, String answer) {
    return new ScoreRequest(Optional.of(history), tools, answer);
  }
}
