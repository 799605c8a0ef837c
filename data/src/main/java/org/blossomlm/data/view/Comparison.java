package org.blossomlm.data.view;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;

/** Two files side by side: the records of one with their partners in the other. */
final class Comparison {
  /** What is to be seen. */
  enum Show {
    ALL,
    SAME,
    DIFFERENT,
    ONLY_LEFT,
    ONLY_RIGHT;

    static Show named(String name) {
      for (Show show : values()) {
        if (show.wireName().equals(name)) {
          return show;
        }
      }
      throw new ViewException(400, "show: found " + name);
    }

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A record and its partner.
   *
   * @param status {@code same}, {@code different}, {@code only_left} or {@code only_right}
   */
  record Pair(Optional<Entry> left, Optional<Entry> right, Show status) {}

  private Comparison() {}

  /** Looks from a place on: of the right file for {@link Show#ONLY_RIGHT}, else of the left. */
  static <T> RecordSearch.Page<T> find(
      KeyedFile left,
      KeyedFile right,
      Show show,
      RecordQuery query,
      long from,
      int count,
      Duration time,
      Function<Pair, T> taken)
      throws IOException {
    boolean reversed = show == Show.ONLY_RIGHT;
    KeyedFile walked = reversed ? right : left;
    KeyedFile other = reversed ? left : right;
    long until = System.nanoTime() + time.toNanos();
    List<T> pairs = new ArrayList<>();
    try (Records.Cursor cursor = walked.file().from(from)) {
      while (pairs.size() < count) {
        if (System.nanoTime() - until > 0) {
          return new RecordSearch.Page<>(pairs, cursor.position(), false);
        }
        if (!cursor.advance()) {
          return new RecordSearch.Page<>(pairs, cursor.position(), true);
        }
        Optional<Entry> entry = cursor.entry();
        if (entry.isEmpty() || !query.matches(entry.get(), until + time.toNanos())) {
          continue;
        }
        Pair pair = pair(entry.get(), other, reversed);
        if (show == Show.ALL || show == pair.status()) {
          pairs.add(taken.apply(pair));
        }
      }
      return new RecordSearch.Page<>(pairs, cursor.position(), false);
    }
  }

  private static Pair pair(Entry entry, KeyedFile other, boolean reversed) throws IOException {
    Optional<Entry> partner =
        entry.record().isEmpty() ? Optional.empty() : other.partner(entry.record().get());
    if (partner.isEmpty()) {
      return reversed
          ? new Pair(Optional.empty(), Optional.of(entry), Show.ONLY_RIGHT)
          : new Pair(Optional.of(entry), Optional.empty(), Show.ONLY_LEFT);
    }
    boolean same =
        same(entry.record().orElseThrow(), partner.get().record().orElseThrow())
            && entry.reason().equals(partner.get().reason());
    return new Pair(
        reversed ? partner : Optional.of(entry),
        reversed ? Optional.of(entry) : partner,
        same ? Show.SAME : Show.DIFFERENT);
  }

  /** Whether records say the same, whatever their ids and where they come from. */
  private static boolean same(DataRecord a, DataRecord b) {
    return a.head().metadata().equals(b.head().metadata())
        && a.failure().equals(b.failure())
        && switch (a) {
          case TextRecord text -> b instanceof TextRecord other && text.text().equals(other.text());
          case ChatRecord chat ->
              b instanceof ChatRecord other
                  && chat.messages().equals(other.messages())
                  && chat.tools().equals(other.tools());
          case PreferenceRecord pair ->
              b instanceof PreferenceRecord other
                  && pair.prompt().equals(other.prompt())
                  && pair.chosen().equals(other.chosen())
                  && pair.rejected().equals(other.rejected());
          case RowRecord row -> b instanceof RowRecord other && row.fields().equals(other.fields());
        };
  }
}
