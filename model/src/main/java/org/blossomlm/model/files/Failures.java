package org.blossomlm.model.files;

import java.util.function.Function;
import org.blossomlm.model.ModelException;

/** Exceptions of a format that another exception is the reason of. */
final class Failures {
  private Failures() {}

  static ModelException because(
      Function<String, ? extends ModelException> failure, String message, Throwable cause) {
    ModelException exception = failure.apply(message);
    exception.initCause(cause);
    return exception;
  }
}
