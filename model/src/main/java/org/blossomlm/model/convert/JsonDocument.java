package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.blossomlm.model.json.JsonTree;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An object in a JSON file whose complaints say where they come from.
 *
 * @param path the file
 * @param prefix the way from the root with a dot at its end, empty for the root
 */
record JsonDocument(Path path, String prefix, JsonNode node) {
  /** Configurations with all their chat templates have some hundred kilobytes. */
  private static final long LARGEST = 64L << 20;

  /** Reads a file that must be there. */
  static JsonDocument read(Path path) {
    return readIfPresent(path)
        .orElseThrow(() -> new ConversionException(path + ": there is no such file"));
  }

  /** Reads a file if it is there. */
  static Optional<JsonDocument> readIfPresent(Path path) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      if (Files.size(path) > LARGEST) {
        throw new ConversionException(
            "%s: has %d bytes; at most %d are allowed".formatted(path, Files.size(path), LARGEST));
      }
      JsonNode node = JsonTree.read(Files.readAllBytes(path));
      if (!node.isObject()) {
        throw new ConversionException(path + ": must be a JSON object");
      }
      return Optional.of(new JsonDocument(path, "", node));
    } catch (IOException e) {
      throw new ConversionException(path + ": cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new ConversionException(path + ": is not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  /** The object {@code name}, if there is one. */
  Optional<JsonDocument> object(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!node.path(name).isObject()) {
      throw mustBe(name, "an object");
    }
    return Optional.of(new JsonDocument(path, prefix + name + ".", node.path(name)));
  }

  Optional<String> string(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!node.path(name).isString()) {
      throw mustBe(name, "a string");
    }
    return Optional.of(node.path(name).stringValue());
  }

  Optional<Boolean> bool(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!node.path(name).isBoolean()) {
      throw mustBe(name, "true or false");
    }
    return Optional.of(node.path(name).booleanValue());
  }

  OptionalLong integer(String name, long least, long most) {
    if (!has(name)) {
      return OptionalLong.empty();
    }
    JsonNode value = node.path(name);
    OptionalLong number =
        value.isIntegralNumber() && value.canConvertToLong()
            ? OptionalLong.of(value.longValue())
            : OptionalLong.empty();
    if (number.isEmpty() || number.getAsLong() < least || number.getAsLong() > most) {
      throw mustBe(name, "a whole number from " + least + " to " + most);
    }
    return number;
  }

  long requireInteger(String name, long least, long most) {
    return integer(name, least, most)
        .orElseThrow(() -> new ConversionException(where(name) + " is missing"));
  }

  /** A finite number above zero. */
  OptionalDouble positive(String name) {
    if (!has(name)) {
      return OptionalDouble.empty();
    }
    double value = node.path(name).isNumber() ? node.path(name).doubleValue() : Double.NaN;
    if (!(value > 0) || Double.isInfinite(value)) {
      throw mustBe(name, "a number above 0");
    }
    return OptionalDouble.of(value);
  }

  ConversionException mustBe(String name, String what) {
    String found = node.path(name).toString();
    String shown = found.length() <= 80 ? found : found.substring(0, 79) + "…";
    return new ConversionException(where(name) + " is " + shown + "; it must be " + what);
  }

  /** The file and the way to {@code name}. */
  String where(String name) {
    return path + ": " + prefix + name;
  }
}
