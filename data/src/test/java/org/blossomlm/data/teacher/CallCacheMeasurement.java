package org.blossomlm.data.teacher;

import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;

/**
 * How many calls a second go through the cache: bought from an instant teacher over real HTTP, each
 * on the disk before it is used, and found again. Run it by hand: {@code java -cp … [CALLS
 * [THREADS]]}. The server runs in the same process and takes its share of the processor.
 */
final class CallCacheMeasurement {
  private CallCacheMeasurement() {}

  public static void main(String[] arguments) throws Exception {
    int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50_000;
    int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 256;
    Path folder = Files.createTempDirectory("call-cache");
    String answer = "An answer of a usual length. ".repeat(40);
    try (FakeTeacherServer server = FakeTeacherServer.start().withoutRecording()) {
      server.answer(call -> Reply.text(answer));
      ServiceSettings settings =
          TestTeachers.settings(server).withLimits(new CallLimits(0, 0, 64, 1 << 20));
      try (TestTeachers run = new TestTeachers(settings, folder, Budget.unlimited())) {
        report("bought (warm-up)", calls / 5, threads, i -> ask("warm-up " + i), run.teacher);
        report("bought", calls, threads, i -> ask("question " + i), run.teacher);
        report("found", calls, threads, i -> ask("question " + i), run.teacher);
      }
      try (TestTeachers run = new TestTeachers(settings, folder, Budget.unlimited())) {
        report("found after a restart", calls, threads, i -> ask("question " + i), run.teacher);
      }
      try (CallCache cache = CallCache.open(folder.resolve("inserts.db"))) {
        byte[] payload = answer.getBytes(StandardCharsets.UTF_8);
        measure(
            "cache alone: inserted",
            calls,
            threads,
            i -> cache.put(key(i), new CachedCall(200, payload)));
        measure(
            "cache alone: found",
            calls,
            threads,
            i -> {
              if (cache.find(key(i)).isEmpty()) {
                throw new IllegalStateException("call " + i + " was lost");
              }
            });
      }
    }
  }

  private static String key(int i) {
    return CallKey.of("chat", "x", "m", Map.of("i", i), 0);
  }

  private interface Questions {
    CompletionRequest question(int i);
  }

  private interface Work {
    void run(int i) throws InterruptedException;
  }

  private static void report(
      String what, int calls, int threads, Questions questions, Teacher teacher)
      throws InterruptedException {
    measure(what, calls, threads, i -> teacher.complete(questions.question(i)));
  }

  private static void measure(String what, int calls, int threads, Work work)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    long begin = System.nanoTime();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int t = 0; t < threads; t++) {
        pool.submit(() -> {
          for (int i = next.getAndIncrement(); i < calls; i = next.getAndIncrement()) {
            work.run(i);
            done.incrementAndGet();
          }
          return null;
        });
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-24s %,8d calls %,10.0f a second",
            what,
            done.get(),
            done.get() / seconds));
  }
}
