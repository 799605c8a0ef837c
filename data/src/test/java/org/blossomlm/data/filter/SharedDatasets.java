package org.blossomlm.data.filter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Published data sets that lie beside the checkout; tests that need them are skipped elsewhere. */
public final class SharedDatasets {
  private static final JsonMapper JSON = new JsonMapper();

  private SharedDatasets() {}

  /** A file of the data sets, if they are there. */
  public static Path file(String name) {
    Optional<Path> found =
        Stream.of("../../shared/datasets", "../shared/datasets", "shared/datasets")
            .map(folder -> Path.of(folder, name))
            .filter(Files::exists)
            .findFirst();
    Assumptions.assumeTrue(found.isPresent(), "the data set " + name + " is not here");
    return found.get();
  }

  public static List<String> lines(String name) {
    try {
      return Files.readString(file(name), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The objects of a file of JSON Lines, which only a line feed ends. */
  public static List<JsonNode> jsonLines(String name) {
    try {
      List<JsonNode> objects = new ArrayList<>();
      for (String line : Files.readString(file(name), StandardCharsets.UTF_8).split("\n")) {
        if (!line.isBlank()) {
          objects.add(JSON.readTree(line));
        }
      }
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<String> strings(String name, String field) {
    return jsonLines(name).stream().map(node -> node.get(field).stringValue()).toList();
  }
}
