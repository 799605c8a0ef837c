package org.blossomlm.data.run;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a step has done so far.
 *
 * @param name as in the recipe: {@code zh.chat_length_filter}
 * @param in records that it saw
 * @param out records that it handed on
 * @param failed records that it could not work on
 * @param dropped records by reason
 * @param counts what the operator counted
 * @param time of all workers together
 * @param calls that teachers answered now
 * @param cachedCalls that the call cache answered
 * @param promptTokens of the calls that were answered now
 * @param completionTokens of the calls that were answered now
 * @param cost of these calls in USD, where prices are known
 */
public record StepStatus(
    String name,
    long in,
    long out,
    long failed,
    SortedMap<String, Long> dropped,
    SortedMap<String, Long> counts,
    Duration time,
    long calls,
    long cachedCalls,
    long promptTokens,
    long completionTokens,
    BigDecimal cost)
    implements Serializable {
  public StepStatus {
    dropped = Collections.unmodifiableSortedMap(new TreeMap<>(dropped));
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }

  static StepStatus none(String name) {
    return new StepStatus(
        name,
        0,
        0,
        0,
        new TreeMap<>(),
        new TreeMap<>(),
        Duration.ZERO,
        0,
        0,
        0,
        0,
        BigDecimal.ZERO);
  }

  /** Dropped records, whatever the reason. */
  public long droppedTotal() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  StepStatus plus(StepStatus more) {
    return new StepStatus(
        name,
        in + more.in,
        out + more.out,
        failed + more.failed,
        sum(dropped, more.dropped),
        sum(counts, more.counts),
        time.plus(more.time),
        calls + more.calls,
        cachedCalls + more.cachedCalls,
        promptTokens + more.promptTokens,
        completionTokens + more.completionTokens,
        cost.add(more.cost));
  }

  private static SortedMap<String, Long> sum(Map<String, Long> a, Map<String, Long> b) {
    SortedMap<String, Long> sum = new TreeMap<>(a);
    b.forEach((key, value) -> sum.merge(key, value, Long::sum));
    return sum;
  }
}
