package org.blossomlm.data.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/** What the records of a file are like. Holds counts and a few examples, whatever the number. */
final class RecordProfile {
  private static final int EXAMPLES = 12;
  private static final int MAX_KEYS = 20;
  private static final int MAX_VALUES = 30;

  private long records;
  private final NavigableMap<Integer, Long> lengths = new TreeMap<>();
  private final NavigableMap<Integer, Long> turns = new TreeMap<>();
  private final Map<String, Long> languages = new TreeMap<>();
  private final Map<String, Map<String, Long>> metadata = new TreeMap<>();
  private final NavigableMap<Long, DataRecord> examples = new TreeMap<>();

  void add(DataRecord record) {
    records++;
    String text = text(record);
    int length = text.codePointCount(0, text.length());
    lengths.merge(length == 0 ? 0 : 32 - Integer.numberOfLeadingZeros(length), 1L, Long::sum);
    languages.merge(RecordStatistics.language(List.of(text)), 1L, Long::sum);
    if (record instanceof ChatRecord chat) {
      int asked =
          (int) chat.messages().stream().filter(message -> message.role() == Role.USER).count();
      turns.merge(asked, 1L, Long::sum);
    }
    record.head().metadata().forEach(this::category);
    // A sample that does not depend on the order: the smallest hashes of ids.
    examples.put(spread(record.id()), record);
    if (examples.size() > EXAMPLES) {
      examples.pollLastEntry();
    }
  }

  /** Only metadata that sorts records into a few kinds make a chart. */
  private void category(String key, @Nullable Object value) {
    boolean small = value instanceof Boolean || value instanceof String text && text.length() <= 40;
    Map<String, Long> counts = metadata.get(key);
    if (!small || counts == null && metadata.size() >= MAX_KEYS) {
      return;
    }
    if (counts == null) {
      counts = new TreeMap<>();
      metadata.put(key, counts);
    }
    if (counts.size() <= MAX_VALUES) {
      counts.merge(String.valueOf(value), 1L, Long::sum);
    }
  }

  private static long spread(String id) {
    long hash = 0x9e3779b97f4a7c15L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    return (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
  }

  private static String text(DataRecord record) {
    return switch (record) {
      case TextRecord text -> text.text();
      case ChatRecord chat -> joined(chat.messages());
      case PreferenceRecord pair -> joined(pair.prompt()) + joined(pair.chosen());
      case RowRecord row -> String.join("\n", texts(row));
    };
  }

  private static String joined(List<ChatMessage> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content()));
    return text.toString();
  }

  private static List<String> texts(RowRecord row) {
    List<String> texts = new ArrayList<>();
    row.fields()
        .values()
        .forEach(value -> {
          if (value instanceof String text) {
            texts.add(text);
          }
        });
    return texts;
  }

  long records() {
    return records;
  }

  /** Characters: key k counts lengths from 2^(k-1) to 2^k - 1, key 0 the empty ones. */
  NavigableMap<Integer, Long> lengths() {
    return lengths;
  }

  /** Conversations by their number of user messages. */
  NavigableMap<Integer, Long> turns() {
    return turns;
  }

  /** As {@link RecordStatistics#language} tells them. */
  Map<String, Long> languages() {
    return languages;
  }

  /** Values of metadata that have few. */
  Map<String, Map<String, Long>> categories() {
    Map<String, Map<String, Long>> few = new TreeMap<>(metadata);
    few.values().removeIf(counts -> counts.size() > MAX_VALUES);
    return few;
  }

  List<DataRecord> examples() {
    return List.copyOf(examples.values());
  }
}
