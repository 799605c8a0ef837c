package org.blossomlm.model;

/**
 * A model file, tokenizer or template cannot be used. The message is one line that a user can act
 * on: what was wrong, where, what was found and what is allowed.
 */
public class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
