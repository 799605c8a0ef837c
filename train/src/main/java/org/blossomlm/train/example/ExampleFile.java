package org.blossomlm.train.example;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.blossomlm.train.TrainException;

/**
 * Samples in a file, mapped into memory. All numbers are little-endian:
 *
 * <pre>{@code
 * per sample   int token × n, learnt as bits in ⌈n/32⌉ ints, source in UTF-8, zeros up to 4 bytes
 * index        per sample: long where it begins, int n, int bytes of its source
 * counts       long records, examples, tokens, learnt tokens; a long per ExampleNote
 * footer       long where the index begins, long samples, int CRC-32C of all before the footer,
 *              int version
 * }</pre>
 */
public final class ExampleFile implements ExampleSet, AutoCloseable {
  static final int VERSION = 1;
  static final int INDEX_BYTES = 16;
  static final int FOOTER_BYTES = 24;

  private static final long CHECKED_AT_ONCE = 1 << 26;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena;
  private final MemorySegment file;
  private final long index;
  private final int size;
  private final ExampleCounts counts;

  private ExampleFile(Arena arena, MemorySegment file, long index, int size, ExampleCounts counts) {
    this.arena = arena;
    this.file = file;
    this.index = index;
    this.size = size;
    this.counts = counts;
  }

  static int countsBytes() {
    return 8 * (4 + ExampleNote.values().length);
  }

  /**
   * Opens a file and checks all of it.
   *
   * @throws TrainException if it is not such a file, or damaged
   */
  @SuppressWarnings("MustBeClosedChecker") // close() does, or whoever fails to open.
  static ExampleFile open(Path path) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return checked(path, arena, file);
    } catch (IOException e) {
      arena.close();
      throw new TrainException(path + ": cannot be read: " + e.getMessage(), e);
    } catch (TrainException e) {
      arena.close();
      throw e;
    }
  }

  private static ExampleFile checked(Path path, Arena arena, MemorySegment file) {
    long footer = file.byteSize() - FOOTER_BYTES;
    if (footer < countsBytes()) {
      throw damaged(path, "it is too short");
    }
    int version = file.get(INT, footer + 20);
    if (version != VERSION) {
      throw damaged(path, "version " + version + " instead of " + VERSION);
    }
    long index = file.get(LONG, footer);
    long size = file.get(LONG, footer + 8);
    long counts = footer - countsBytes();
    if (size < 0 || size > Integer.MAX_VALUE || index < 0 || index != counts - size * INDEX_BYTES) {
      throw damaged(path, "its index has no place for " + size + " samples");
    }
    if (crc(file.asSlice(0, footer)) != file.get(INT, footer + 16)) {
      throw damaged(path, "its checksum does not match");
    }
    for (long i = 0; i < size; i++) {
      long at = file.get(LONG, index + i * INDEX_BYTES);
      long tokens = file.get(INT, index + i * INDEX_BYTES + 8);
      long source = file.get(INT, index + i * INDEX_BYTES + 12);
      if (at < 0
          || tokens < 1
          || source < 0
          || at > index - 4 * (tokens + (tokens + 31) / 32) - source) {
        throw damaged(path, "sample " + i + " lies outside of it");
      }
    }
    EnumMap<ExampleNote, Long> notes = new EnumMap<>(ExampleNote.class);
    for (ExampleNote note : ExampleNote.values()) {
      long count = file.get(LONG, counts + 8L * (4 + note.ordinal()));
      if (count > 0) {
        notes.put(note, count);
      }
    }
    return new ExampleFile(
        arena,
        file,
        index,
        (int) size,
        new ExampleCounts(
            file.get(LONG, counts),
            file.get(LONG, counts + 8),
            file.get(LONG, counts + 16),
            file.get(LONG, counts + 24),
            Map.copyOf(notes)));
  }

  private static TrainException damaged(Path path, String why) {
    return new TrainException(path + ": not a whole file of samples: " + why);
  }

  private static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    for (long from = 0; from < bytes.byteSize(); from += CHECKED_AT_ONCE) {
      crc.update(
          bytes.asSlice(from, Math.min(CHECKED_AT_ONCE, bytes.byteSize() - from)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  /** CRC-32C of the samples, their index and counts. */
  public int checksum() {
    return file.get(INT, file.byteSize() - FOOTER_BYTES + 16);
  }

  /** What became of the records that the samples were made from. */
  public ExampleCounts counts() {
    return counts;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int length(int index) {
    return file.get(INT, place(index) + 8);
  }

  @Override
  public Example get(int index) {
    long at = file.get(LONG, place(index));
    int n = length(index);
    int sourceBytes = file.get(INT, place(index) + 12);
    int[] tokens = new int[n];
    MemorySegment.copy(file, INT, at, tokens, 0, n);
    long bits = at + 4L * n;
    boolean[] learnt = new boolean[n];
    for (int i = 0; i < n; i++) {
      learnt[i] = (file.get(INT, bits + 4L * (i / 32)) >>> (i % 32) & 1) != 0;
    }
    byte[] source = file.asSlice(bits + 4L * ((n + 31) / 32), sourceBytes).toArray(JAVA_BYTE);
    return new Example(tokens, learnt, new String(source, StandardCharsets.UTF_8));
  }

  private long place(int i) {
    java.util.Objects.checkIndex(i, size);
    return index + (long) i * INDEX_BYTES;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
