package org.blossomlm.data.view;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.blossomlm.data.DataException;

/** Reads files in the background, one after the other, so that any place in them can be reached. */
final class Indexing implements AutoCloseable {
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("blossom-view-index").factory());
  private final Map<ViewedFile, String> problems = new ConcurrentHashMap<>();
  private final Map<String, KeyedFile> keyed = new HashMap<>();
  private volatile boolean stopped;

  void begin(List<ViewedFile> files) {
    for (ViewedFile file : files) {
      worker.execute(() -> index(file, file.records()));
    }
    for (ViewedFile file : files) {
      file.lineage().ifPresent(lineage -> worker.execute(() -> index(file, lineage)));
    }
  }

  private void index(ViewedFile file, Records records) {
    try {
      records.index(() -> stopped);
    } catch (IOException | DataException e) {
      problems.put(file, String.valueOf(e.getMessage()));
    }
  }

  /** Why a file could not be read to its end. */
  Optional<String> problem(ViewedFile file) {
    return Optional.ofNullable(problems.get(file));
  }

  /** The file with an index of names, which is made from now on if need be. */
  KeyedFile keyed(ViewedFile file) throws IOException {
    synchronized (keyed) {
      KeyedFile known = keyed.get(file.name());
      if (known == null) {
        KeyedFile fresh = new KeyedFile(file);
        keyed.put(file.name(), fresh);
        worker.execute(() -> fresh.read(() -> stopped));
        known = fresh;
      }
      return known;
    }
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    worker.shutdown();
    try {
      worker.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (keyed) {
      for (KeyedFile file : keyed.values()) {
        file.close();
      }
    }
  }
}
