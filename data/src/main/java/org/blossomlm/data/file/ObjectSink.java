package org.blossomlm.data.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file that is being written. */
interface ObjectSink extends Closeable {
  /** Adds an object and returns its bytes, before compression. */
  long write(Map<String, @Nullable Object> object) throws IOException;

  /** Writes what is missing; the file is complete afterwards. */
  void finish() throws IOException;
}
