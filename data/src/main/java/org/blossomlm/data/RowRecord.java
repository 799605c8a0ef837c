package org.blossomlm.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of a table, or a JSON object without a meaning here.
 *
 * @param fields JSON values, in order
 */
public record RowRecord(RecordHead head, Map<String, @Nullable Object> fields)
    implements DataRecord {
  public RowRecord {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  @Override
  public RowRecord withHead(RecordHead head) {
    return new RowRecord(head, fields);
  }
}
