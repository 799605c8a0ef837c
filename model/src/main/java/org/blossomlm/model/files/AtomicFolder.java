package org.blossomlm.model.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A folder that appears under its name only when everything in it is complete; as {@link
 * AtomicFile} otherwise.
 */
public final class AtomicFolder implements AutoCloseable {
  private final Partial partial;

  private AtomicFolder(Partial partial) {
    this.partial = partial;
  }

  /**
   * Starts a folder.
   *
   * @param target must not exist when it is committed, or be empty
   */
  public static AtomicFolder create(Path target) throws IOException {
    return new AtomicFolder(Partial.folder(target));
  }

  /** Where its files are to be written. */
  public Path path() {
    return partial.path();
  }

  /** Gives it its name. */
  public void commit() throws IOException {
    partial.commit();
  }

  /** Removes it, with all that is in it, unless it was committed. */
  @Override
  public void close() throws IOException {
    partial.close();
  }
}
