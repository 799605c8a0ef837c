package org.blossomlm.model.safetensors;

import org.blossomlm.model.ModelException;

/**
 * A file is not safetensors that can be used, or some cannot be written. The message is one line:
 * the file, the place, what was found, what is allowed and, where there is a way on, which.
 */
public final class SafetensorsException extends ModelException {
  private static final long serialVersionUID = 1L;

  public SafetensorsException(String message) {
    super(message);
  }

  public SafetensorsException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Text from a file, safe to print on one line. */
  static String quote(String text) {
    int longest = 80;
    var quoted = new StringBuilder("'");
    for (int i = 0; i < Math.min(longest, text.length()); i++) {
      char c = text.charAt(i);
      boolean printable = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
      quoted.append(printable ? Character.toString(c) : String.format("\\u%04x", (int) c));
    }
    return quoted.append(text.length() > longest ? "…'" : "'").toString();
  }
}
