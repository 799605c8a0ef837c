package org.blossomlm.data.file;

import java.nio.file.Path;

/**
 * A file that is complete.
 *
 * @param bytes as it lies on the disk
 */
public record WrittenFile(Path path, long records, long bytes) {}
