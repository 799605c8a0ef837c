package org.blossomlm.data.file;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * A line, row or element that is no record.
 *
 * @param row line of a text file, row of a table, element of an array; from 1
 * @param reason what was found and what is allowed
 * @param raw its bytes as they are in the file; only the beginning of a line that is too long
 */
public record BadLine(String file, long row, String reason, byte[] raw) {
  /** File, place and reason in one line. */
  public String message() {
    return file + ":" + row + ": " + reason;
  }

  /**
   * One line of a quarantine file, without the newline: {@code file}, {@code row}, {@code reason}
   * and {@code raw}, or {@code raw_base64} where the bytes are not UTF-8.
   */
  public String toJson() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("file", file);
    map.put("row", row);
    map.put("reason", reason);
    try {
      map.put("raw", new Utf8().text(raw));
    } catch (DataException e) {
      map.put("raw_base64", Base64.getEncoder().encodeToString(raw));
    }
    return JsonTree.write(map);
  }
}
