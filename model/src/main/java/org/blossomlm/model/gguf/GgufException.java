package org.blossomlm.model.gguf;

import org.blossomlm.model.ModelException;

/**
 * A file is not a GGUF model that can be used, or one cannot be written. The message is one line:
 * the file, the field, what was found, what is allowed and, where there is a way on, which.
 */
public final class GgufException extends ModelException {
  private static final long serialVersionUID = 1L;

  public GgufException(String message) {
    super(message);
  }

  public GgufException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Text from a file, safe to print on one line: control characters are escaped, and what is longer
   * than a line is cut.
   */
  static String quote(String text) {
    int longest = 80;
    var quoted = new StringBuilder("'");
    for (int i = 0; i < text.length(); i++) {
      if (i == longest) {
        return quoted.append("'… (").append(text.length()).append(" characters)").toString();
      }
      char c = text.charAt(i);
      boolean printable = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
      if (printable) {
        quoted.append(c);
      } else {
        quoted.append(String.format("\\u%04x", (int) c));
      }
    }
    return quoted.append('\'').toString();
  }
}
