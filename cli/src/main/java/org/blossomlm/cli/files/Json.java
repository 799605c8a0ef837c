package org.blossomlm.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** JSON files as plain Java values: maps keep their order, integers stay exact. */
public final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException naming the place if it is not JSON
   */
  public static Object read(Path file) throws IOException {
    try {
      Object value = MAPPER.readValue(Files.readAllBytes(file), Object.class);
      return value == null ? Map.of() : value;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          file + ": not JSON: " + e.getOriginalMessage() + place(e), e);
    }
  }

  /** Reads a file that holds an object. */
  public static Map<String, Object> readObject(Path file) throws IOException {
    if (!(read(file) instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(file + ": must hold a JSON object");
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((key, value) -> object.put(String.valueOf(key), value));
    return object;
  }

  public static String write(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  public static String writePretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  private static String place(JacksonException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }
}
