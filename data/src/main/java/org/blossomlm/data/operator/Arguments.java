package org.blossomlm.data.operator;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of one operator: of the kinds that its {@link Parameter}s ask for, defaults filled in.
 */
public final class Arguments {
  private final Map<String, Object> values;
  private final Path folder;

  /**
   * @param values checked against the parameters, with their defaults
   * @param folder against which the names of files are resolved
   */
  public Arguments(Map<String, Object> values, Path folder) {
    this.values = Map.copyOf(values);
    this.folder = folder;
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  public String text(String name) {
    return (String) value(name);
  }

  public Optional<String> optionalText(String name) {
    return Optional.ofNullable((@Nullable String) values.get(name));
  }

  public long integer(String name) {
    return ((Number) value(name)).longValue();
  }

  public double number(String name) {
    return ((Number) value(name)).doubleValue();
  }

  public boolean flag(String name) {
    return (Boolean) value(name);
  }

  /** The constant of {@code type} that is spelled like the choice: {@code first_turn}. */
  public <E extends Enum<E>> E choice(String name, Class<E> type) {
    return Enum.valueOf(type, text(name).toUpperCase(Locale.ROOT));
  }

  @SuppressWarnings("unchecked") // Checked when the recipe was read.
  public List<String> texts(String name) {
    return (List<String>) value(name);
  }

  @SuppressWarnings("unchecked") // Checked when the recipe was read.
  public Map<String, Object> map(String name) {
    return (Map<String, Object>) value(name);
  }

  public Path file(String name) {
    return folder.resolve(text(name));
  }

  /** Files that a list of texts names. */
  public List<Path> files(String name) {
    return texts(name).stream().map(folder::resolve).toList();
  }

  private Object value(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the operator has no parameter or no value for " + name);
    }
    return value;
  }
}
