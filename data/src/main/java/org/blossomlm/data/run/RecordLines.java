package org.blossomlm.data.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What a record says, as lines for people: {@code user: …}, {@code language: "zh"}. */
public final class RecordLines {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private RecordLines() {}

  public static List<String> of(DataRecord record) {
    List<String> lines = new ArrayList<>();
    switch (record) {
      case TextRecord text -> add(lines, "text", text.text());
      case ChatRecord chat -> messages(lines, "", chat.messages());
      case PreferenceRecord pair -> {
        messages(lines, "", pair.prompt());
        messages(lines, "chosen ", pair.chosen());
        messages(lines, "rejected ", pair.rejected());
      }
      case RowRecord row -> values(lines, "", row.fields());
    }
    values(lines, "metadata.", record.head().metadata());
    return lines;
  }

  private static void messages(List<String> lines, String prefix, List<ChatMessage> messages) {
    for (ChatMessage message : messages) {
      String role = prefix + message.role().wireName();
      message.reasoning().ifPresent(reasoning -> add(lines, role + " (reasoning)", reasoning));
      add(lines, role, message.content());
      message
          .toolCalls()
          .forEach(call ->
              lines.add(
                  role
                      + " calls "
                      + call.name()
                      + " "
                      + JSON.writeValueAsString(call.arguments())));
    }
  }

  private static void values(
      List<String> lines, String prefix, Map<String, @Nullable Object> values) {
    values.forEach((key, value) -> lines.add(prefix + key + ": " + JSON.writeValueAsString(value)));
  }

  private static void add(List<String> lines, String label, String text) {
    String first = label + ": ";
    for (String line : text.split("\n", -1)) {
      lines.add(first + line.stripTrailing());
      first = "  ";
    }
  }
}
