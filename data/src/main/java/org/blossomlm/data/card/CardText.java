package org.blossomlm.data.card;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.RecipeText;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What people wrote about a data set.
 *
 * @param front the YAML between the lines of {@code ---}; empty where there is none
 * @param body Markdown
 */
record CardText(Map<String, @Nullable Object> front, String body) {
  private static final long MAX_BYTES = 1 << 20;
  private static final String FENCE = "---\n";

  static final CardText NONE = new CardText(Map.of(), "");

  /**
   * @throws DataException if it cannot be read, or its front matter is not YAML
   */
  static CardText read(Path file) {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new DataException(
            "%s: not the text of a card: %d bytes, at most %d are read"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      text = Files.readString(file).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new DataException(file + ": the text of the card cannot be read: " + e, e);
    }
    int end = text.startsWith(FENCE) ? text.indexOf("\n" + FENCE, FENCE.length() - 1) : -1;
    if (end < 0) {
      return new CardText(Map.of(), text.strip());
    }
    try {
      Map<String, @Nullable Object> front = new LinkedHashMap<>();
      if (end > FENCE.length()) {
        front.putAll(RecipeText.fromYaml(text.substring(FENCE.length(), end + 1)));
      }
      return new CardText(front, text.substring(end + 1 + FENCE.length()).strip());
    } catch (JacksonException | ClassCastException e) {
      throw new DataException(file + ": what is between --- is not YAML: " + e.getMessage(), e);
    }
  }
}
