package org.blossomlm.data.view;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;

/**
 * A file that can only be read from its beginning: compressed, a table, a JSON document. Places are
 * numbers of records. Readers that stand somewhere are kept for a while, so that the next page does
 * not begin from the start.
 */
final class StreamedRecords implements Records {
  private static final int MOST_IDLE = 3;

  private final String name;
  private final List<StreamCursor> idle = new ArrayList<>();
  private long known;
  private boolean complete;
  private boolean closed;

  StreamedRecords(String name) {
    this.name = name;
  }

  @Override
  public void index(BooleanSupplier stopped) throws IOException {
    try (var cursor = new StreamCursor()) {
      while (!stopped.getAsBoolean() && cursor.advance()) {
        found(cursor.position() - 1);
      }
    }
    synchronized (this) {
      complete = !stopped.getAsBoolean();
    }
  }

  private synchronized void found(long place) {
    known = Math.max(known, place);
  }

  @Override
  public synchronized long known() {
    return known;
  }

  @Override
  public synchronized boolean complete() {
    return complete;
  }

  @Override
  public double fraction() {
    return complete() ? 1 : -1;
  }

  @Override
  public Cursor from(long at) throws IOException {
    StreamCursor cursor = takeIdle(at).orElseGet(StreamCursor::new);
    try {
      boolean more = true;
      while (more && cursor.position() < at) {
        more = cursor.advance();
      }
    } catch (IOException | RuntimeException e) {
      cursor.end();
      throw e;
    }
    return cursor;
  }

  private synchronized Optional<StreamCursor> takeIdle(long at) {
    Optional<StreamCursor> best =
        idle.stream()
            .filter(each -> each.position() <= at)
            .max((a, b) -> Long.compare(a.position(), b.position()));
    best.ifPresent(idle::remove);
    return best;
  }

  /** Takes a cursor back, or ends it. */
  private void giveBack(StreamCursor cursor) {
    Optional<StreamCursor> surplus;
    synchronized (this) {
      if (!closed) {
        idle.add(cursor);
      }
      surplus =
          closed
              ? Optional.of(cursor)
              : idle.size() > MOST_IDLE ? Optional.of(idle.removeFirst()) : Optional.empty();
    }
    surplus.ifPresent(StreamCursor::end);
  }

  @Override
  public void close() {
    List<StreamCursor> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(idle);
      idle.clear();
    }
    left.forEach(StreamCursor::end);
  }

  private final class StreamCursor implements Cursor {
    private final RecordReader reader = RecordFiles.read(name, ReadOptions.DEFAULT);
    private long next = 1;
    private Optional<DataRecord> record = Optional.empty();
    private boolean broken;

    @Override
    public boolean advance() throws IOException {
      try {
        record = reader.next();
      } catch (DataException e) {
        broken = true;
        throw new IOException(e.getMessage(), e);
      }
      if (record.isPresent()) {
        next++;
      }
      return record.isPresent();
    }

    @Override
    public Optional<Entry> entry() {
      return record.map(
          each -> new Entry(next - 1, Optional.of(each), Optional.empty(), Optional.empty(), ""));
    }

    @Override
    public long position() {
      return next;
    }

    @Override
    public void close() {
      if (broken) {
        end();
      } else {
        giveBack(this);
      }
    }

    void end() {
      reader.close();
    }
  }
}
