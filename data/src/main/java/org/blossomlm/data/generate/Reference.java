package org.blossomlm.data.generate;

import org.blossomlm.data.DataRecord;

/** Where a reference answer lies. */
final class Reference {
  private Reference() {}

  /** The metadata entry {@code field}: a text, or a number or list as it is spelled. */
  static String inMetadata(DataRecord record, String field) {
    Object value = record.head().metadata().get(field);
    if (value == null || value.toString().isBlank()) {
      throw new GenerationException(
          "there is no reference: metadata.%s is %s; found are %s"
              .formatted(
                  field, value == null ? "missing" : "blank", record.head().metadata().keySet()));
    }
    return value.toString();
  }
}
