package org.blossomlm.train.config;

import org.blossomlm.train.TrainException;

/**
 * A configuration cannot be used. The message is {@code FILE:LINE:COLUMN: KEY: what was found, what
 * is allowed}.
 */
public final class ConfigException extends TrainException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
