package org.blossomlm.data.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command that makes a data set again.
 *
 * @param recipe its file
 * @param folder the recipe's files are relative to
 * @param card the text that its card begins with
 * @param arguments what decides about the result: parameters, seed, limit
 */
public record RunCommand(
    String recipe, String folder, Optional<String> card, List<String> arguments) {
  public RunCommand {
    arguments = List.copyOf(arguments);
  }

  /** As a person types it. */
  public String line() {
    StringBuilder line = new StringBuilder("./blossom data run ").append(quoted(recipe));
    arguments.forEach(argument -> line.append(' ').append(quoted(argument)));
    return line.toString();
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recipe", recipe);
    map.put("folder", folder);
    card.ifPresent(file -> map.put("card", file));
    map.put("arguments", arguments);
    return map;
  }

  static RunCommand fromMap(Map<String, @Nullable Object> map) {
    return new RunCommand(
        String.valueOf(map.get("recipe")),
        String.valueOf(map.get("folder")),
        Optional.ofNullable(map.get("card")).map(Object::toString),
        map.get("arguments") instanceof List<?> list
            ? list.stream().map(String::valueOf).toList()
            : List.of());
  }
}
