package org.blossomlm.data.format;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Rows of tables that hold only text: lists and objects are kept there as JSON. Only in columns
 * that are never text are they read as such, since a text may happen to look like JSON.
 */
public final class TableCells {
  private static final Set<String> STRUCTURED =
      Set.of(
          "messages",
          "conversations",
          "tools",
          "metadata",
          "data",
          "provenance",
          "history",
          "preferred_output",
          "non_preferred_output",
          Fields.EXTRA);

  /** A text, or messages. */
  private static final Set<String> PERHAPS = Set.of("prompt", "chosen", "rejected", "input");

  private TableCells() {}

  /** The row with the lists and objects that its cells stand for. */
  public static Map<String, @Nullable Object> read(Map<String, @Nullable Object> row) {
    Map<String, @Nullable Object> result = new LinkedHashMap<>(row);
    row.forEach((column, cell) -> {
      if (cell instanceof String text && isJson(column, text)) {
        try {
          result.put(column, JsonTree.parse(text));
        } catch (DataException e) {
          result.put(column, text); // The format will say what it does not understand.
        }
      }
    });
    return result;
  }

  private static boolean isJson(String column, String text) {
    boolean json = text.startsWith("[") || text.startsWith("{");
    boolean messages =
        json && text.contains("\"role\":") || text.contains("\"from\":") || text.equals("[]");
    return STRUCTURED.contains(column) ? json : PERHAPS.contains(column) && json && messages;
  }
}
