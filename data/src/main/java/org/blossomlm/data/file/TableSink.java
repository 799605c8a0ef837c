package org.blossomlm.data.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A table, whose columns are known only after the last record: the records wait in a scratch file,
 * so that memory does not grow with them.
 */
final class TableSink implements ObjectSink {
  /** Of a row group, before compression. */
  private static final long GROUP_BYTES = 32 << 20;

  private static final long MIN_GROUP_ROWS = 2048; // What DuckDB allows.
  private static final long MAX_GROUP_ROWS = 122_880;

  private final Path file;
  private final String name;
  private final FileType type;
  private final Path waiting;
  private final JsonSink spool;
  private final Map<String, ColumnType> columns = new LinkedHashMap<>();
  private long rows;
  private long bytes;
  private long longest;

  TableSink(Path file, String name, FileType type) throws IOException {
    this.file = file;
    this.name = name;
    this.type = type;
    this.waiting = file.resolveSibling(file.getFileName() + ".rows");
    this.spool = new JsonSink(waiting, "", false);
  }

  @Override
  public long write(Map<String, @Nullable Object> object) throws IOException {
    object.forEach(
        (column, value) -> columns.merge(column, ColumnType.of(value), ColumnType::with));
    long written = spool.write(object);
    rows++;
    bytes += written;
    longest = Math.max(longest, written);
    return written;
  }

  @Override
  public void finish() throws IOException {
    spool.finish();
    if (type == FileType.PARQUET) {
      writeParquet();
    } else {
      writeDelimited(type == FileType.CSV ? ',' : '\t');
    }
    Files.delete(waiting);
  }

  private void writeParquet() throws IOException {
    Map<String, String> folded = new LinkedHashMap<>();
    for (String column : columns.keySet()) {
      String other = folded.putIfAbsent(column.toLowerCase(Locale.ROOT), column);
      if (other != null || column.isEmpty()) {
        throw new DataException(
            "%s: Parquet cannot have a column '%s'%s; write JSON Lines"
                .formatted(name, column, other == null ? "" : " beside '" + other + "'"));
      }
    }
    if (columns.isEmpty()) {
      throw new DataException(name + ": Parquet needs at least one column; write JSON Lines");
    }
    long rowsOfGroup = GROUP_BYTES * rows / Math.max(1, bytes);
    String types =
        columns.entrySet().stream()
            .map(column ->
                Duck.quoted(column.getKey()) + ": " + Duck.quoted(column.getValue().sql()))
            .collect(Collectors.joining(", ", "{", "}"));
    String copy =
        """
        COPY (SELECT * FROM read_json(%s, format = 'newline_delimited', columns = %s,
            maximum_object_size = %d, auto_detect = false))
        TO %s (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %d)\
        """
            .formatted(
                Duck.literal(waiting),
                types,
                Math.max(1 << 20, longest + 1024),
                Duck.quoted(file.toAbsolutePath().toString()),
                Math.clamp(rowsOfGroup, MIN_GROUP_ROWS, MAX_GROUP_ROWS));
    Path scratch = file.toAbsolutePath().resolveSibling("scratch");
    try (Connection connection = Duck.open(scratch);
        Statement statement = connection.createStatement()) {
      statement.execute(copy);
    } catch (SQLException e) {
      throw new IOException(Duck.explain(e), e);
    }
  }

  private void writeDelimited(char separator) throws IOException {
    try (LinesSource source =
            new LinesSource(
                new BufferedInputStream(Files.newInputStream(waiting)),
                true,
                Integer.MAX_VALUE - 8);
        OutputStream out = JsonSink.compressed(Files.newOutputStream(file), name)) {
      line(out, separator, columns.keySet());
      for (Optional<ObjectSource.Item> item = source.next();
          item.isPresent();
          item = source.next()) {
        if (item.get() instanceof ObjectSource.Found found) {
          line(out, separator, columns.keySet().stream().map(found.object()::get).toList());
        }
      }
    }
  }

  private static void line(
      OutputStream out, char separator, Iterable<? extends @Nullable Object> values)
      throws IOException {
    StringBuilder line = new StringBuilder();
    String between = "";
    for (Object value : values) {
      line.append(between).append(DelimitedSource.cell(value, separator));
      between = String.valueOf(separator);
    }
    out.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }
}
