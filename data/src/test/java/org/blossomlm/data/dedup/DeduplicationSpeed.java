package org.blossomlm.data.dedup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.OneOperator;
import org.blossomlm.data.filter.SharedDatasets;

/** How many megabytes a second MinHash deduplication reads: run by hand, not a test. */
public final class DeduplicationSpeed {
  private DeduplicationSpeed() {}

  public static void main(String[] arguments) {
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

  /** Every round makes the texts different, so that they are no copies of each other. */
  private static void measure(String name, List<String> texts, int rounds) {
    List<DataRecord> records = new ArrayList<>();
    long bytes = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i + 1 < texts.size(); i++) {
        String text = texts.get(i) + " " + texts.get((i * 31 + round * 7919) % texts.size());
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
  }
}
