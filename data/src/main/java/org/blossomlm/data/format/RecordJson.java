package org.blossomlm.data.format;

import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;

/**
 * Records as lines of JSON that lose nothing, whatever their kind: head, provenance, failure and
 * unknown fields included. Only the width of numbers is not kept: 5L comes back as 5, 1.5f as 1.5.
 */
public final class RecordJson {
  private static final BlossomShape SHAPE = new BlossomShape(true);

  private RecordJson() {}

  /**
   * One line, without the newline.
   *
   * @throws DataException if metadata or fields hold what is not a JSON value
   */
  public static String write(DataRecord record) {
    return JsonTree.write(SHAPE.write(record));
  }

  /**
   * The record that {@link #write} made {@code line} from.
   *
   * @throws DataException saying what is wrong in the line
   */
  public static DataRecord read(String line) {
    Object value = JsonTree.parse(line);
    if (value == null) {
      throw Fields.unexpected("record", null, "an object");
    }
    return BlossomShape.lossless(value);
  }
}
