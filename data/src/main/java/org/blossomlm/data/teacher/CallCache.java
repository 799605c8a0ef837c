package org.blossomlm.data.teacher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import org.blossomlm.data.DataException;
import org.sqlite.SQLiteConfig;

/**
 * Remembers what teachers said, in a file, so that nothing is paid for twice: neither in a run that
 * is resumed after it was killed at any moment, nor in another one that asks the same. An answer is
 * on the disk before anybody uses it. Errors that would come again (a request that the service
 * finds wrong) are remembered as well.
 *
 * <p>A table of SQLite with a write-ahead log: many threads and several processes may use one file,
 * but it must lie on a local disk. {@code CALLS.db-wal} and {@code -shm} beside it are parts of it.
 */
public final class CallCache implements AutoCloseable {
  private static final int VERSION = 1;
  private static final int BUSY_MILLISECONDS = 60_000;
  private static final int READERS = 4;
  private static final long MOST_LOG_BYTES = 64L << 20;

  private final Path file;

  /** None where the cache is only read. */
  private final Optional<GroupCommit> writer;

  private final List<Connection> connections;
  private final BlockingQueue<PreparedStatement> readers = new ArrayBlockingQueue<>(READERS);
  private final ConcurrentMap<String, CompletableFuture<CachedCall>> underWay =
      new ConcurrentHashMap<>();

  private CallCache(
      Path file,
      Optional<GroupCommit> writer,
      List<Connection> connections,
      List<Connection> reading)
      throws SQLException {
    this.file = file;
    this.writer = writer;
    this.connections = connections;
    for (Connection reader : reading) {
      readers.add(reader.prepareStatement("SELECT status, payload FROM calls WHERE key = ?"));
    }
  }

  /**
   * Opens a cache, or makes an empty one with its folder.
   *
   * @throws DataException if the file is something else, damaged or of a newer Blossom
   */
  public static CallCache open(Path file) {
    List<Connection> connections = new ArrayList<>();
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Connection first = connect(file, connections);
      prepare(file, first);
      for (int i = 0; i < READERS; i++) {
        connect(file, connections);
      }
      return new CallCache(
          file,
          Optional.of(new GroupCommit(first)),
          connections,
          connections.subList(1, connections.size()));
    } catch (SQLException | IOException e) {
      close(connections);
      throw new DataException(
          file + ": cannot be used as a cache of model calls: " + e.getMessage(), e);
    } catch (DataException e) {
      close(connections);
      throw e;
    }
  }

  /**
   * Opens a cache only to find answers in it; where there is no file, it has none. Nothing is
   * written, not even the files that SQLite has beside a database, so that what a run has added
   * since its last tidying up may be missing.
   *
   * @throws DataException if the file is something else, damaged or of a newer Blossom
   */
  public static CallCache openToRead(Path file) {
    List<Connection> connections = new ArrayList<>();
    try {
      if (Files.exists(file)) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        // The sign of an URI in a path would begin its query.
        String path = file.toAbsolutePath().toUri().getRawPath();
        Connection connection =
            config.createConnection("jdbc:sqlite:file:" + path + "?immutable=1");
        connections.add(connection);
        check(file, version(connection));
      }
      return new CallCache(file, Optional.empty(), connections, connections);
    } catch (SQLException e) {
      close(connections);
      throw new DataException(
          file + ": cannot be used as a cache of model calls: " + e.getMessage(), e);
    } catch (DataException e) {
      close(connections);
      throw e;
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("PRAGMA user_version")) {
      return found.getInt(1);
    }
  }

  private static void check(Path file, int version) {
    if (version > VERSION) {
      throw new DataException(
          file
              + ": a cache of version "
              + version
              + ", this program knows "
              + VERSION
              + "; use a newer Blossom or another file");
    }
  }

  private static Connection connect(Path file, List<Connection> connections) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL); // a commit survives a power cut
    config.setBusyTimeout(BUSY_MILLISECONDS);
    config.setJournalSizeLimit((int) MOST_LOG_BYTES);
    Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    connections.add(connection);
    return connection;
  }

  private static void prepare(Path file, Connection connection) throws SQLException {
    int version = version(connection);
    check(file, version);
    try (Statement statement = connection.createStatement()) {
      if (version == 0) {
        try (ResultSet tables = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
          if (tables.getInt(1) > 0 && !has(connection)) {
            throw new DataException(
                file + ": a database of something else, not a cache of model calls");
          }
        }
        statement.executeUpdate(
            "CREATE TABLE IF NOT EXISTS calls ("
                + "key BLOB NOT NULL UNIQUE, status INTEGER NOT NULL, payload BLOB NOT NULL)");
        statement.executeUpdate("PRAGMA user_version = " + VERSION);
      }
    }
  }

  /** Another process may be between making the table and the version. */
  private static boolean has(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT count(*) FROM sqlite_schema WHERE name = 'calls'")) {
      return found.getInt(1) > 0;
    }
  }

  /** Where it lies. */
  public Path file() {
    return file;
  }

  /** How many answers and errors it has. */
  public long size() {
    if (connections.isEmpty()) {
      return 0;
    }
    try (Statement statement = connections.getLast().createStatement();
        ResultSet found = statement.executeQuery("SELECT count(*) FROM calls")) {
      return found.getLong(1);
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  /** Something that answers a call. */
  @FunctionalInterface
  interface Question {
    CachedCall ask() throws InterruptedException;
  }

  /**
   * @param fresh whether this very caller asked
   */
  record Answer(CachedCall call, boolean fresh) {}

  /**
   * What is remembered, or else what {@code question} says, which is remembered from now on.
   * Threads that want the same at the same time ask once; if asking fails, it fails for all of
   * them, and nothing is remembered.
   *
   * @throws DataException if the file cannot be read or written
   */
  Answer get(String key, Question question) throws InterruptedException {
    while (true) {
      CompletableFuture<CachedCall> mine = new CompletableFuture<>();
      CompletableFuture<CachedCall> other = underWay.putIfAbsent(key, mine);
      if (other == null) {
        return answer(key, question, mine);
      }
      try {
        return new Answer(other.get(), false);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        // Whoever asked was interrupted. That was not meant for this thread: it asks itself.
      }
    }
  }

  private Answer answer(String key, Question question, CompletableFuture<CachedCall> mine)
      throws InterruptedException {
    try {
      Optional<CachedCall> known = find(key);
      Answer answer =
          known.isPresent()
              ? new Answer(known.get(), false)
              : new Answer(put(key, question.ask()), true);
      mine.complete(answer.call());
      return answer;
    } catch (InterruptedException | RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      underWay.remove(key, mine);
    }
  }

  /** What is remembered. */
  Optional<CachedCall> find(String key) throws InterruptedException {
    if (connections.isEmpty()) {
      return Optional.empty();
    }
    PreparedStatement reader = readers.take();
    try {
      reader.setBytes(1, HexFormat.of().parseHex(key));
      try (ResultSet row = reader.executeQuery()) {
        return row.next()
            ? Optional.of(new CachedCall(row.getInt(1), row.getBytes(2)))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw unreadable(e);
    } finally {
      readers.add(reader);
    }
  }

  /**
   * Remembers a call unless there is one, and returns what is remembered. It is on the disk when
   * this returns, and will be if this is interrupted.
   */
  CachedCall put(String key, CachedCall call) throws InterruptedException {
    try {
      boolean isNew = writer().write(HexFormat.of().parseHex(key), call).get();
      return isNew ? call : find(key).orElse(call); // another process was faster
    } catch (ExecutionException e) {
      throw unwritable(e);
    }
  }

  /** As {@link #put} for several, with one wait for the disk. */
  void putAll(Map<String, CachedCall> calls) throws InterruptedException {
    List<CompletableFuture<Boolean>> written = new ArrayList<>();
    calls.forEach((key, call) -> written.add(writer().write(HexFormat.of().parseHex(key), call)));
    for (CompletableFuture<Boolean> each : written) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw unwritable(e);
      }
    }
  }

  /**
   * @throws DataException if the last answer could not be kept, so that no more should be bought
   */
  void checkWritable() {
    SQLException failure = writer().failure();
    if (failure != null) {
      throw unwritable(failure);
    }
  }

  private GroupCommit writer() {
    return writer.orElseThrow(
        () -> new DataException(file + ": the cache of calls was opened to be read only"));
  }

  private DataException unreadable(SQLException e) {
    return new DataException(file + ": the cache of calls cannot be read: " + e.getMessage(), e);
  }

  private DataException unwritable(Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return new DataException(
        file
            + ": the cache of calls cannot be written, so no more answers are bought: "
            + cause.getMessage(),
        cause);
  }

  /** Writes what is still to be written, and closes the file. */
  @Override
  public void close() {
    writer.ifPresent(GroupCommit::close);
    close(connections);
  }

  private static void close(List<Connection> connections) {
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException e) {
        // What was committed is safe, and a connection holds nothing else.
      }
    }
  }
}
