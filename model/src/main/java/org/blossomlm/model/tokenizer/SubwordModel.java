package org.blossomlm.model.tokenizer;

/**
 * Turns a piece of text into ids, after normalising and splitting. Safe for use by many threads.
 */
interface SubwordModel {
  /** Appends the ids of {@code text[from, to)}, which is not empty and well-formed UTF-16. */
  void encode(char[] text, int from, int to, Scratch scratch, IntSink sink);
}
