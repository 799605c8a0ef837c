package org.blossomlm.data.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.file.RecordWriter;
import org.blossomlm.data.file.WriteOptions;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;

/**
 * What memory a large file takes, in a heap of fixed size: run by hand, not a test. Each command is
 * a process of its own: {@code FlatMemory write FOLDER MEGABYTES}, then {@code convert FOLDER} and
 * {@code dedup FOLDER} under {@code -Xmx512m}, then {@code delete FOLDER}.
 */
public final class FlatMemory {
  private FlatMemory() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    long begin = System.nanoTime();
    switch (arguments[0]) {
      case "write" -> write(folder, Long.parseLong(arguments[2]) << 20);
      case "convert" -> convert(folder);
      case "dedup" -> dedup(folder);
      case "delete" -> delete(folder);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    report(arguments[0], (System.nanoTime() - begin) / 1e9);
  }

  /** Chats of 200 to 2000 characters, of which every tenth comes again. */
  private static void write(Path folder, long bytes) throws IOException {
    Files.createDirectories(folder);
    var random = new SplittableRandom(1);
    String words = "some words of which the texts are made, 以及一些汉字组成的文字 ".repeat(40);
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("chats.jsonl"))) {
      long written = 0;
      String last = "";
      for (long i = 0; written < bytes; i++) {
        if (i % 10 != 9) {
          String question = i + " " + words.substring(0, random.nextInt(50, 300));
          String answer = words.substring(0, random.nextInt(150, 1700));
          last =
              "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}]}\n"
                  .formatted(question, answer);
        }
        out.write(last);
        written += last.length() + last.length() / 4;
      }
    }
  }

  private static void convert(Path folder) {
    try (RecordReader in = RecordFiles.read(folder, List.of("chats.jsonl"), ReadOptions.DEFAULT);
        RecordWriter out =
            RecordFiles.write(
                folder.resolve("converted.jsonl"), WriteOptions.of(RecordFormat.SHAREGPT))) {
      for (Optional<DataRecord> record = in.next(); record.isPresent(); record = in.next()) {
        out.write(record.get());
      }
      out.commit();
      System.out.println(out.records() + " records");
    }
  }

  private static void dedup(Path folder) throws InterruptedException {
    Recipe recipe =
        Recipe.builder("memory")
            .source("chats", source -> source.file("chats.jsonl"))
            .branch("b", branch -> branch.from("chats").step("exact_dedup"))
            .sink("out.jsonl", sink -> sink.from("b"))
            .build(BuiltInOperators.catalog(), folder);
    RunResult result = DataRun.run(recipe, RunOptions.in(folder.resolve("run")), RunListener.NONE);
    System.out.println(result.steps());
  }

  private static void report(String what, double seconds) throws IOException {
    String resident = "unknown";
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      try (Stream<String> lines = Files.lines(status)) {
        resident =
            lines
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("")
                .substring(6)
                .strip();
      }
    }
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s: %.1f s, resident at most %s, heap pools at most %d MiB of %d MiB",
            what,
            seconds,
            resident,
            heap >> 20,
            Runtime.getRuntime().maxMemory() >> 20));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}
