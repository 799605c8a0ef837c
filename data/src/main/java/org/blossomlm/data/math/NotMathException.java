package org.blossomlm.data.math;

/** A text is no formula that can be read; it is compared as text then. Never leaves the package. */
final class NotMathException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotMathException() {
    super("not a formula", null, false, false);
  }
}
