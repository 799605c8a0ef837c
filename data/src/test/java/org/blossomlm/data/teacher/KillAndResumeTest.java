package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.blossomlm.data.teacher.FakeTeacherServer.Call;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed and started again pays for nothing that it had used. */
class KillAndResumeTest {
  private static final int CALLS = 300;
  private static final int THREADS = 8;

  @TempDir Path folder;

  @Test
  void whatWasUsedBeforeAKillIsNotPaidForAgain() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    RandomGenerator random = new SplittableRandom(seed);
    try (FakeTeacherServer server = FakeTeacherServer.start()) {
      server.answer(call -> Reply.text("answer to " + call.lastText()).after(3));
      Set<String> used = new HashSet<>();
      int kills = 0;
      boolean finished = false;
      while (!finished) {
        int sentBefore = server.calls().size();
        List<String> lines = new ArrayList<>();
        Process process = run(server.base());
        int killAfter = kills < 2 ? random.nextInt(20, 100) : Integer.MAX_VALUE;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
          for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (lines.size() == killAfter) {
              process.toHandle().destroyForcibly(); // SIGKILL; what was printed still comes
              kills++;
            }
          }
        }
        finished = process.waitFor() == 0;
        assertThat(finished || lines.size() >= killAfter)
            .as(() -> "the process failed: " + log())
            .isTrue();
        assertThat(server.calls().stream().skip(sentBefore).map(Call::lastText))
            .noneMatch(used::contains);
        used.addAll(lines);
      }
      assertThat(used).hasSize(CALLS);
      Map<String, Integer> paid = new HashMap<>();
      server.calls().forEach(call -> paid.merge(call.lastText(), 1, Integer::sum));
      assertThat(paid).hasSize(CALLS);
      // Only what was on its way in the moment of a kill can have been sent again.
      assertThat(server.calls()).hasSizeLessThanOrEqualTo(CALLS + kills * THREADS);
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("errors.txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Process run(URI base) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Killed.class.getName(),
            base.toString(),
            folder.toString())
        .redirectError(folder.resolve("errors.txt").toFile())
        .start();
  }

  /** The process that is killed: prints a question when it has used the answer to it. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) throws Exception {
      ServiceSettings settings =
          ServiceSettings.of("fake", "m", URI.create(arguments[0]))
              .withRetry(TestTeachers.IMPATIENT);
      try (TestTeachers run =
              new TestTeachers(settings, Path.of(arguments[1]), Budget.unlimited());
          ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
          String text = "question " + i;
          calls.add(
              threads.submit(() -> {
                String answer = run.teacher.complete(ask(text)).text();
                if (!answer.equals("answer to " + text)) {
                  throw new IllegalStateException(text + " was answered with " + answer);
                }
                synchronized (Killed.class) {
                  System.out.println(text);
                  System.out.flush();
                }
                return null;
              }));
        }
        for (Future<?> call : calls) {
          call.get();
        }
      }
    }
  }
}
