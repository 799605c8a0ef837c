package org.blossomlm.model.adapter;

import org.blossomlm.model.ModelException;

/** An adapter that cannot be read, or is of a kind that is not supported. */
public final class AdapterException extends ModelException {
  private static final long serialVersionUID = 1L;

  public AdapterException(String message) {
    super(message);
  }

  public AdapterException(String message, Throwable cause) {
    super(message, cause);
  }
}
