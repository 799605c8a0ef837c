package org.blossomlm.model.chat;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a message says. The shape is kept, because templates tell a plain string from a list of
 * parts, and both from none.
 */
public sealed interface Content {
  /** The text of all text parts, joined; empty where there is none. */
  String text();

  /** No content, as in an assistant message that only calls tools. */
  record None() implements Content {
    @Override
    public String text() {
      return "";
    }
  }

  /** Plain text. */
  record Text(String text) implements Content {}

  /** A list of parts, also one that has only text. */
  record Parts(List<ContentPart> parts) implements Content {
    public Parts {
      parts = List.copyOf(parts);
    }

    @Override
    public String text() {
      return parts.stream()
          .filter(ContentPart.Text.class::isInstance)
          .map(part -> ((ContentPart.Text) part).text())
          .collect(Collectors.joining());
    }
  }
}
