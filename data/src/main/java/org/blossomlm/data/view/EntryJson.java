package org.blossomlm.data.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.jspecify.annotations.Nullable;

/** Entries as the page gets them. */
final class EntryJson {
  private static final int SNIPPET = 160;
  private static final int BEFORE_FOUND = 40;
  private static final int MOST_RAW = 200_000;

  private EntryJson() {}

  /** A line of the list. */
  static Map<String, @Nullable Object> summary(Entry entry, RecordQuery query) {
    Map<String, @Nullable Object> map = head(entry);
    map.put("snippet", snippet(entry, query));
    entry
        .record()
        .ifPresent(record -> {
          map.put("language", RecordText.language(record));
          map.put("turns", RecordText.turns(record));
          RecordText.source(record).ifPresent(source -> map.put("source", source));
        });
    return map;
  }

  private static Map<String, @Nullable Object> head(Entry entry) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("at", entry.at());
    entry.step().ifPresent(step -> map.put("step", step));
    entry.reason().ifPresent(reason -> map.put("reason", reason));
    entry
        .record()
        .ifPresent(record -> {
          map.put("id", record.id());
          map.put("kind", kind(record));
          record.failure().ifPresent(failure -> map.put("failure", failure));
        });
    return map;
  }

  private static String kind(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> "chat";
      case TextRecord text -> "text";
      case PreferenceRecord pair -> "preference";
      case RowRecord row -> "row";
    };
  }

  /** The title, or what is around the text that was searched for. */
  private static String snippet(Entry entry, RecordQuery query) {
    if (query.text().isPresent()) {
      // What the record says goes before its id, metadata and reason.
      String said =
          entry.record().map(each -> String.join("\n", RecordText.contents(each))).orElse("");
      return around(said, query.text().get())
          .or(() -> around(RecordText.searched(entry), query.text().get()))
          .orElseGet(() -> cut(said));
    }
    return cut(entry.record().map(RecordText::title).orElse(entry.raw()));
  }

  private static Optional<String> around(String text, String lower) {
    int found = text.toLowerCase(Locale.ROOT).indexOf(lower);
    if (found < 0) {
      return Optional.empty();
    }
    int start = Math.max(0, Math.min(text.length(), found) - BEFORE_FOUND);
    boolean half =
        start > 0 && Character.isLowSurrogate(text.charAt(Math.min(start, text.length() - 1)));
    return Optional.of((start > 0 ? "…" : "") + cut(text.substring(half ? start - 1 : start)));
  }

  private static String cut(String text) {
    String line = text.strip();
    return line.codePointCount(0, line.length()) <= SNIPPET
        ? line
        : line.substring(0, line.offsetByCodePoints(0, SNIPPET)) + "…";
  }

  /** Everything about one entry. */
  static Map<String, @Nullable Object> whole(Entry entry) {
    Map<String, @Nullable Object> map = head(entry);
    if (entry.record().isEmpty()) {
      map.put("raw", start(entry.raw()));
      return map;
    }
    DataRecord record = entry.record().get();
    switch (record) {
      case ChatRecord chat -> {
        map.put("messages", messages(chat.messages()));
        if (!chat.tools().isEmpty()) {
          map.put("tools", chat.tools());
        }
      }
      case TextRecord text -> map.put("text", text.text());
      case PreferenceRecord pair -> {
        map.put("messages", messages(pair.prompt()));
        map.put("chosen", messages(pair.chosen()));
        map.put("rejected", messages(pair.rejected()));
      }
      case RowRecord row -> map.put("fields", row.fields());
    }
    map.put("language", RecordText.language(record));
    map.put("metadata", record.head().metadata());
    if (!record.head().extra().isEmpty()) {
      map.put("extra", record.head().extra());
    }
    provenance(record.head().provenance(), map);
    if (!entry.raw().isEmpty()) {
      map.put("raw", start(entry.raw()));
    }
    return map;
  }

  private static String start(String raw) {
    return raw.length() <= MOST_RAW ? raw : raw.substring(0, MOST_RAW) + "…";
  }

  private static void provenance(Provenance provenance, Map<String, @Nullable Object> map) {
    Optional<Provenance.Origin> origin = provenance.origin();
    origin.ifPresent(place -> map.put("origin", Map.of("file", place.file(), "row", place.row())));
    List<Object> steps = new ArrayList<>();
    for (Provenance.Step step : provenance.steps()) {
      steps.add(Map.of("operator", step.operator(), "calls", step.calls()));
    }
    map.put("steps", steps);
  }

  private static List<Object> messages(List<ChatMessage> messages) {
    List<Object> list = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      map.put("role", message.role().wireName());
      map.put("content", message.content());
      message.reasoning().ifPresent(reasoning -> map.put("reasoning", reasoning));
      message.name().ifPresent(name -> map.put("name", name));
      message.toolCallId().ifPresent(id -> map.put("toolCallId", id));
      if (!message.toolCalls().isEmpty()) {
        map.put(
            "toolCalls",
            message.toolCalls().stream()
                .map(call ->
                    Map.of("id", call.id(), "name", call.name(), "arguments", call.arguments()))
                .toList());
      }
      if (message.body() instanceof Content.Parts parts) {
        List<String> images =
            parts.parts().stream()
                .filter(ContentPart.Image.class::isInstance)
                .map(part -> ((ContentPart.Image) part).url())
                .toList();
        if (!images.isEmpty()) {
          map.put("images", images);
        }
      }
      if (!message.extra().isEmpty()) {
        map.put("extra", message.extra());
      }
      list.add(map);
    }
    return list;
  }
}
