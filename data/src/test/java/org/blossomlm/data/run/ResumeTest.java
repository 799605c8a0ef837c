package org.blossomlm.data.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A run that was ended and resumed gives what an undisturbed one gives")
class ResumeTest {
  private static final int RECORDS = 400;

  @TempDir Path folder;
  private Map<String, String> undisturbed = Map.of();
  private List<String> undisturbedCounts = List.of();

  @BeforeEach
  void an_undisturbed_run() throws Exception {
    // Ids of the second half are those of the first.
    List<DataRecord> records = new ArrayList<>(SmallOperators.records(RECORDS / 2));
    records.addAll(SmallOperators.records(RECORDS / 2));
    RunFixture.writeRecords(folder.resolve("numbers.jsonl"), records);
    Path run = folder.resolve("undisturbed");
    RunResult result =
        DataRun.run(RunFixture.everything(folder, SLOW), RunOptions.in(run), RunListener.NONE);
    undisturbed = RunFixture.results(run);
    undisturbedCounts = RunFixture.counts(result);
    assertThat(undisturbed).containsKeys("all.jsonl", "failed.jsonl");
  }

  /** So that there is time to be killed in. */
  private static final Map<String, String> SLOW = Map.of("millis", "4");

  private static RunOptions options(Path run) {
    return RunOptions.in(run).withWorkers(4).withCheckpointEvery(Duration.ofMillis(10));
  }

  private void assertSame(Path run, RunResult result) throws IOException {
    assertThat(result.complete()).isTrue();
    assertThat(RunFixture.results(run)).isEqualTo(undisturbed);
    assertThat(RunFixture.counts(result)).isEqualTo(undisturbedCounts);
  }

  /** The program that is killed: arguments are the folder of the recipe and that of the run. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) throws InterruptedException {
      Recipe recipe = RunFixture.everything(Path.of(arguments[0]), SLOW);
      DataRun.run(
          recipe, options(Path.of(arguments[1])).with(RunOptions.Begin.RESUME), RunListener.NONE);
    }
  }

  private Process start(Path run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Killed.class.getName(),
            folder.toString(),
            run.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("killed.log").toFile())
        .start();
  }

  @Test
  void after_kill_9_at_many_moments() throws Exception {
    long seed = System.nanoTime();
    System.out.println("kill -9: seed " + seed);
    Random random = new Random(seed);
    int kills = 0;
    for (int round = 0; round < 3; round++) {
      Path run = folder.resolve("killed-" + round);
      // Killed again and again until it has come to its end all the same.
      for (int i = 0; i < 6; i++) {
        Process process = start(run);
        long wait = 300 + random.nextInt(900);
        if (process.waitFor(wait, TimeUnit.MILLISECONDS)) {
          break;
        }
        process.destroyForcibly().waitFor();
        kills++;
      }
      RunResult result =
          DataRun.run(
              RunFixture.everything(folder, SLOW),
              options(run).with(RunOptions.Begin.RESUME),
              RunListener.NONE);
      assertSame(run, result);
    }
    assertThat(kills).as("runs that were killed while at work").isPositive();
  }

  /** A disk with room for so many bytes, which the last write fills up in part. */
  private record SmallDisk(AtomicLong room) implements GrowingFile.Opener {
    @Override
    public SeekableByteChannel open(Path file) throws IOException {
      return new SmallDiskChannel(OF_FILE_SYSTEM.open(file), room);
    }
  }

  private record SmallDiskChannel(SeekableByteChannel channel, AtomicLong room)
      implements SeekableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      long left = room.get();
      if (left <= 0 && bytes.hasRemaining()) {
        throw new IOException("No space left on device");
      }
      int wanted = bytes.remaining();
      int possible = (int) Math.min(left, wanted);
      bytes.limit(bytes.position() + possible);
      int written = channel.write(bytes);
      bytes.limit(bytes.limit() + wanted - possible);
      room.addAndGet(-written);
      return written;
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
      return channel.read(bytes);
    }

    @Override
    public long position() throws IOException {
      return channel.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
      channel.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) throws IOException {
      channel.truncate(size);
      return this;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void after_a_full_disk_at_many_bytes() throws Exception {
    Recipe recipe = RunFixture.everything(folder, Map.of("millis", "4"));
    List<String> messages = new ArrayList<>();
    // Primes, so that the disk is full at other bytes each time.
    for (int room : List.of(1, 997, 7919, 20011, 50021, 90001)) {
      Path run = folder.resolve("full-" + room);
      RunOptions full = options(run).with(new SmallDisk(new AtomicLong(room)));
      try {
        DataRun.run(recipe, full, RunListener.NONE);
        fail("%d bytes should not be enough", room);
      } catch (RunStop e) {
        assertThat(e.reason()).isEqualTo(RunStop.Cause.DISK_FULL);
        messages.add(e.getMessage());
      }
      RunResult result =
          DataRun.run(recipe, options(run).with(RunOptions.Begin.RESUME), RunListener.NONE);
      assertSame(run, result);
    }
    assertThat(messages)
        .allMatch(message -> message.contains("the disk is full; free some space and go on with"));
  }

  @Test
  void after_being_stopped_many_times() throws Exception {
    Recipe recipe = RunFixture.everything(folder, SLOW);
    Path run = folder.resolve("stopped");
    int stops = 0;
    while (true) {
      var control = new RunControl();
      Thread.startVirtualThread(() -> {
        try {
          Thread.sleep(120);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        control.stop();
      });
      try {
        RunResult result =
            DataRun.run(
                recipe, options(run).with(RunOptions.Begin.RESUME).with(control), RunListener.NONE);
        assertSame(run, result);
        break;
      } catch (RunStop e) {
        assertThat(e.reason()).isEqualTo(RunStop.Cause.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isPositive();
  }

  @Test
  void but_not_in_a_damaged_folder() throws Exception {
    Recipe recipe = RunFixture.everything(folder, SLOW);
    Path run = folder.resolve("damaged");
    RunOptions full = options(run).with(new SmallDisk(new AtomicLong(60_000)));
    assertThatThrownBy(() -> DataRun.run(recipe, full, RunListener.NONE))
        .isInstanceOf(RunStop.class);
    var stages = run.resolve("stages").toFile().listFiles();
    assertThat(stages).isNotEmpty();
    for (var file : stages) {
      Files.writeString(file.toPath(), "");
    }
    assertThatThrownBy(
            () -> DataRun.run(recipe, options(run).with(RunOptions.Begin.RESUME), RunListener.NONE))
        .hasMessageContaining("damaged: 0 bytes, but the checkpoint counts on ")
        .hasMessageContaining("--restart");
  }
}
