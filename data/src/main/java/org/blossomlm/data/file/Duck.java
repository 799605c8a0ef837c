package org.blossomlm.data.file;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** DuckDB as a reader and writer of Parquet: in memory, in bounds, without the network. */
final class Duck {
  private static final String MEMORY = "512MB";

  private Duck() {}

  /**
   * @param scratch where it may put what does not fit into memory
   */
  static Connection open(Path scratch) throws SQLException {
    Properties properties = new Properties();
    // Without this the whole result is kept before the first row is seen.
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("memory_limit", MEMORY);
    properties.setProperty("threads", "1");
    properties.setProperty("temp_directory", scratch.toString());
    properties.setProperty("autoinstall_known_extensions", "false");
    Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET preserve_insertion_order = true");
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  /** A string of SQL. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A path that is not to be taken for a glob. */
  static String literal(Path path) {
    return quoted(path.toAbsolutePath().toString().replaceAll("([*?\\[])", "[$1]"));
  }

  /** A name of SQL. */
  static String name(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  /** What DuckDB says, in one line. */
  static String explain(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message).strip();
  }
}
