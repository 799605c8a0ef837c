package org.blossomlm.engine;

/** A model does not fit into the memory that is free; found out before anything is loaded. */
public final class OutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutOfMemoryException(String message) {
    super(message);
  }
}
