package org.blossomlm.data.view;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds the next records that a query wants, as far as the time allows; then it can go on. */
final class RecordSearch {
  /** How long one request may take; the page goes on with the next one, and can be stopped. */
  static final Duration TIME = Duration.ofMillis(700);

  /** How long a regular expression may take on one record beyond that. */
  private static final Duration LAST_RECORD = Duration.ofMillis(1300);

  private RecordSearch() {}

  /**
   * What was found.
   *
   * @param found what was taken of each record: records themselves may be large
   * @param next the place to go on from
   * @param end whether nothing comes there
   */
  record Page<T>(List<T> found, long next, boolean end) {
    Page {
      found = List.copyOf(found);
    }
  }

  /**
   * Looks from a place on.
   *
   * @param count at most so many records
   * @param taken what to keep of a record
   */
  static <T> Page<T> find(
      ViewedFile file,
      RecordQuery query,
      long from,
      int count,
      Duration time,
      Function<Entry, T> taken)
      throws IOException {
    long start = System.nanoTime();
    long until = start + time.toNanos();
    List<T> found = new ArrayList<>();
    try (Records.Cursor cursor = file.from(from)) {
      // Lineage adds ids that are not in the line.
      if (file.lineage().isEmpty()) {
        query.quickLook().ifPresent(cursor::only);
      }
      while (found.size() < count) {
        if (System.nanoTime() - until > 0) {
          return new Page<>(found, cursor.position(), false);
        }
        if (!cursor.advance()) {
          return new Page<>(found, cursor.position(), true);
        }
        Optional<Entry> entry = cursor.entry();
        if (entry.isPresent() && query.matches(entry.get(), until + LAST_RECORD.toNanos())) {
          found.add(taken.apply(entry.get()));
        }
      }
      return new Page<>(found, cursor.position(), false);
    }
  }

  /** The entry at a place. */
  static Optional<Entry> at(ViewedFile file, long at) throws IOException {
    try (Records.Cursor cursor = file.from(at)) {
      return cursor.advance() ? cursor.entry().filter(entry -> entry.at() == at) : Optional.empty();
    }
  }
}
