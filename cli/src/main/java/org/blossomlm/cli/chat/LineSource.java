package org.blossomlm.cli.chat;

/** Where a conversation's input comes from. */
public interface LineSource {
  /** Waits for the user. */
  Input next();

  /** What the user did. */
  sealed interface Input {
    /** Entered text; several lines if pasted or written between triple quotes. */
    record Line(String text) implements Input {}

    /** Pressed Ctrl-C, on an empty line or to drop what was written. */
    record Interrupted(boolean emptyLine) implements Input {}

    /** Pressed Ctrl-D. */
    record End() implements Input {}
  }
}
