package org.blossomlm.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something to be read.
 *
 * @param name for people and for provenance: the path as it was given, with forward slashes; of a
 *     member of an archive {@code ARCHIVE!MEMBER}
 * @param path where it lies as a file of its own
 */
record InputFile(String name, Optional<Path> path, Opener opener) {
  /** Opens the bytes as they are stored. */
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }
}
