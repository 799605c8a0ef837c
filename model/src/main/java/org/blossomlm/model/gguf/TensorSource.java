package org.blossomlm.model.gguf;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Produces the bytes of a tensor when {@link GgufWriter} has come to its place in the file. */
@FunctionalInterface
public interface TensorSource {
  /**
   * Writes all bytes of the tensor, in as many pieces as it likes; no more and no less than its
   * type and dimensions take. The channel is buffered.
   *
   * @throws IOException which ends the writing and is reported with the file's name
   */
  void writeTo(WritableByteChannel out) throws IOException;
}
