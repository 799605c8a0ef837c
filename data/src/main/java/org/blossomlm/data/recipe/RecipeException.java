package org.blossomlm.data.recipe;

import org.blossomlm.data.DataException;

/**
 * A recipe cannot be used. The message is {@code FILE:LINE:COLUMN: KEY: what was found, what was
 * meant, what is allowed}.
 */
public final class RecipeException extends DataException {
  private static final long serialVersionUID = 1L;

  public RecipeException(String message) {
    super(message);
  }

  public RecipeException(String message, Throwable cause) {
    super(message, cause);
  }
}
