package org.blossomlm.data.file;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/** What is in a data set: counted record by record, in memory that does not grow with it. */
public final class RecordStatistics {
  /** Kinds of failures that are told apart. */
  private static final int MAX_REASONS = 1000;

  /** Beyond this share of its letters a text is in one language. */
  private static final double MOST = 0.7;

  private final Map<String, Long> kinds = new TreeMap<>();
  private final Map<String, Long> roles = new TreeMap<>();
  private final Map<String, Long> languages = new TreeMap<>();
  private final Map<Integer, Long> turns = new TreeMap<>();
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<String, Lengths> lengths = new LinkedHashMap<>();
  private long records;

  /** Counts a record. */
  public void add(DataRecord record) {
    records++;
    record.failure().ifPresent(this::addFailure);
    List<String> texts = new ArrayList<>();
    switch (record) {
      case ChatRecord chat -> {
        count(kinds, "chat");
        messages(chat.messages(), texts);
        int questions =
            (int) chat.messages().stream().filter(each -> each.role() == Role.USER).count();
        turns.merge(questions, 1L, Long::sum);
      }
      case TextRecord text -> {
        count(kinds, "text");
        texts.add(text.text());
      }
      case RowRecord row -> {
        count(kinds, "row");
        row.fields().values().forEach(value -> strings(value, texts));
      }
      case PreferenceRecord pair -> {
        count(kinds, "preference");
        messages(pair.prompt(), texts);
        messages(pair.chosen(), texts);
        messages(pair.rejected(), texts);
      }
    }
    length("record", texts.stream().mapToLong(String::length).sum());
    count(languages, language(texts));
  }

  private void messages(List<ChatMessage> messages, List<String> texts) {
    for (ChatMessage message : messages) {
      String role = message.role().wireName();
      count(roles, role);
      length(role, message.content().length());
      texts.add(message.content());
      message
          .reasoning()
          .ifPresent(reasoning -> {
            length("reasoning", reasoning.length());
            texts.add(reasoning);
          });
    }
  }

  private static void strings(@org.jspecify.annotations.Nullable Object value, List<String> texts) {
    switch (value) {
      case String text -> texts.add(text);
      case List<?> list -> list.forEach(each -> strings(each, texts));
      case Map<?, ?> map -> map.values().forEach(each -> strings(each, texts));
      case null, default -> {}
    }
  }

  private void addFailure(String reason) {
    String kind = reason.isBlank() ? "(no reason)" : reason.lines().findFirst().orElse(reason);
    String known =
        failures.containsKey(kind) || failures.size() < MAX_REASONS ? kind : "(other reasons)";
    count(failures, known);
  }

  private void length(String of, long characters) {
    lengths.computeIfAbsent(of, name -> new Lengths()).add(characters);
  }

  private static void count(Map<String, Long> counts, String name) {
    counts.merge(name, 1L, Long::sum);
  }

  /**
   * By the scripts of the letters alone: {@code zh}, {@code en} (any language in Latin letters),
   * {@code ja}, {@code ko}, {@code mixed}, {@code other}, or {@code none} without letters.
   */
  public static String language(List<String> texts) {
    long han = 0;
    long latin = 0;
    long kana = 0;
    long hangul = 0;
    long all = 0;
    for (String text : texts) {
      for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
        int c = text.codePointAt(i);
        if (c < 0x80) {
          if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
            latin++;
            all++;
          }
        } else if (Character.isLetter(c)) {
          all++;
          switch (UnicodeScript.of(c)) {
            case HAN -> han++;
            case LATIN -> latin++;
            case HIRAGANA, KATAKANA -> kana++;
            case HANGUL -> hangul++;
            default -> {}
          }
        }
      }
    }
    // A Chinese character says about as much as four Latin letters.
    double weighed = all + 3.0 * han;
    if (all == 0) {
      return "none";
    }
    if (kana * 10 > han + kana && kana * 4 > all) {
      return "ja";
    }
    return 4 * han > MOST * weighed
        ? "zh"
        : latin > MOST * weighed
            ? "en"
            : hangul > MOST * weighed ? "ko" : han > 0 && latin > 0 ? "mixed" : "other";
  }

  public long records() {
    return records;
  }

  /** Records of each kind: chat, text, row, preference. */
  public Map<String, Long> kinds() {
    return kinds;
  }

  /** Messages of each role. */
  public Map<String, Long> roles() {
    return roles;
  }

  /** Records of each language, as far as scripts tell. */
  public Map<String, Long> languages() {
    return languages;
  }

  /** Chats by the number of their user messages. */
  public Map<Integer, Long> turns() {
    return turns;
  }

  /** Failed records by their reason. */
  public Map<String, Long> failures() {
    return failures;
  }

  /** Characters (UTF-16 units) of records, of messages of each role, and of reasoning. */
  public Map<String, Lengths> lengths() {
    return lengths;
  }
}
