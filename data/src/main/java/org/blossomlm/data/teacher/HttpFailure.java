package org.blossomlm.data.teacher;

/** No complete answer came over the wire; sending again may help, unless it was too large. */
final class HttpFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final boolean tooLarge;

  HttpFailure(String message, boolean tooLarge) {
    super(message);
    this.what = message;
    this.tooLarge = tooLarge;
  }

  /** The message. */
  String what() {
    return what;
  }

  boolean tooLarge() {
    return tooLarge;
  }
}
