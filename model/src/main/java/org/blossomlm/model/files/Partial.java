package org.blossomlm.model.files;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is not complete yet, a file or a folder, under the name {@code .NAME.RANDOM.partial} beside
 * its target, so that the last step is a rename within one file system.
 *
 * <p>It is removed when its writing fails and when the program is told to stop. A program that is
 * killed can do neither. Its lock goes with it, though: whoever writes the same target next takes
 * away what nobody holds a lock on.
 */
final class Partial implements AutoCloseable {
  /** Held open, and locked, in a folder: only files can be locked. */
  private static final String HOLD = ".writing";

  private static final int ATTEMPTS = 100;
  private static final Logger LOG = System.getLogger(Partial.class.getName());

  /** Those of this program. To try their locks would lose them: POSIX has one lock per process. */
  private static final Set<Partial> OPEN = ConcurrentHashMap.newKeySet();

  static {
    // A program that is told to stop does not run its finally blocks.
    Runtime.getRuntime().addShutdownHook(new Thread(Partial::closeAll));
  }

  private final Path target;
  private final Path path;
  private final boolean folder;
  private final FileChannel held;
  private boolean committed;

  private Partial(Path target, Path path, boolean folder, FileChannel held) {
    this.target = target;
    this.path = path;
    this.folder = folder;
    this.held = held;
  }

  static Partial file(Path target) throws IOException {
    return begin(target, false);
  }

  static Partial folder(Path target) throws IOException {
    return begin(target, true);
  }

  private static synchronized Partial begin(Path target, boolean folder) throws IOException {
    removeAbandoned(target);
    // A new one may be taken for an abandoned one until it is locked.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
      Path path = target.resolveSibling("." + target.getFileName() + "." + random + ".partial");
      if (folder) {
        Files.createDirectories(path);
      }
      // Not Files.createTempFile: the file gets the permissions of an ordinary new file.
      FileChannel held = FileChannel.open(folder ? path.resolve(HOLD) : path, CREATE_NEW, WRITE);
      var partial = new Partial(target, path, folder, held);
      OPEN.add(partial);
      if (partial.lock()) {
        return partial;
      }
      partial.close();
    }
    throw new FileSystemException(target.toString(), null, "other programs remove what is written");
  }

  /** Whether it is this program's own. */
  private boolean lock() throws IOException {
    try {
      return held.tryLock() != null && Files.exists(path);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no locks in this file system", e);
      return Files.exists(path);
    }
  }

  Path path() {
    return path;
  }

  /** The file, or in a folder the one that is locked. */
  FileChannel channel() {
    return held;
  }

  /** Gives it its name; a file replaces what has that name. */
  void commit() throws IOException {
    if (folder) {
      held.close();
      Files.delete(path.resolve(HOLD));
    }
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
  }

  /** Removes it unless it was committed. */
  @Override
  public void close() throws IOException {
    OPEN.remove(this);
    held.close();
    if (!committed) {
      FileTree.delete(path);
    }
  }

  private static void closeAll() {
    for (Partial partial : OPEN) {
      try {
        partial.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot be removed", e);
      }
    }
  }

  /** Removes what programs that were killed have left of {@code target}. */
  static synchronized void removeAbandoned(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    Pattern name =
        Pattern.compile(
            "\\." + Pattern.quote(target.getFileName() + ".") + "[0-9a-z]{1,8}\\.partial");
    try (Stream<Path> siblings = Files.list(folder)) {
      for (Path path : siblings.toList()) {
        if (name.matcher(String.valueOf(path.getFileName())).matches()) {
          removeIfAbandoned(path);
        }
      }
    } catch (IOException e) {
      // It may belong to somebody else; what is to be written now does not depend on it.
      LOG.log(Level.DEBUG, "what was left of " + target + " cannot be removed", e);
    }
  }

  private static void removeIfAbandoned(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(HOLD) : path;
    boolean own =
        OPEN.stream().anyMatch(open -> open.path.getFileName().equals(path.getFileName()));
    if (own || !Files.isRegularFile(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        FileTree.delete(
            path); // Under the lock: who has just begun to write it sees that it is gone.
      }
    }
  }
}
