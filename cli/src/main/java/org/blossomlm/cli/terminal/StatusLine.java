package org.blossomlm.cli.terminal;

import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * A line that says what the program is doing and leaves no trace. Shown only on a terminal, and
 * only for work that takes noticeable time.
 */
public final class StatusLine implements AutoCloseable {
  private static final long PATIENCE_NANOS = Duration.ofMillis(400).toNanos();
  private static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

  private final Output output;
  private final boolean enabled;
  private final IntSupplier columns;
  private long since = System.nanoTime();
  private long lastShown;
  private boolean visible;

  public StatusLine(Output output, boolean enabled, IntSupplier columns) {
    this.output = output;
    this.enabled = enabled;
    this.columns = columns;
  }

  /** Work begins; nothing is shown before it has taken a moment. */
  public synchronized void begin() {
    clear();
    since = System.nanoTime();
  }

  /** Shows {@code text} in place of what was shown before. */
  public synchronized void show(String text) {
    long now = System.nanoTime();
    if (!enabled || now - since < PATIENCE_NANOS) {
      return;
    }
    if (visible && now - lastShown < INTERVAL_NANOS) {
      return;
    }
    lastShown = now;
    visible = true;
    int width = columns.getAsInt() > 0 ? columns.getAsInt() - 1 : 79;
    output.print("\r\033[2m" + DisplayWidth.truncate(text, width) + "\033[0m\033[K");
  }

  /** Erases the line. */
  public synchronized void clear() {
    if (visible) {
      visible = false;
      output.print("\r\033[K");
    }
  }

  /**
   * Shows {@code text} with the seconds that passed until the returned handle is closed. For work
   * that reports no progress of its own.
   */
  public Ticker tick(String text) {
    begin();
    return new Ticker(text);
  }

  @Override
  public void close() {
    clear();
  }

  /** Keeps a status line alive. */
  public final class Ticker implements AutoCloseable {
    private final Thread thread;
    private volatile String progress = "";
    private volatile boolean done;

    private Ticker(String text) {
      long start = System.nanoTime();
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("status-line")
              .unstarted(() -> {
                while (!done) {
                  StatusLine.this.show(progress.isEmpty() ? withSeconds(text, start) : progress);
                  try {
                    Thread.sleep(150);
                  } catch (InterruptedException e) {
                    return;
                  }
                }
              });
      if (enabled) {
        thread.start();
      }
    }

    private static String withSeconds(String text, long start) {
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      return seconds == 0 ? text : text + " " + seconds + " s";
    }

    /** From now on shows {@code text} as it is: the work reports progress after all. */
    public void show(String text) {
      progress = text;
    }

    @Override
    public void close() {
      done = true;
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      clear();
    }
  }
}
