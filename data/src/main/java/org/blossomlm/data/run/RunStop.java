package org.blossomlm.data.run;

import java.io.IOException;
import java.util.Locale;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.ResumableException;

/**
 * A run ends before it is complete; its folder holds what was done, and it can go on from there
 * with {@code --resume}. The message says so.
 */
public final class RunStop extends DataException {
  private static final long serialVersionUID = 1L;

  private final Cause cause;

  /** Why. */
  public enum Cause {
    /** Somebody asked it to. */
    INTERRUPTED,
    /** The budget is used up, or a teacher is down. */
    TEACHER,
    DISK_FULL,
    /** The heap is full. */
    OUT_OF_MEMORY,
    /** Anything else that no other record would survive either. */
    FAILURE
  }

  RunStop(Cause cause, String message, Throwable thrown) {
    super(message, thrown);
    this.cause = cause;
  }

  RunStop(Cause cause, String message) {
    super(message);
    this.cause = cause;
  }

  public Cause reason() {
    return cause;
  }

  static RunStop interrupted() {
    return new RunStop(Cause.INTERRUPTED, "stopped; what was done is kept, go on with --resume");
  }

  /** Teachers cannot be asked for now. */
  public static RunStop paused(String message) {
    return new RunStop(Cause.TEACHER, message + "; go on with --resume");
  }

  /** Whether an exception of an operator says something about the run, not about a record. */
  static boolean isForRun(Throwable e) {
    return e instanceof RunStop || e instanceof ResumableException || isDiskFull(e);
  }

  static RunStop at(Recipe.Step step, DataRecord record, Throwable e) {
    if (e instanceof RunStop stop) {
      return stop;
    }
    if (e instanceof ResumableException paused) {
      return new RunStop(Cause.TEACHER, paused.getMessage() + "; go on with --resume", paused);
    }
    String where = "step %s, record %s: ".formatted(step.name(), record.id());
    if (e instanceof OutOfMemoryError) {
      return new RunStop(
          Cause.OUT_OF_MEMORY,
          where
              + "the heap is full ("
              + e.getMessage()
              + "); give Java more (BLOSSOM_JAVA_OPTS=-Xmx8g) or use fewer --workers, and go on"
              + " with --resume",
          e);
    }
    if (isDiskFull(e)) {
      return diskFull(where, e);
    }
    return new RunStop(Cause.FAILURE, where + e + "; when it is mended go on with --resume", e);
  }

  /** Of files that the run itself writes. */
  static RunStop writing(String file, IOException e) {
    return isDiskFull(e)
        ? diskFull(file + ": ", e)
        : new RunStop(
            Cause.FAILURE,
            file + ": cannot be written: " + e.getMessage() + "; go on with --resume",
            e);
  }

  private static RunStop diskFull(String where, Throwable e) {
    return new RunStop(
        Cause.DISK_FULL,
        where + "the disk is full; free some space and go on with --resume, nothing is lost",
        e);
  }

  /** File systems and SQLite say it in words only. */
  static boolean isDiskFull(Throwable e) {
    for (Throwable t = e; t != null && t != t.getCause(); t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("no space left on device")
          || message.contains("disk quota exceeded")
          || message.contains("database or disk is full")
          || message.contains("not enough space on the disk")) {
        return true;
      }
    }
    return false;
  }
}
