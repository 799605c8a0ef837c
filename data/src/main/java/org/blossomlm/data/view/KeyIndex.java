package org.blossomlm.data.view;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.blossomlm.model.files.Sha256;

/**
 * At which place of a file the first record with a key stands. A hash table with open addressing in
 * a temporary file that is mapped into memory: 16 bytes for each slot, a hash and the place, and
 * nothing in the heap. Different keys share a hash by accident once in 2^64, so whoever asks
 * compares what stands there.
 */
final class KeyIndex implements AutoCloseable {
  private static final long SLOT_BYTES = 16;
  private static final long FIRST_SLOTS = 1 << 12;

  private Table table;
  private long keys;

  KeyIndex() throws IOException {
    table = new Table(FIRST_SLOTS);
  }

  void put(String key, long place) throws IOException {
    if (4 * (keys + 1) > 3 * table.slots) {
      grow();
    }
    if (table.putIfAbsent(hash(key), place)) {
      keys++;
    }
  }

  OptionalLong find(String key) {
    return table.find(hash(key));
  }

  private void grow() throws IOException {
    Table larger = new Table(2 * table.slots);
    table.copyTo(larger);
    table.close();
    table = larger;
  }

  /** Not 0, which marks empty slots. */
  private static long hash(String key) {
    byte[] digest = Sha256.start().digest(key.getBytes(StandardCharsets.UTF_8));
    long hash = ByteBuffer.wrap(digest).getLong();
    return hash == 0 ? 1 : hash;
  }

  @Override
  public void close() throws IOException {
    table.close();
  }

  private static final class Table implements AutoCloseable {
    private final long slots;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    Table(long slots) throws IOException {
      this.slots = slots;
      Path file = Files.createTempFile("blossom-view-", ".keys");
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      try {
        memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, slots * SLOT_BYTES, arena);
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    private long hashAt(long slot) {
      return memory.get(ValueLayout.JAVA_LONG, slot * SLOT_BYTES);
    }

    private long placeAt(long slot) {
      return memory.get(ValueLayout.JAVA_LONG, slot * SLOT_BYTES + Long.BYTES);
    }

    /** The slot that has the hash, or the empty one where it belongs. */
    private long slotOf(long hash) {
      long slot = hash & slots - 1;
      while (hashAt(slot) != 0 && hashAt(slot) != hash) {
        slot = slot + 1 & slots - 1;
      }
      return slot;
    }

    boolean putIfAbsent(long hash, long place) {
      long slot = slotOf(hash);
      if (hashAt(slot) == hash) {
        return false;
      }
      memory.set(ValueLayout.JAVA_LONG, slot * SLOT_BYTES, hash);
      memory.set(ValueLayout.JAVA_LONG, slot * SLOT_BYTES + Long.BYTES, place);
      return true;
    }

    OptionalLong find(long hash) {
      long slot = slotOf(hash);
      return hashAt(slot) == 0 ? OptionalLong.empty() : OptionalLong.of(placeAt(slot));
    }

    void copyTo(Table larger) {
      for (long slot = 0; slot < slots; slot++) {
        if (hashAt(slot) != 0) {
          larger.putIfAbsent(hashAt(slot), placeAt(slot));
        }
      }
    }

    @Override
    public void close() throws IOException {
      arena.close();
      channel.close();
    }
  }
}
