package org.blossomlm.model.convert;

import org.blossomlm.model.ModelException;

/**
 * A model cannot be converted. The message is one line: the file, the field or tensor, what was
 * found, what is allowed and, where there is a way on, which.
 */
public final class ConversionException extends ModelException {
  private static final long serialVersionUID = 1L;

  public ConversionException(String message) {
    super(message);
  }

  public ConversionException(String message, Throwable cause) {
    super(message, cause);
  }
}
