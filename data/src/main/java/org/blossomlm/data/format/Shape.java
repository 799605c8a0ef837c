package org.blossomlm.data.format;

import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.jspecify.annotations.Nullable;

/** How one program writes records as JSON objects. */
interface Shape {
  /** Whether {@code object} looks like one; it may still be wrong inside. */
  boolean fits(Map<String, @Nullable Object> object);

  /**
   * @throws DataException naming the field, what was found and what is allowed
   */
  DataRecord read(Map<String, @Nullable Object> object, Origin origin);

  /**
   * @throws DataException naming what the shape cannot hold
   */
  Map<String, @Nullable Object> write(DataRecord record);
}
