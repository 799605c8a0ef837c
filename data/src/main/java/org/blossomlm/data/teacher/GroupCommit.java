package org.blossomlm.data.teacher;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes for many threads, with one commit for all that wait: what arrives while one commit is
 * under way goes into the next. A commit waits for the disk, so it costs the same for one row and
 * for a thousand. A platform thread of its own, because SQLite's calls would hold a carrier of
 * virtual threads.
 */
final class GroupCommit implements AutoCloseable {
  private static final int MOST_ROWS = 1024;
  private static final String INSERT =
      "INSERT INTO calls (key, status, payload) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING";

  private final Connection connection;
  private final BlockingQueue<Row> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable SQLException failure;

  /**
   * @param connection used by nobody else; closed with this
   */
  GroupCommit(Connection connection) {
    this.connection = connection;
    this.thread = Thread.ofPlatform().name("call-cache").daemon().start(this::run);
  }

  /**
   * Queues a row. The future completes when it is on the disk: true, or false if there was already
   * one, which stays; or exceptionally with an {@link SQLException}.
   */
  CompletableFuture<Boolean> write(byte[] key, CachedCall call) {
    Row row = new Row(key, call, new CompletableFuture<>());
    queue.add(row);
    if (closed && queue.remove(row)) { // the thread may have ended before it came
      row.done.completeExceptionally(new SQLException("the call cache was closed"));
    }
    return row.done;
  }

  /** Why the last commit failed; null if it did not. */
  @Nullable SQLException failure() {
    return failure;
  }

  /** Ends when everything that was queued is on the disk. */
  @Override
  public void close() {
    closed = true;
    queue.add(Row.END);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Row> rows = new ArrayList<>();
    boolean end = false;
    while (!end) {
      rows.clear();
      try {
        rows.add(queue.take());
      } catch (InterruptedException e) {
        continue; // nobody but close() ends this thread
      }
      queue.drainTo(rows, MOST_ROWS - 1);
      end = rows.remove(Row.END);
      if (end) {
        queue.drainTo(rows);
      }
      commit(rows);
    }
  }

  private void commit(List<Row> rows) {
    List<Boolean> isNew = new ArrayList<>(rows.size());
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      execute("BEGIN IMMEDIATE");
      for (Row row : rows) {
        insert.setBytes(1, row.key);
        insert.setInt(2, row.call.status());
        insert.setBytes(3, row.call.payload());
        isNew.add(insert.executeUpdate() > 0);
      }
      execute("COMMIT");
      failure = null;
    } catch (SQLException e) {
      failure = e;
      rollBack();
      rows.forEach(row -> row.done.completeExceptionally(e));
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).done.complete(isNew.get(i));
    }
  }

  private void rollBack() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      // The next transaction will say what is wrong; there is nothing to keep of this one.
    }
  }

  /**
   * The driver's own transactions begin when the one before ends, and would keep other processes
   * out for good.
   */
  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private record Row(byte[] key, CachedCall call, CompletableFuture<Boolean> done) {
    static final Row END =
        new Row(new byte[0], new CachedCall(0, new byte[0]), new CompletableFuture<>());
  }
}
