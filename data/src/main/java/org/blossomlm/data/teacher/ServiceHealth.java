package org.blossomlm.data.teacher;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a service is up (circuit breaker). After some failures in a row, calls wait; one at a
 * time is let through to find out, until one is answered or patience is over.
 */
final class ServiceHealth {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final String teacher;
  private final Duration patience;
  private final CircuitBreaker<Object> breaker;
  private @Nullable Outage outage;

  /**
   * @param since of the first failure, {@link System#nanoTime()}
   */
  private record Outage(long since, String said) {}

  ServiceHealth(String teacher, RetrySettings settings) {
    this.teacher = teacher;
    this.patience = settings.patience();
    this.breaker =
        CircuitBreaker.builder()
            .withFailureThreshold(settings.failuresUntilOpen())
            .withSuccessThreshold(1)
            .withDelay(settings.openDelay())
            .build();
  }

  /**
   * Waits until a call may be sent; {@link #answered()} or {@link #failed} must follow.
   *
   * @throws TeacherUnavailableException if the service has been down for longer than patience lasts
   */
  void await() throws InterruptedException {
    while (!breaker.tryAcquirePermit()) {
      checkPatience();
      Duration left = breaker.getRemainingDelay();
      Thread.sleep(left.compareTo(LOOK_AGAIN) < 0 ? LOOK_AGAIN : left);
    }
  }

  private synchronized void checkPatience() {
    Outage down = outage;
    if (down != null && System.nanoTime() - down.since > patience.toNanos()) {
      throw new TeacherUnavailableException(
          "teacher "
              + teacher
              + ": the service has been down for more than "
              + patience.toSeconds()
              + " s (patience); the last failure: "
              + down.said);
    }
  }

  /** A call was answered, be it with an error of the call. */
  synchronized void answered() {
    outage = null;
    breaker.recordSuccess();
  }

  synchronized void failed(String said) {
    outage = new Outage(outage == null ? System.nanoTime() : outage.since, said);
    breaker.recordFailure();
  }

  /** A call was given up by whoever sent it; that says nothing, unless it was to find out. */
  void abandoned() {
    if (breaker.isHalfOpen()) {
      breaker.recordFailure();
    }
  }
}
