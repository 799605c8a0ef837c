package org.blossomlm.model.chat;

import java.util.Locale;

/** Who says a message. */
public enum Role {
  SYSTEM,
  USER,
  ASSISTANT,
  TOOL;

  /**
   * The name as templates and JSON spell it: {@code system}, {@code user}, {@code assistant},
   * {@code tool}.
   */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
