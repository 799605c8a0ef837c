package org.blossomlm.model.tokenizer;

/** The bytes of text that tokens stand for. */
@FunctionalInterface
interface TokenSpelling {
  /**
   * @param first whether this is the first token of a text
   */
  byte[] bytes(int id, boolean first);
}
