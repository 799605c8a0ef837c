package org.blossomlm.train.report;

import java.util.Map;
import org.blossomlm.train.example.ExampleCounts;
import org.blossomlm.train.example.ExampleNote;

/**
 * What became of a source: an entry of {@code data.json}.
 *
 * @param stage empty where the run has one stage alone
 * @param name of the source
 * @param weight how often it is seen in an epoch
 * @param records that were read
 * @param examples samples made of them, those that are held out included
 * @param tokens of all samples
 * @param learntTokens those of them that count in the loss
 * @param notes records by what became of them, besides samples
 */
public record DataSummary(
    String stage,
    String name,
    double weight,
    long records,
    long examples,
    long tokens,
    long learntTokens,
    Map<ExampleNote, Long> notes) {
  public DataSummary {
    notes = Map.copyOf(notes);
  }

  public static DataSummary of(String stage, String name, double weight, ExampleCounts counts) {
    return new DataSummary(
        stage,
        name,
        weight,
        counts.records(),
        counts.examples(),
        counts.tokens(),
        counts.learntTokens(),
        counts.notes());
  }

  /** Records of which turns were left out. */
  public long cut() {
    return notes.getOrDefault(ExampleNote.CUT, 0L);
  }

  /** Records that were left out, wholly or in part. */
  public long dropped() {
    return notes.entrySet().stream()
        .filter(note -> note.getKey().isProblem() || note.getKey() == ExampleNote.FAILED)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
