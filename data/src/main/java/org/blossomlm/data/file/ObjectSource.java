package org.blossomlm.data.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The objects of one file. */
interface ObjectSource extends Closeable {
  /** What stands at a place of a file. */
  sealed interface Item {
    long row();
  }

  /** An object; of {@code raw} the line it was read from where there is one. */
  record Found(long row, Map<String, @Nullable Object> object, byte[] raw) implements Item {}

  /** Something else. */
  record Bad(long row, String reason, byte[] raw) implements Item {}

  /** A line with nothing. */
  record Blank(long row) implements Item {}

  /**
   * The next one; nothing at the end.
   *
   * @throws org.blossomlm.data.DataException if the file cannot be read on
   */
  Optional<Item> next() throws IOException;

  /** For errors: where the source is, such as {@code line 7}. */
  String place();
}
