package org.blossomlm.model.chat;

import java.util.Optional;

/** A piece of a message that has several. */
public sealed interface ContentPart {
  /** A piece of text. */
  record Text(String text) implements ContentPart {}

  /**
   * An image, by reference: nothing is loaded.
   *
   * @param url an address or a {@code data:} URL
   * @param detail how closely to look at it, as OpenAI spells it
   */
  record Image(String url, Optional<String> detail) implements ContentPart {}
}
