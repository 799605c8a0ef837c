package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.blossomlm.data.teacher.Completion;

/** Counts what a step does. Safe for several threads: operators may ask teachers from some. */
final class StepTally {
  private final String name;
  private long in;
  private long out;
  private long failed;
  private final SortedMap<String, Long> dropped = new TreeMap<>();
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private long nanos;
  private long calls;
  private long cachedCalls;
  private long promptTokens;
  private long completionTokens;
  private BigDecimal cost = BigDecimal.ZERO;

  StepTally(String name) {
    this.name = name;
  }

  static StepTally of(StepStatus status) {
    var tally = new StepTally(status.name());
    tally.in = status.in();
    tally.out = status.out();
    tally.failed = status.failed();
    tally.dropped.putAll(status.dropped());
    tally.counts.putAll(status.counts());
    tally.nanos = status.time().toNanos();
    tally.calls = status.calls();
    tally.cachedCalls = status.cachedCalls();
    tally.promptTokens = status.promptTokens();
    tally.completionTokens = status.completionTokens();
    tally.cost = status.cost();
    return tally;
  }

  synchronized StepStatus status() {
    return new StepStatus(
        name,
        in,
        out,
        failed,
        dropped,
        counts,
        Duration.ofNanos(nanos),
        calls,
        cachedCalls,
        promptTokens,
        completionTokens,
        cost);
  }

  synchronized void in(long records) {
    in += records;
  }

  synchronized void out(long records) {
    out += records;
  }

  synchronized void failed() {
    failed++;
  }

  synchronized void dropped(String reason) {
    dropped.merge(reason, 1L, Long::sum);
  }

  synchronized void count(String what, long amount) {
    counts.merge(what, amount, Long::sum);
  }

  synchronized void time(long moreNanos) {
    nanos += moreNanos;
  }

  synchronized void call(boolean cached, Completion.Usage usage, BigDecimal price) {
    if (cached) {
      cachedCalls++;
    } else {
      calls++;
      promptTokens += usage.prompt();
      completionTokens += usage.completion();
      cost = cost.add(price);
    }
  }

  /** Adds what {@code more}, which no other thread changes any more, has counted. */
  synchronized void add(StepTally more) {
    in += more.in;
    out += more.out;
    failed += more.failed;
    nanos += more.nanos;
    if (!more.dropped.isEmpty()) {
      more.dropped.forEach((reason, records) -> dropped.merge(reason, records, Long::sum));
    }
    if (!more.counts.isEmpty()) {
      more.counts.forEach((what, amount) -> counts.merge(what, amount, Long::sum));
    }
    calls += more.calls;
    cachedCalls += more.cachedCalls;
    promptTokens += more.promptTokens;
    completionTokens += more.completionTokens;
    if (more.cost.signum() != 0) {
      cost = cost.add(more.cost);
    }
  }
}
