package org.blossomlm.train.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.train.config.ConfigKey.Kind;

/**
 * Every key that a training run knows. The file {@code keys.txt} beside this class is the one place
 * where they are declared; checking, help, documentation and the JSON schema follow from it.
 */
public final class ConfigKeys {
  private static final String FILE = "keys.txt";

  private static final List<Section> SECTIONS = read();
  private static final Map<String, ConfigKey> KEYS = byPath();

  private ConfigKeys() {}

  /** Keys that belong together. */
  public record Section(String english, String chinese, List<ConfigKey> keys) {
    public Section {
      keys = List.copyOf(keys);
    }
  }

  /** All keys, in the order of the documentation. */
  public static List<Section> sections() {
    return SECTIONS;
  }

  static Optional<ConfigKey> find(String path) {
    return Optional.ofNullable(KEYS.get(path));
  }

  /** Names that may follow {@code prefix}, which is empty or ends with a dot. */
  static Set<String> names(String prefix) {
    Set<String> names = new LinkedHashSet<>();
    for (String path : KEYS.keySet()) {
      if (path.startsWith(prefix) && (path.indexOf("[]", prefix.length()) < 0)) {
        String rest = path.substring(prefix.length());
        names.add(rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest);
      }
    }
    return names;
  }

  /** Keys directly or deeper below {@code prefix}, but not those of items of lists. */
  static List<ConfigKey> below(String prefix) {
    return KEYS.values().stream()
        .filter(
            key -> key.path().startsWith(prefix) && key.path().indexOf("[]", prefix.length()) < 0)
        .toList();
  }

  private static Map<String, ConfigKey> byPath() {
    Map<String, ConfigKey> keys = new LinkedHashMap<>();
    for (Section section : SECTIONS) {
      section.keys().forEach(key -> keys.put(key.path(), key));
    }
    return Collections.unmodifiableMap(keys);
  }

  private static List<Section> read() {
    String text;
    try (InputStream stream = ConfigKeys.class.getResourceAsStream(FILE)) {
      if (stream == null) {
        throw new IllegalStateException(FILE + " is missing from the program");
      }
      text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Section> sections = new ArrayList<>();
    List<ConfigKey> keys = new ArrayList<>();
    String[] title = {"", ""};
    for (String line : text.lines().toList()) {
      if (line.startsWith("## ")) {
        if (!keys.isEmpty()) {
          sections.add(new Section(title[0], title[1], keys));
        }
        title = line.substring(3).split(" \\| ", 2);
        keys.clear();
      } else if (!line.isBlank() && !line.startsWith("#")) {
        keys.add(key(line));
      }
    }
    sections.add(new Section(title[0], title[1], keys));
    return List.copyOf(sections);
  }

  private static ConfigKey key(String line) {
    String[] parts = line.split(" \\| ", 5);
    String[] form = parts[1].split(" ", 2);
    String details = form.length > 1 ? form[1] : "";
    Kind kind = Kind.valueOf(form[0].toUpperCase(java.util.Locale.ROOT));
    boolean number = kind == Kind.INTEGER || kind == Kind.NUMBER;
    return new ConfigKey(
        parts[0],
        kind,
        kind == Kind.CHOICE ? List.of(details.split(" ")) : List.of(),
        number ? Optional.of(Interval.of(details)) : Optional.empty(),
        kind == Kind.ITEMS ? (details.isEmpty() ? parts[0] : details) + "[]." : "",
        parts[2].equals("-") || parts[2].equals("!") ? Optional.empty() : Optional.of(parts[2]),
        parts[2].equals("!"),
        parts[3],
        parts[4]);
  }
}
