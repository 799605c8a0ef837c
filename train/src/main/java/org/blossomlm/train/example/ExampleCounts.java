package org.blossomlm.train.example;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What became of many records.
 *
 * @param tokens of all samples
 * @param learntTokens those of them that count in the loss
 * @param notes how many records each was true of
 */
public record ExampleCounts(
    long records, long examples, long tokens, long learntTokens, Map<ExampleNote, Long> notes) {
  public static final ExampleCounts NONE = new ExampleCounts(0, 0, 0, 0, Map.of());

  public ExampleCounts {
    EnumMap<ExampleNote, Long> sorted = new EnumMap<>(ExampleNote.class);
    sorted.putAll(notes);
    notes = Collections.unmodifiableMap(sorted);
  }

  public long count(ExampleNote note) {
    return notes.getOrDefault(note, 0L);
  }

  /** These and one more record. */
  public ExampleCounts plus(BuiltExamples built) {
    long length = 0;
    long learnt = 0;
    for (Example example : built.examples()) {
      length += example.length();
      learnt += example.learntTokens();
    }
    EnumMap<ExampleNote, Long> more = new EnumMap<>(ExampleNote.class);
    more.putAll(notes);
    built.notes().forEach(note -> more.merge(note, 1L, Long::sum));
    return new ExampleCounts(
        records + 1,
        examples + built.examples().size(),
        tokens + length,
        learntTokens + learnt,
        more);
  }

  public ExampleCounts plus(ExampleCounts other) {
    EnumMap<ExampleNote, Long> sum = new EnumMap<>(ExampleNote.class);
    sum.putAll(notes);
    other.notes.forEach((note, count) -> sum.merge(note, count, Long::sum));
    return new ExampleCounts(
        records + other.records,
        examples + other.examples,
        tokens + other.tokens,
        learntTokens + other.learntTokens,
        sum);
  }
}
