package org.blossomlm.data.teacher;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a service serves anybody (circuit breaker). After some failures in a row, calls wait; one
 * at a time is let through to find out, until one is answered or patience is over.
 *
 * <p>A failure says something about its call only where another call is served meanwhile. Where
 * nobody is, there is an outage, which lasts from the last call that was served, or from when the
 * first that failed was sent. When it has lasted for longer than patience, the run is to stop. One
 * case is left open by that: a request that the service cannot bear, with no other beside it to
 * compare it with. It would stop the run again each time it is resumed, so the first call that is
 * alone when patience is over, and to which something was said, fails by itself.
 */
final class ServiceHealth {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final String teacher;
  private final Duration patience;
  private final CircuitBreaker<Object> breaker;
  private int underWay;
  private long served;
  private long lastServed;
  private boolean givenUp;
  private @Nullable Outage outage;

  /**
   * @param since {@link System#nanoTime()}
   * @param status of HTTP, 0 where none came
   * @param reached whether the service was there at all
   */
  private record Outage(long since, int status, boolean reached, String said) {}

  ServiceHealth(String teacher, RetrySettings settings) {
    this.teacher = teacher;
    this.patience = settings.patience();
    this.lastServed = System.nanoTime();
    this.breaker =
        CircuitBreaker.builder()
            .withFailureThreshold(settings.failuresUntilOpen())
            .withSuccessThreshold(1)
            .withDelay(settings.openDelay())
            .build();
  }

  /** A call begins; {@link #leave} must follow. */
  synchronized void enter() {
    underWay++;
  }

  synchronized void leave() {
    underWay--;
  }

  /** How many calls were served so far. */
  synchronized long served() {
    return served;
  }

  /**
   * Waits until an attempt may be sent; {@link #heard} or {@link #failed} must follow.
   *
   * @throws TeacherUnavailableException if there has been an outage for longer than patience lasts
   * @throws TeacherException if it may be due to this very call
   */
  void await() throws InterruptedException {
    while (!breaker.tryAcquirePermit()) {
      checkPatience();
      Duration left = breaker.getRemainingDelay();
      Thread.sleep(left.compareTo(LOOK_AGAIN) < 0 ? LOOK_AGAIN : left);
    }
  }

  /** As {@link #await}, without the waiting. */
  synchronized void checkPatience() {
    Outage down = outage;
    if (down == null || System.nanoTime() - down.since <= patience.toNanos()) {
      return;
    }
    boolean first = !givenUp;
    givenUp = true;
    if (underWay == 1 && down.reached && first) {
      throw TeacherException.passing(down.said, down.status);
    }
    throw new TeacherUnavailableException(
        "teacher "
            + teacher
            + ": the service has been down for more than "
            + patience.toSeconds()
            + " s (patience); the last failure: "
            + down.said);
  }

  /** An attempt was answered, be it with an error: the service is there. */
  void heard() {
    breaker.recordSuccess();
  }

  /** A call got what it asked for, or a refusal that is its own. */
  synchronized void served(long now) {
    outage = null;
    givenUp = false;
    served++;
    lastServed = now;
  }

  /** The service is there, but it did not get to a call that was sent at {@code sent}. */
  synchronized void unserved(long sent, int status, String said) {
    note(sent, status, true, said);
  }

  /** As {@link #unserved}, and other calls would fare no better. */
  synchronized void failed(long sent, int status, boolean reached, String said) {
    note(sent, status, reached, said);
    breaker.recordFailure();
  }

  private void note(long sent, int status, boolean reached, String said) {
    Outage before = outage;
    long since = before != null ? before.since : lastServed - sent > 0 ? lastServed : sent;
    outage = new Outage(since, status, reached, said);
  }

  /** A call was given up by whoever sent it; that says nothing, unless it was to find out. */
  void abandoned() {
    if (breaker.isHalfOpen()) {
      breaker.recordFailure();
    }
  }

  /** The outage, if there is one. */
  synchronized Optional<TeacherPause> pause() {
    Outage down = outage;
    return down == null
        ? Optional.empty()
        : Optional.of(
            new TeacherPause(
                teacher, Duration.ofNanos(System.nanoTime() - down.since), patience, down.said));
  }
}
