package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The header of a model card: the lines between two {@code ---} at the start of a {@code
 * README.md}. Of YAML it understands what model cards use at their top level: strings, lists of
 * strings in both styles, and text blocks. What is nested deeper is skipped.
 *
 * @param values lists of strings by key; a plain string is a list of one
 */
record FrontMatter(Map<String, List<String>> values) {
  static final FrontMatter NONE = new FrontMatter(Map.of());

  /** Reads the header of a card; there may be none. */
  static FrontMatter of(String card) {
    List<String> lines = card.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().strip().equals("---")) {
      return NONE;
    }
    var reader = new Reader();
    for (String line : lines.subList(1, lines.size())) {
      if (line.stripTrailing().equals("---")) {
        return new FrontMatter(reader.finish());
      }
      reader.line(line.replace("\t", "  "));
    }
    return NONE; // The header never ends: what follows is not one.
  }

  Optional<String> string(String key) {
    List<String> found = values.getOrDefault(key, List.of());
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /** The strings of a list, or the one string. */
  List<String> strings(String key) {
    return values.getOrDefault(key, List.of());
  }

  private static final class Reader {
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private String key = "";
    private boolean block;
    private boolean folded;
    private final List<String> blockLines = new ArrayList<>();

    private void line(String line) {
      boolean indented = line.startsWith(" ");
      if (block && (indented || line.isBlank())) {
        blockLines.add(line.strip());
        return;
      }
      endBlock();
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        return;
      }
      if (text.startsWith("- ")) {
        item(text.substring(2));
      } else if (!indented) {
        pair(text);
      }
    }

    /** Lists of objects are skipped: their items are pairs themselves. */
    private void item(String text) {
      String value = scalar(text);
      boolean plain = value.equals(text.strip());
      if (!key.isEmpty() && !(plain && value.matches("[A-Za-z_]+:( .*)?"))) {
        values.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
      }
    }

    private void pair(String text) {
      int colon = text.indexOf(':');
      if (colon < 1) {
        key = "";
        return;
      }
      key = scalar(text.substring(0, colon));
      String value = text.substring(colon + 1).strip();
      if (value.matches("[|>][-+]?")) {
        block = true;
        folded = value.startsWith(">");
      } else if (value.startsWith("[") && value.endsWith("]")) {
        List<String> list = new ArrayList<>();
        for (String item : value.substring(1, value.length() - 1).split(",")) {
          if (!item.isBlank()) {
            list.add(scalar(item));
          }
        }
        values.put(key, list);
      } else if (!value.isEmpty() && !value.startsWith("{") && !value.startsWith("#")) {
        values.put(key, new ArrayList<>(List.of(scalar(value))));
      }
    }

    private void endBlock() {
      if (block) {
        values.put(key, List.of(String.join(folded ? " " : "\n", blockLines).strip()));
        blockLines.clear();
        block = false;
      }
    }

    /** Quotes and comments taken off. */
    private static String scalar(String text) {
      String value = text.strip();
      for (String quote : List.of("\"", "'")) {
        int end = value.indexOf(quote, 1);
        if (value.startsWith(quote) && end > 0) {
          return value.substring(1, end);
        }
      }
      int comment = value.indexOf(" #");
      return comment < 0 ? value : value.substring(0, comment).strip();
    }

    private Map<String, List<String>> finish() {
      endBlock();
      return values;
    }
  }
}
