package org.blossomlm.train.example;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.model.files.Sha256;
import org.blossomlm.train.TrainException;

/**
 * Samples of files of records, made once with several threads and kept on disk. A file of samples
 * is named after everything that decides what is in it: the bytes of the records' files, the
 * tokenizer, the template, the policy. So it never goes stale, and runs that share data share it.
 */
public final class ExampleCache {
  private static final System.Logger LOG = System.getLogger(ExampleCache.class.getName());
  private static final int RECORDS_AT_ONCE = 64;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path folder;
  private final int threads;

  /**
   * @param folder is made if it is not there
   * @param threads that make samples
   */
  public ExampleCache(Path folder, int threads) {
    this.folder = folder;
    this.threads = threads;
  }

  /**
   * The samples of {@code source}, in the order of its records whatever the number of threads.
   *
   * @param progress is told how many records are done
   * @throws TrainException if a file cannot be read, a record is a problem and the policy is to
   *     fail, or nothing at all can be learnt
   */
  public ExampleFile examples(ExampleSource source, ExampleBuilder builder, LongConsumer progress) {
    return open(source, builder, "examples", builder::build, progress);
  }

  /** The pairs of {@code source}, which has preference records. */
  public PairFile pairs(ExampleSource source, ExampleBuilder builder, LongConsumer progress) {
    return new PairFile(open(source, builder, "pairs", record -> pair(builder, record), progress));
  }

  private static BuiltExamples pair(ExampleBuilder builder, DataRecord record) {
    if (!(record instanceof PreferenceRecord preference)) {
      throw new ExampleException(
          ExampleNote.NOT_A_SAMPLE,
          record.id() + ": not a preference pair; dpo needs a prompt, chosen and rejected");
    }
    return builder.builtPair(preference);
  }

  private ExampleFile open(
      ExampleSource source,
      ExampleBuilder builder,
      String kind,
      Function<DataRecord, BuiltExamples> build,
      LongConsumer progress) {
    Path path = folder.resolve(key(source, builder, kind) + "." + kind);
    if (Files.exists(path)) {
      try {
        return ExampleFile.open(path);
      } catch (TrainException e) {
        LOG.log(Level.WARNING, "{0}; it is made again", e.getMessage());
      }
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    make(path, source, builder, build, progress);
    return ExampleFile.open(path);
  }

  private void make(
      Path path,
      ExampleSource source,
      ExampleBuilder builder,
      Function<DataRecord, BuiltExamples> build,
      LongConsumer progress) {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (ExampleFileWriter writer = new ExampleFileWriter(path);
        RecordReader records = source.open(builder.failsOnProblems())) {
      Queue<Future<List<BuiltExamples>>> ahead = new ArrayDeque<>();
      long left = source.limit().orElse(Long.MAX_VALUE);
      long done = 0;
      boolean more = true;
      while (more || !ahead.isEmpty()) {
        while (more && ahead.size() < 4 * threads) {
          List<DataRecord> batch = batch(records, left);
          left -= batch.size();
          more = batch.size() == RECORDS_AT_ONCE;
          ahead.add(workers.submit(() -> batch.stream().map(build).toList()));
        }
        List<BuiltExamples> built = result(ahead.remove());
        built.forEach(writer::add);
        done += built.size();
        progress.accept(done);
      }
      writer.commit();
    } finally {
      workers.shutdownNow();
    }
  }

  private static List<DataRecord> batch(RecordReader records, long most) {
    List<DataRecord> batch = new ArrayList<>();
    while (batch.size() < Math.min(RECORDS_AT_ONCE, most)) {
      Optional<DataRecord> next = records.next();
      if (next.isEmpty()) {
        break;
      }
      batch.add(next.get());
    }
    return batch;
  }

  private static List<BuiltExamples> result(Future<List<BuiltExamples>> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new TrainException("samples cannot be made: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while samples were made");
    }
  }

  private String key(ExampleSource source, ExampleBuilder builder, String kind) {
    MessageDigest digest = Sha256.start();
    put(digest, "version " + ExampleFile.VERSION + " " + kind);
    put(digest, builder.fingerprint());
    put(digest, "%s %s %s".formatted(source.format(), source.at(), source.limit()));
    for (String name : source.names()) {
      put(digest, name);
      file(digest, source.folder(), name);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static void put(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  /** A member of an archive counts as the whole archive. */
  private static void file(MessageDigest digest, Path folder, String name) {
    Path path = folder.resolve(name);
    int member = name.lastIndexOf('!');
    if (member > 0 && !Files.exists(path)) {
      path = folder.resolve(name.substring(0, member));
    }
    MessageDigest content = Sha256.start();
    try (InputStream stream = Files.newInputStream(path)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        content.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be read: " + e.getMessage(), e);
    }
    digest.update(content.digest());
  }
}
