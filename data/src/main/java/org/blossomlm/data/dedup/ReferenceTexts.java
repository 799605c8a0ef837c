package org.blossomlm.data.dedup;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.blossomlm.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The questions of a benchmark, as they lie in a file: JSON Lines, a JSON array, tab-separated text
 * (the first column), or plain text (a question a line); each also with {@code .gz}. Of an object
 * the fields that are called {@code fields} count, wherever they are; a field with a list has as
 * many questions as texts.
 */
final class ReferenceTexts {
  /** What benchmarks call a question. */
  static final List<String> QUESTION_FIELDS =
      List.of("question", "prompt", "turns", "problem", "instruction", "input", "query", "text");

  /** Benchmarks have some megabytes at most; what they hold is kept in memory. */
  static final long MOST_BYTES = 256L << 20;

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A question.
   *
   * @param file what the file is called, see {@link #names}
   * @param row from 1
   */
  record Reference(String file, long row, String text) {}

  private ReferenceTexts() {}

  /**
   * What the files are called in reports: the names alone, with as many folders before them as it
   * takes to tell them apart. Three benchmarks call their file question.jsonl.
   */
  static List<String> names(List<Path> files) {
    List<Path> whole = files.stream().map(file -> file.toAbsolutePath().normalize()).toList();
    return whole.stream().map(file -> shortest(file, whole)).toList();
  }

  private static String shortest(Path file, List<Path> all) {
    for (int parts = 1; parts < file.getNameCount(); parts++) {
      Path end = file.subpath(file.getNameCount() - parts, file.getNameCount());
      if (all.stream().filter(other -> other.endsWith(end)).distinct().count() == 1) {
        return end.toString().replace('\\', '/');
      }
    }
    return file.toString();
  }

  /**
   * Reads a file.
   *
   * @param name what reports call it
   * @throws DataException if the file cannot be read, has no question, or has more than {@link
   *     #MOST_BYTES}, unpacked
   */
  static List<Reference> read(Path file, String name, Set<String> fields) {
    return read(file, name, fields, MOST_BYTES);
  }

  static List<Reference> read(Path file, String name, Set<String> fields, long mostBytes) {
    String fileName = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String kind = fileName.replaceAll("\\.gz$", "");
    List<Reference> references = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream unpacked = fileName.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        InputStream in = new Bounded(unpacked, mostBytes)) {
      if (kind.endsWith(".json")) {
        long row = 0;
        JsonNode root = JSON.readTree(in);
        for (JsonNode element : root.isArray() ? root : List.of(root)) {
          row++;
          collect(element, fields, name, row, references);
        }
      } else {
        lines(in, kind, fields, name, references);
      }
    } catch (IOException | JacksonException e) {
      if (e instanceof TooLarge || e.getCause() instanceof TooLarge) {
        throw new DataException(
            "the reference %s has more than %d bytes, unpacked; a reference is the questions of a benchmark, split it or name the right file"
                .formatted(file, mostBytes),
            e);
      }
      throw new DataException(
          "cannot read the reference "
              + file
              + ": "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
    if (references.isEmpty()) {
      throw new DataException(
          "the reference "
              + file
              + " has no question; the fields looked for are "
              + String.join(", ", fields)
              + " (parameter reference_fields)");
    }
    return references;
  }

  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends with {@link TooLarge} where there is more. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream in, long most) {
      super(in);
      left = most;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value >= 0) {
        take(1);
      }
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      take(Math.max(0, count));
      return count;
    }

    private void take(int count) throws TooLarge {
      left -= count;
      if (left < 0) {
        throw new TooLarge();
      }
    }
  }

  private static void lines(
      InputStream in, String kind, Set<String> fields, String name, List<Reference> references)
      throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long row = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      row++;
      String content = row == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
      if (content.isBlank()) {
        continue;
      }
      if (kind.endsWith(".jsonl")) {
        collect(JSON.readTree(content), fields, name, row, references);
      } else {
        String text = kind.endsWith(".tsv") ? content.split("\t", 2)[0] : content;
        references.add(new Reference(name, row, text));
      }
    }
  }

  private static void collect(
      JsonNode node, Set<String> fields, String name, long row, List<Reference> references) {
    if (node.isObject()) {
      node.properties()
          .forEach(field -> {
            if (fields.contains(field.getKey())) {
              texts(field.getValue(), name, row, references);
            } else if (field.getValue().isContainer()) {
              collect(field.getValue(), fields, name, row, references);
            }
          });
    } else if (node.isArray()) {
      node.forEach(element -> collect(element, fields, name, row, references));
    }
  }

  private static void texts(JsonNode node, String name, long row, List<Reference> references) {
    if (node.isString() && !node.stringValue().isBlank()) {
      references.add(new Reference(name, row, node.stringValue()));
    } else if (node.isArray()) {
      node.forEach(element -> texts(element, name, row, references));
    }
  }
}
