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

  private static void measure(String name, List<String> texts, int rounds) {
    List<DataRecord> records = new ArrayList<>();
    long bytes = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < texts.size(); i++) {
        String text = moved(texts.get(i), round);
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
        records.add(OneOperator.text(round + "/" + i, text));
      }
    }
    for (int run = 0; run < 3; run++) {
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
