package org.blossomlm.data.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a Parquet file, streamed by DuckDB. A null of a column or of a member of a struct is a
 * field that is not there, since Parquet cannot tell the two apart. Dates and times become strings.
 */
final class ParquetSource implements ObjectSource {
  private final Connection connection;
  private final Statement statement;
  private final ResultSet rows;
  private final int maxBytes;
  private long row;

  ParquetSource(Path file, int maxBytes) {
    this.maxBytes = maxBytes;
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      connection = Duck.open(Path.of(System.getProperty("java.io.tmpdir", ".")));
      opened.add(connection);
      statement = connection.createStatement();
      opened.add(statement);
      rows =
          statement.executeQuery(
              "SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet(%s) AS t"
                  .formatted(Duck.literal(file)));
    } catch (SQLException e) {
      closeAll(opened, e);
      throw new DataException("not readable as Parquet: " + Duck.explain(e), e);
    }
  }

  private static void closeAll(List<AutoCloseable> opened, SQLException reason) {
    for (AutoCloseable each : opened.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        reason.addSuppressed(e);
      }
    }
  }

  @Override
  public Optional<Item> next() {
    try {
      if (!rows.next()) {
        return Optional.empty();
      }
      row++;
      String json = rows.getString(1);
      if (json.length() > maxBytes) {
        return Optional.of(
            new Bad(
                row,
                TooLong.message("row", json.length(), maxBytes),
                bytes(json.substring(0, 1000))));
      }
      return Optional.of(item(json));
    } catch (SQLException e) {
      throw new DataException("not readable as Parquet: " + Duck.explain(e), e);
    }
  }

  private Item item(String json) {
    try {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      if (withoutNulls(JsonTree.parse(json)) instanceof Map<?, ?> map) {
        map.forEach((name, value) -> object.put(String.valueOf(name), value));
      }
      return new Found(row, object, new byte[0]);
    } catch (DataException e) {
      return new Bad(row, String.valueOf(e.getMessage()), bytes(json));
    }
  }

  private static @Nullable Object withoutNulls(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        map.forEach((name, member) -> {
          if (member != null) {
            result.put(String.valueOf(name), withoutNulls(member));
          }
        });
        yield result;
      }
      case List<?> list -> {
        List<@Nullable Object> result = new ArrayList<>();
        list.forEach(element -> result.add(withoutNulls(element)));
        yield result;
      }
      case null, default -> value;
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String place() {
    return "row " + row;
  }

  @Override
  public void close() throws IOException {
    try (connection;
        statement;
        rows) {
      // Closed in this order.
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}
