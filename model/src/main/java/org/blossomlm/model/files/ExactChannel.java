package org.blossomlm.model.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Passes on as many bytes as a tensor has, and refuses more. */
public final class ExactChannel implements SegmentChannel {
  private final WritableByteChannel out;
  private final String tensor;
  private final long bytes;
  private long written;
  private boolean open = true;

  public ExactChannel(WritableByteChannel out, String tensor, long bytes) {
    this.out = out;
    this.tensor = tensor;
    this.bytes = bytes;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireRoom(source.remaining());
    int count = out.write(source);
    written += count;
    return count;
  }

  @Override
  public void write(MemorySegment data) throws IOException {
    requireRoom(data.byteSize());
    SegmentChannel.write(data, out);
    written += data.byteSize();
  }

  private void requireRoom(long more) throws IOException {
    if (more > bytes - written) {
      throw mismatch("at least " + (written + more));
    }
  }

  /** The tensor is done: as many bytes as it has must have come. */
  public void requireComplete() throws IOException {
    open = false;
    if (written != bytes) {
      throw mismatch(Long.toString(written));
    }
  }

  private IOException mismatch(String found) {
    return new IOException(
        "tensor " + tensor + " was given " + found + " bytes, its type and shape take " + bytes);
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Sources may close what they were given; the file stays open. */
  @Override
  public void close() {
    open = false;
  }
}
