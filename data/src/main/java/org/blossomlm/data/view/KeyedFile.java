package org.blossomlm.data.view;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.format.RecordIds;

/**
 * A file whose records are found by what names them: their id; a duplicate that was dropped by the
 * id of what stayed instead of it; and, where a file gives no ids, their first question or text.
 */
final class KeyedFile implements AutoCloseable {
  private final ViewedFile file;
  private final KeyIndex index;
  private long read;
  private boolean complete;
  private Optional<String> problem = Optional.empty();

  KeyedFile(ViewedFile file) throws IOException {
    this.file = file;
    index = new KeyIndex();
  }

  ViewedFile file() {
    return file;
  }

  /** Reads the whole file, or until {@code stopped}. */
  void read(BooleanSupplier stopped) {
    try (Records.Cursor cursor = file.from(1)) {
      while (!stopped.getAsBoolean() && cursor.advance()) {
        Optional<Entry> entry = cursor.entry();
        synchronized (this) {
          read = cursor.position() - 1;
          if (entry.isPresent() && entry.get().record().isPresent()) {
            for (String key : keys(entry.get().record().get())) {
              index.put(key, entry.get().at());
            }
          }
        }
      }
    } catch (IOException e) {
      synchronized (this) {
        problem = Optional.of(String.valueOf(e.getMessage()));
      }
    }
    synchronized (this) {
      complete = true;
    }
  }

  /** Names of a record, the best one first. */
  static List<String> keys(DataRecord record) {
    List<String> keys = new ArrayList<>();
    keys.add("id " + record.id());
    if (record.head().metadata().get("duplicate_of") instanceof String stays) {
      keys.add("id " + stays);
    }
    String title = RecordText.title(record).strip();
    if (RecordIds.isDerived(record.id()) && !title.isEmpty()) {
      keys.add("text " + title);
    }
    return keys;
  }

  /** The first record that has a name of {@code record}. */
  Optional<Entry> partner(DataRecord record) throws IOException {
    List<String> keys = keys(record);
    for (String key : keys) {
      OptionalLong place;
      synchronized (this) {
        place = index.find(key);
      }
      if (place.isPresent()) {
        Optional<Entry> entry = RecordSearch.at(file, place.getAsLong());
        if (entry.flatMap(Entry::record).filter(other -> keys(other).contains(key)).isPresent()) {
          return entry;
        }
      }
    }
    return Optional.empty();
  }

  /** Whether every record can be found. */
  synchronized boolean complete() {
    return complete;
  }

  /** Why not every record can be found though reading has ended. */
  synchronized Optional<String> problem() {
    return problem;
  }

  /** How much has been read, 0 to 1; negative where that is not known. */
  synchronized double fraction() {
    return complete
        ? 1
        : !file.records().complete() || file.records().known() == 0
            ? -1
            : (double) read / file.records().known();
  }

  @Override
  public synchronized void close() throws IOException {
    index.close();
  }
}
