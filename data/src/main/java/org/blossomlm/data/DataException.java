package org.blossomlm.data;

/**
 * A file, recipe or run cannot go on. The message is one line that a user can act on: what was
 * wrong, where, what was found and what is allowed.
 */
public class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
