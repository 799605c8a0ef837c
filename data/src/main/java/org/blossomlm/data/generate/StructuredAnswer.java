package org.blossomlm.data.generate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that a teacher wrote, checked against an {@link AnswerSchema}. It is found inside
 * of prose, code fences of any label and after thinking; {@link LenientJson} says which departures
 * from JSON are read. Where several objects stand in the text the last one that fits counts: drafts
 * and repeated examples come before the answer.
 *
 * @param values by field, of the types that {@link AnswerSchema} gives
 */
public record StructuredAnswer(Map<String, Object> values) {
  /** No answer that asks for JSON is longer; a runaway one is refused before it is scanned. */
  static final int LONGEST = 1 << 20;

  /** Opening braces that are tried, so that damaged text costs no more than linear time. */
  private static final int MOST_TRIES = 100;

  private static final int LONGEST_PROBLEM = 500;

  public StructuredAnswer {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Reads the answer in {@code text}.
   *
   * @throws DataException saying what is wrong with it, in words that help a teacher to mend it
   */
  public static StructuredAnswer read(String text, AnswerSchema schema) {
    if (text.length() > LONGEST) {
      throw new GenerationException(
          "the answer has " + text.length() + " characters, more than " + LONGEST);
    }
    if (text.isBlank()) {
      throw new GenerationException("the answer is empty");
    }
    Search search = new Search(schema);
    search.in(Thinking.split(text).answer());
    if (search.found == null) {
      // A closing tag inside of a string is no end of thinking.
      search.in(text);
    }
    if (search.found == null) {
      throw new GenerationException(search.problem());
    }
    return new StructuredAnswer(search.found);
  }

  public String text(String field) {
    return (String) value(field);
  }

  public boolean flag(String field) {
    return (Boolean) value(field);
  }

  public long integer(String field) {
    return (Long) value(field);
  }

  @SuppressWarnings("unchecked") // Checked by the schema.
  public List<String> texts(String field) {
    return (List<String>) value(field);
  }

  private Object value(String field) {
    Object value = values.get(field);
    if (value == null) {
      throw new IllegalArgumentException("the schema has no field " + field);
    }
    return value;
  }

  private static final class Search {
    private final AnswerSchema schema;
    private @Nullable Map<String, Object> found;
    private Optional<String> mismatch = Optional.empty();
    private Optional<String> syntax = Optional.empty();

    Search(AnswerSchema schema) {
      this.schema = schema;
    }

    void in(String text) {
      int tries = 0;
      int at = text.indexOf('{');
      while (at >= 0 && tries++ < MOST_TRIES) {
        int next = at + 1;
        try {
          LenientJson.Parsed parsed = LenientJson.parse(text, at);
          next = parsed.end();
          consider(parsed.value());
        } catch (LenientJson.SyntaxException e) {
          if (syntax.isEmpty()) {
            syntax = Optional.of(String.valueOf(e.getMessage()));
          }
        }
        at = text.indexOf('{', next);
      }
    }

    @SuppressWarnings("unchecked") // Keys of JSON objects are strings.
    private void consider(@Nullable Object value) {
      Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) value;
      if (object == null) {
        return;
      }
      try {
        found = schema.check(object);
      } catch (AnswerSchema.MismatchException e) {
        if (object.size() == 1 && object.values().iterator().next() instanceof Map<?, ?> inner) {
          consider(inner); // {"result": {...}}
        } else {
          mismatch = Optional.of(String.valueOf(e.getMessage()));
        }
      }
    }

    /** On one line, as it goes into prompts and reasons of failure. */
    String problem() {
      String problem = cause().replaceAll("\\s+", " ");
      return problem.length() <= LONGEST_PROBLEM
          ? problem
          : problem.substring(0, LONGEST_PROBLEM) + "...";
    }

    private String cause() {
      return mismatch
          .or(() -> syntax.map(message -> "the JSON cannot be read: " + message))
          .orElse("there is no JSON object in the answer");
    }
  }
}
