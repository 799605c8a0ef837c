package org.blossomlm.model.files;

import java.util.function.Function;

/** Exceptions of a format that another exception is the reason of. */
final class Failures {
  private Failures() {}

  static RuntimeException because(
      Function<String, ? extends RuntimeException> failure, String message, Throwable cause) {
    RuntimeException exception = failure.apply(message);
    exception.initCause(cause);
    return exception;
  }
}
