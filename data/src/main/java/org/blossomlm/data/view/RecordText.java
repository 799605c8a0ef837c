package org.blossomlm.data.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/** What a record says, for searching, for lists and for filters. */
final class RecordText {
  private static final List<String> SOURCES = List.of("origin", "source");

  private RecordText() {}

  /** Everything that can be found by searching. */
  static String searched(Entry entry) {
    StringBuilder text = new StringBuilder();
    entry.step().ifPresent(step -> text.append(step).append('\n'));
    entry.reason().ifPresent(reason -> text.append(reason).append('\n'));
    if (entry.record().isEmpty()) {
      return text.append(entry.raw()).toString();
    }
    DataRecord record = entry.record().get();
    text.append(record.id()).append('\n');
    record.failure().ifPresent(reason -> text.append(reason).append('\n'));
    contents(record).forEach(each -> text.append(each).append('\n'));
    values(record.head().metadata(), text);
    values(record.head().extra(), text);
    return text.toString();
  }

  private static void values(Map<String, @Nullable Object> values, StringBuilder text) {
    values.forEach((key, value) ->
        text.append(key)
            .append(": ")
            .append(value instanceof String string ? string : JsonTree.write(value))
            .append('\n'));
  }

  /** The texts of a record, in order. */
  static List<String> contents(DataRecord record) {
    List<String> texts = new ArrayList<>();
    switch (record) {
      case TextRecord text -> texts.add(text.text());
      case ChatRecord chat -> messages(chat.messages(), texts);
      case PreferenceRecord pair -> {
        messages(pair.prompt(), texts);
        messages(pair.chosen(), texts);
        messages(pair.rejected(), texts);
      }
      case RowRecord row ->
          row.fields()
              .values()
              .forEach(
                  value -> texts.add(value instanceof String text ? text : JsonTree.write(value)));
    }
    return texts;
  }

  private static void messages(List<ChatMessage> messages, List<String> texts) {
    for (ChatMessage message : messages) {
      texts.add(message.content());
      message.reasoning().ifPresent(texts::add);
      message
          .toolCalls()
          .forEach(call -> texts.add(call.name() + " " + JsonTree.write(call.arguments())));
    }
  }

  /** The metadata entry {@code language}, or else what the scripts of the letters say. */
  static String language(DataRecord record) {
    return record.head().metadata().get("language") instanceof String language
        ? language
        : RecordStatistics.language(contents(record));
  }

  /** Where it comes from: metadata, else the name of the file. */
  static Optional<String> source(DataRecord record) {
    for (String key : SOURCES) {
      if (record.head().metadata().get(key) instanceof String source) {
        return Optional.of(source);
      }
    }
    return record
        .head()
        .provenance()
        .origin()
        .map(origin -> origin.file().substring(origin.file().lastIndexOf('/') + 1));
  }

  /** What a person would call the record by: its first question, or text. */
  static String title(DataRecord record) {
    return switch (record) {
      case ChatRecord chat ->
          chat.first(Role.USER)
              .or(() -> chat.messages().stream().findFirst())
              .map(ChatMessage::content)
              .orElse("");
      case PreferenceRecord pair ->
          pair.prompt().isEmpty() ? "" : pair.prompt().getLast().content();
      default -> contents(record).stream().filter(text -> !text.isBlank()).findFirst().orElse("");
    };
  }

  /** Questions of the user in a conversation. */
  static int turns(DataRecord record) {
    return record instanceof ChatRecord chat
        ? (int) chat.messages().stream().filter(each -> each.role() == Role.USER).count()
        : 0;
  }
}
