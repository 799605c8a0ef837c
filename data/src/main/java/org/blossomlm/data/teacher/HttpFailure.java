package org.blossomlm.data.teacher;

/** No complete answer came over the wire; sending again may help, unless it was too large. */
final class HttpFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final Kind kind;

  /** How far it got. */
  enum Kind {
    /** There is nobody at the address. */
    UNREACHED,
    /** The connection broke, or time was up. */
    BROKEN,
    /** The answer is longer than allowed. */
    TOO_LARGE
  }

  HttpFailure(String message, Kind kind) {
    super(message);
    this.what = message;
    this.kind = kind;
  }

  /** The message. */
  String what() {
    return what;
  }

  boolean tooLarge() {
    return kind == Kind.TOO_LARGE;
  }

  /** Whether the service was there. */
  boolean reached() {
    return kind != Kind.UNREACHED;
  }
}
