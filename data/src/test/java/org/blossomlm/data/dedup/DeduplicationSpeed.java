package org.blossomlm.data.dedup;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordWriter;
import org.blossomlm.data.file.WriteOptions;
import org.blossomlm.data.filter.OneOperator;
import org.blossomlm.data.filter.SharedDatasets;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.blossomlm.data.run.RunResult;

/**
 * How many megabytes of text a second MinHash deduplication goes through, in memory and in a run
 * from a file to a file: run by hand, not a test.
 */
public final class DeduplicationSpeed {
  private DeduplicationSpeed() {}

  public static void main(String[] arguments) throws Exception {
    List<String> english = new ArrayList<>();
    english.addAll(SharedDatasets.strings("gsm8k/train.jsonl", "question"));
    english.addAll(SharedDatasets.strings("gsm8k/train.jsonl", "answer"));
    List<String> chinese = new ArrayList<>();
    chinese.addAll(SharedDatasets.strings("tal_scq5k/ch_single_choice_train_3K.jsonl", "problem"));
    chinese.addAll(SharedDatasets.strings("alignbench/data_release_v1.0.jsonl", "question"));
    chinese.addAll(SharedDatasets.strings("alignbench/data_release_v1.0.jsonl", "reference"));
    measure("English", english, 20);
    measure("Chinese", chinese, 60);
  }

  /**
   * Every round moves the letters on by one, so that its texts keep their lengths and their
   * likeness to each other and are no copies of those of another round.
   */
  private static String moved(String text, int round) {
    StringBuilder moved = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'a' && c <= 'z') {
        moved.setCharAt(i, (char) ('a' + (c - 'a' + round) % 26));
      } else if (c >= 0x4E00 && c < 0x9F00) {
        moved.setCharAt(i, (char) (0x4E00 + (c - 0x4E00 + 131 * round) % 0x5100));
      }
    }
    return moved.toString();
  }

  private static void measure(String name, List<String> texts, int rounds) throws Exception {
    List<DataRecord> records = new ArrayList<>();
    long bytes = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < texts.size(); i++) {
        String text = moved(texts.get(i), round);
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
        records.add(OneOperator.text(round + "/" + i, text));
      }
    }
    for (int run = 0; run < 4; run++) {
      long start = System.nanoTime();
      OneOperator.Result result = OneOperator.of("minhash_dedup").run(records);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%s: %.1f MB, %d records, %d dropped, %.2f s, %.1f MB/s, %s%n",
          name,
          bytes / 1e6,
          records.size(),
          result.dropped().size(),
          seconds,
          bytes / 1e6 / seconds,
          result.counts());
    }
    run(name, records, bytes);
  }

  private static void run(String name, List<DataRecord> records, long bytes) throws Exception {
    Path folder = Files.createTempDirectory("deduplication-speed");
    try {
      try (RecordWriter file =
          RecordFiles.write(folder.resolve("texts.jsonl"), WriteOptions.of(RecordFormat.BLOSSOM))) {
        for (DataRecord record : records) {
          file.write(record);
        }
        file.commit();
      }
      Recipe recipe =
          Recipe.builder("speed")
              .source("texts", source -> source.file("texts.jsonl"))
              .branch("b", branch -> branch.from("texts").step("minhash_dedup"))
              .sink("out.jsonl", sink -> sink.from("b"))
              .build(BuiltInOperators.catalog(), folder);
      for (int run = 0; run < 2; run++) {
        long start = System.nanoTime();
        RunResult result =
            DataRun.run(recipe, RunOptions.in(folder.resolve("run" + run)), RunListener.NONE);
        double whole = (System.nanoTime() - start) / 1e9;
        double operator = result.steps().getFirst().time().toNanos() / 1e9;
        System.out.printf(
            "%s, run: %.2f s, of that the operator %.2f s, %.1f MB/s (%.1f with reading the source"
                + " and writing the result)%n",
            name, whole, operator, bytes / 1e6 / operator, bytes / 1e6 / whole);
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.toList().reversed()) {
          Files.delete(file);
        }
      }
    }
  }
}
