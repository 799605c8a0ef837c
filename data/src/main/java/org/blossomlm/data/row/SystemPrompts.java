package org.blossomlm.data.row;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The system messages of a file, by the value that a record must share with them; all under the
 * empty value where none must.
 */
record SystemPrompts(Path file, Map<String, List<String>> byValue) {
  private static final long MAX_BYTES = 64L << 20;
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Reads JSON Lines, a JSON array, or text with a prompt on each line.
   *
   * @param at where in a JSON document the array is, as a JSON pointer
   * @param field of objects with the prompt
   * @param match field of objects with the value
   * @throws DataException if there is no such file, or no prompt in it
   */
  static SystemPrompts read(Path file, String at, String field, Optional<String> match) {
    SystemPrompts prompts = new SystemPrompts(file, new LinkedHashMap<>());
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new DataException(
            "%s: not a list of prompts: %d bytes, at most %d are read"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      String text = Files.readString(file);
      String name = file.toString().toLowerCase(Locale.ROOT);
      if (name.endsWith(".jsonl")) {
        text.lines()
            .filter(line -> !line.isBlank())
            .forEach(line -> prompts.add(JSON.readTree(line), field, match));
      } else if (name.endsWith(".json")) {
        JsonNode list = JSON.readTree(text).at(at);
        if (!list.isArray()) {
          throw new DataException(
              "%s: there is no array at \"%s\"; say where it is with at, e.g. /messages"
                  .formatted(file, at));
        }
        list.forEach(prompt -> prompts.add(prompt, field, match));
      } else {
        text.lines().filter(line -> !line.isBlank()).forEach(line -> prompts.put("", line.strip()));
      }
    } catch (JacksonException e) {
      throw new DataException(file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (prompts.byValue.isEmpty()) {
      throw new DataException(file + ": has no prompts");
    }
    return prompts;
  }

  private void add(JsonNode prompt, String field, Optional<String> match) {
    JsonNode text = prompt.isObject() ? prompt.path(field) : prompt;
    if (!text.isString()) {
      throw new DataException(
          "%s: a prompt should be a text, or an object with a text in %s, but is %s"
              .formatted(file, field, shortened(prompt.toString())));
    }
    put(match.map(name -> prompt.path(name).asString("")).orElse(""), text.stringValue().strip());
  }

  private void put(String value, String prompt) {
    byValue.computeIfAbsent(value, key -> new ArrayList<>()).add(prompt);
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
