package org.blossomlm.data;

import java.util.List;
import org.blossomlm.model.chat.ChatMessage;

/**
 * Two ways on from the same conversation, one better than the other.
 *
 * @param prompt what both share
 * @param chosen messages after it that are better
 * @param rejected messages after it that are worse
 */
public record PreferenceRecord(
    RecordHead head, List<ChatMessage> prompt, List<ChatMessage> chosen, List<ChatMessage> rejected)
    implements DataRecord {
  public PreferenceRecord {
    prompt = List.copyOf(prompt);
    chosen = List.copyOf(chosen);
    rejected = List.copyOf(rejected);
  }

  @Override
  public PreferenceRecord withHead(RecordHead head) {
    return new PreferenceRecord(head, prompt, chosen, rejected);
  }
}
