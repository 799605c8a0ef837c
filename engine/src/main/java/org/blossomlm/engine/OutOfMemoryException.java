package org.blossomlm.engine;

/**
 * A model does not fit into the memory that is free, which is found out before anything is loaded;
 * or the KV cache is full and a sequence finds no page.
 */
public final class OutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutOfMemoryException(String message) {
    super(message);
  }
}
