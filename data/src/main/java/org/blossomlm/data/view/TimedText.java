package org.blossomlm.data.view;

/**
 * A text that can be looked at until a moment, and then no more: what ends regular expressions that
 * would take for ever. The clock is read at every 1024th character.
 */
final class TimedText implements CharSequence {
  /** The moment has come. */
  static final class OutOfTimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfTimeException() {
      super("out of time", null, false, false);
    }
  }

  private static final int LOOKS = 1024;

  private final String text;
  private final long until;
  private int looks;

  /**
   * @param until as {@link System#nanoTime} tells it
   */
  TimedText(String text, long until) {
    this.text = text;
    this.until = until;
  }

  @Override
  public char charAt(int index) {
    if (++looks % LOOKS == 0 && System.nanoTime() - until > 0) {
      throw new OutOfTimeException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
