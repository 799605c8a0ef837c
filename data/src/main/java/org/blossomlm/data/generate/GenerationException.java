package org.blossomlm.data.generate;

import org.blossomlm.data.DataException;

/** A record cannot be worked on, or no usable answer came: the record fails, the run goes on. */
final class GenerationException extends DataException {
  private static final long serialVersionUID = 1L;

  GenerationException(String message) {
    super(message);
  }
}
