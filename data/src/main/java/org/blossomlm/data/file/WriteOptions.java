package org.blossomlm.data.file;

import java.util.Optional;
import org.blossomlm.data.format.RecordFormat;

/**
 * How a file is written.
 *
 * @param format of the records
 * @param maxRecords of one file; more make several, called {@code NAME-00001-of-00003.ENDING}
 * @param maxBytes of one file, before compression; at least one record is in each
 * @param datasetInfo whether {@code dataset_info.json} beside it describes it
 */
public record WriteOptions(
    RecordFormat format, Optional<Long> maxRecords, Optional<Long> maxBytes, boolean datasetInfo) {
  public static final WriteOptions DEFAULT = of(RecordFormat.BLOSSOM);

  public static WriteOptions of(RecordFormat format) {
    return new WriteOptions(format, Optional.empty(), Optional.empty(), false);
  }

  public WriteOptions withMaxRecords(long maxRecords) {
    return new WriteOptions(format, Optional.of(maxRecords), maxBytes, datasetInfo);
  }

  public WriteOptions withMaxBytes(long maxBytes) {
    return new WriteOptions(format, maxRecords, Optional.of(maxBytes), datasetInfo);
  }

  public WriteOptions withDatasetInfo() {
    return new WriteOptions(format, maxRecords, maxBytes, true);
  }

  boolean sharded() {
    return maxRecords.isPresent() || maxBytes.isPresent();
  }
}
