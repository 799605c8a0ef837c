package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.DataException;

/**
 * How much a run may spend. Each call first reserves the most that it is expected to cost; when
 * what was spent, what others have reserved and this do not fit into the limit, it waits for the
 * others to end, which mostly cost less than they reserved. A call that does not fit with no other
 * under way is refused. So the limit is passed only if a call costs more than it reserved, which
 * calls with a {@code max_tokens} cannot by much.
 *
 * <p>Safe for use by many threads.
 */
public final class Budget {
  private static final Pattern AMOUNT =
      Pattern.compile("\\$?\\s*(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(?:USD|usd)?");

  private final Optional<BigDecimal> limit;
  private final ReentrantLock lock;
  private final Condition settled;
  private BigDecimal spent;
  private BigDecimal reserved = BigDecimal.ZERO;

  private Budget(Optional<BigDecimal> limit, BigDecimal spent) {
    this.limit = limit;
    this.spent = spent;
    // Fair, so that nobody waits for ever; without a limit nobody waits.
    this.lock = new ReentrantLock(limit.isPresent());
    this.settled = lock.newCondition();
  }

  /** No limit; what is spent is counted. */
  public static Budget unlimited() {
    return new Budget(Optional.empty(), BigDecimal.ZERO);
  }

  /**
   * A limit.
   *
   * @param usd at least 0
   */
  public static Budget of(BigDecimal usd) {
    if (usd.signum() < 0) {
      throw new DataException("budget: found " + usd + ", allowed is 0 or more USD");
    }
    return new Budget(Optional.of(usd), BigDecimal.ZERO);
  }

  /**
   * Reads a limit such as {@code 5.00USD}, {@code $5} or {@code 5}.
   *
   * @throws DataException if it is not an amount in USD
   */
  public static Budget parse(String text) {
    Matcher amount = AMOUNT.matcher(text.strip());
    if (!amount.matches()) {
      throw new DataException(
          "budget: found '" + text + "', allowed is an amount in US dollars such as 5.00USD");
    }
    return of(new BigDecimal(amount.group(1)));
  }

  /** The same limit, of which {@code usd} went to an earlier part of the run. */
  public Budget withSpent(BigDecimal usd) {
    return new Budget(limit, usd);
  }

  public Optional<BigDecimal> limit() {
    return limit;
  }

  /** What was spent, in USD. */
  public BigDecimal spent() {
    lock.lock();
    try {
      return spent;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets {@code most} aside for a call; it must be {@linkplain Reservation#settle settled} or
   * closed.
   *
   * @throws BudgetExceededException if the limit does not allow it
   */
  Reservation reserve(BigDecimal most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!fits(most)) {
        if (reserved.signum() == 0 || !fitsAlone(most)) {
          throw new BudgetExceededException(
              "the budget of "
                  + shown(limit.orElseThrow())
                  + " is used up: "
                  + shown(spent)
                  + " spent, and the next call may cost up to "
                  + shown(most)
                  + ". Resume with a higher --budget; nothing is paid for twice");
        }
        settled.await();
      }
      reserved = reserved.add(most);
      return new Reservation(most);
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(BigDecimal most) {
    return limit.isEmpty() || spent.add(reserved).add(most).compareTo(limit.get()) <= 0;
  }

  private boolean fitsAlone(BigDecimal most) {
    return limit.isEmpty() || spent.add(most).compareTo(limit.get()) <= 0;
  }

  /** An amount for people: cents, and more digits where it is small. */
  static String shown(BigDecimal usd) {
    int digits = usd.signum() == 0 ? 2 : Math.max(2, usd.scale() - usd.precision() + 3);
    return usd.setScale(digits, RoundingMode.HALF_UP).toPlainString() + " USD";
  }

  /** Money set aside for one call. Closing it gives back what was not spent. */
  final class Reservation implements AutoCloseable {
    private final BigDecimal most;
    private boolean open = true;

    private Reservation(BigDecimal most) {
      this.most = most;
    }

    /** The call cost {@code cost}. */
    void settle(BigDecimal cost) {
      lock.lock();
      try {
        if (open) {
          open = false;
          reserved = reserved.subtract(most);
          spent = spent.add(cost);
          settled.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      settle(BigDecimal.ZERO);
    }
  }
}
