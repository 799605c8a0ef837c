package org.blossomlm.model.tokenizer;

/**
 * Turns a stream of ids into text without ever emitting half a UTF-8 character. Not thread-safe.
 */
public interface TokenStreamDecoder {
  /** The text that became complete with {@code id}; often empty, never half a character. */
  String accept(int id);

  /** What is left at the end of the stream: incomplete bytes become U+FFFD. */
  String finish();
}
