package org.blossomlm.model.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.blossomlm.model.ModelException;
import org.jspecify.annotations.Nullable;

/**
 * A file mapped into memory, shared by all who open it: mapping it again while it is mapped gives
 * the same memory, and the last {@link #release} unmaps it. "The same file" means the same inode
 * (or real path, where there are none), size and modification time, so that a file which was
 * replaced or rewritten meanwhile is mapped anew.
 */
public final class MappedFile {
  private static final Map<Key, MappedFile> MAPPED = new HashMap<>();

  private final Path path;
  private final Key key;
  private final Arena arena;
  private final FileChannel channel;
  private final MemorySegment segment;
  private int holders = 1;

  private MappedFile(Path path, Key key, Arena arena, FileChannel channel, MemorySegment segment) {
    this.path = path;
    this.key = key;
    this.arena = arena;
    this.channel = channel;
    this.segment = segment;
  }

  /**
   * What makes two files the same; {@code identity} is the platform's file key or the real path.
   */
  private record Key(Object identity, long size, FileTime modified) {}

  /**
   * Maps {@code path} read-only; every call needs one {@link #release}.
   *
   * @param failure makes the exception of the format from a message
   */
  public static MappedFile acquire(Path path, Function<String, ? extends ModelException> failure) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw failure.apply(path + ": this is a directory; give the file of a model inside it");
      }
      if (!attributes.isRegularFile()) {
        throw failure.apply(
            path + ": this is not a regular file (a pipe or a device?) and cannot be mapped");
      }
      @Nullable Object fileKey = attributes.fileKey();
      Object identity = fileKey != null ? fileKey : path.toRealPath();
      var key = new Key(identity, attributes.size(), attributes.lastModifiedTime());
      return acquire(path, key);
    } catch (NoSuchFileException e) {
      throw Failures.because(failure, path + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw Failures.because(failure, path + ": no permission to read the file", e);
    } catch (IOException e) {
      throw Failures.because(failure, path + ": the file cannot be opened: " + e.getMessage(), e);
    }
  }

  private static MappedFile acquire(Path path, Key key) throws IOException {
    synchronized (MAPPED) {
      MappedFile known = MAPPED.get(key);
      if (known != null) {
        known.holders++;
        return known;
      }
      MappedFile mapped = map(path, key);
      MAPPED.put(key, mapped);
      return mapped;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the last release closes the arena
  private static MappedFile map(Path path, Key key) throws IOException {
    Arena arena = Arena.ofShared();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      // The size is asked again: a file that shrank since must not be mapped beyond its end.
      if (channel.size() != key.size()) {
        throw new IOException("its size changed meanwhile; is it still being written?");
      }
      MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, key.size(), arena);
      return new MappedFile(path, key, arena, channel, segment);
    } catch (IOException | RuntimeException e) {
      arena.close();
      close(channel);
      throw e;
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // It was read only, so that nothing can be lost.
      System.getLogger(MappedFile.class.getName()).log(System.Logger.Level.DEBUG, "", e);
    }
  }

  /** A part of an open file. */
  record Region(FileChannel channel, long position) {}

  /** Where mapped memory lies in its file; empty for memory that is not of a mapped file. */
  static Optional<Region> regionOf(MemorySegment data) {
    synchronized (MAPPED) {
      for (MappedFile mapped : MAPPED.values()) {
        long position = data.address() - mapped.segment.address();
        // The channel closes where a thread is interrupted in a transfer; the memory stays.
        if (mapped.channel.isOpen()
            && position >= 0
            && position <= mapped.segment.byteSize() - data.byteSize()) {
          return Optional.of(new Region(mapped.channel, position));
        }
      }
    }
    return Optional.empty();
  }

  /** The files that somebody holds, by the name they were first opened with. */
  public static List<Path> mappedPaths() {
    synchronized (MAPPED) {
      return MAPPED.values().stream().map(mapped -> mapped.path).toList();
    }
  }

  /** The whole file, read-only, until it is released. */
  public MemorySegment segment() {
    return segment;
  }

  /** Gives up one {@link #acquire}. */
  public void release() {
    synchronized (MAPPED) {
      holders--;
      if (holders == 0) {
        MAPPED.remove(key);
        arena.close();
        close(channel);
      }
    }
  }
}
