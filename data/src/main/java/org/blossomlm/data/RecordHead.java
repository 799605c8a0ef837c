package org.blossomlm.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What records of every kind have.
 *
 * @param id unique in a run; the same for the same input, whatever the order of the work
 * @param metadata JSON values, in order
 * @param failure why an operator could not work on the record
 * @param extra fields of the file that no format knows, written again as they were
 */
public record RecordHead(
    String id,
    Map<String, @Nullable Object> metadata,
    Provenance provenance,
    Optional<String> failure,
    Map<String, @Nullable Object> extra) {

  public RecordHead {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  public static RecordHead of(String id) {
    return new RecordHead(id, Map.of(), Provenance.UNKNOWN, Optional.empty(), Map.of());
  }

  public RecordHead withId(String id) {
    return new RecordHead(id, metadata, provenance, failure, extra);
  }

  public RecordHead withMetadata(Map<String, @Nullable Object> metadata) {
    return new RecordHead(id, metadata, provenance, failure, extra);
  }

  public RecordHead withMetadata(String key, @Nullable Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(metadata);
    changed.put(key, value);
    return withMetadata(changed);
  }

  public RecordHead withProvenance(Provenance provenance) {
    return new RecordHead(id, metadata, provenance, failure, extra);
  }

  public RecordHead failed(String reason) {
    return new RecordHead(id, metadata, provenance, Optional.of(reason), extra);
  }
}
