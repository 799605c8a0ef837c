package org.blossomlm.data.view;

import java.util.Optional;
import org.blossomlm.data.DataRecord;

/**
 * What stands at one place of a file.
 *
 * @param at the line, or the number of the record in files without lines; from 1
 * @param record what was read; empty where that was not possible
 * @param step that dropped or failed the record, in such a file of a run
 * @param reason why it did, or why there is no record
 * @param raw the text as it stands in the file; the beginning where it is too long
 */
record Entry(
    long at,
    Optional<DataRecord> record,
    Optional<String> step,
    Optional<String> reason,
    String raw) {}
