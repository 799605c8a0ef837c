package org.blossomlm.data.teacher;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON of a wanted shape from a model that is only asked for it: the schema stands in the prompt,
 * the answer is checked, and what does not fit is shown to the model again with what is wrong, a
 * few times. So an answer looks as that of a service which samples under the schema: JSON and
 * nothing else. The last one is handed on as it is, as such services do when an answer is cut off.
 */
final class SchemaDialogue {
  /** Answers that a request costs at most. */
  static final int MOST_ANSWERS = 3;

  /** Opening brackets that are tried, so that damaged text costs no more than linear time. */
  private static final int MOST_TRIES = 100;

  private static final int MOST_SHOWN = 4000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Map<?, ?> schema;
  private final List<ChatMessage> question;

  private SchemaDialogue(Map<?, ?> schema, List<ChatMessage> messages) {
    this.schema = schema;
    this.question = withSchema(messages);
  }

  /** A dialogue, where a request has a schema. */
  static Optional<SchemaDialogue> of(@Nullable Object schema, List<ChatMessage> messages) {
    return schema instanceof Map<?, ?> map
        ? Optional.of(new SchemaDialogue(map, messages))
        : Optional.empty();
  }

  /** What the model is asked first. */
  List<ChatMessage> question() {
    return question;
  }

  private List<ChatMessage> withSchema(List<ChatMessage> messages) {
    String wish =
        "Answer with JSON that follows this JSON schema, and with nothing else:\n"
            + JSON.writeValueAsString(schema);
    List<ChatMessage> result = new ArrayList<>(messages);
    // Templates want users and assistants to take turns, so the wish joins what the user said.
    if (!messages.isEmpty()
        && messages.getLast().role() == Role.USER
        && !messages.getLast().content().isEmpty()) {
      result.removeLast();
      wish = messages.getLast().content() + "\n\n" + wish;
    }
    result.add(ChatMessage.user(wish));
    return result;
  }

  /**
   * What was found in an answer.
   *
   * @param json that follows the schema, as the model wrote it
   * @param fault where there is none: what is wrong
   */
  record Reading(Optional<String> json, String fault) {}

  /** Looks for JSON in prose and fences; of several that fit, the last counts. */
  Reading read(String answer) {
    Optional<String> found = Optional.empty();
    String fault = "there is no JSON in the answer";
    int from = 0;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      int at = opening(answer, from);
      if (at < 0) {
        break;
      }
      from = at + 1;
      try (JsonParser parser = JSON.createParser(answer.substring(at))) {
        Object value = JSON.readValue(parser, Object.class);
        from = at + (int) parser.currentLocation().getCharOffset();
        Optional<String> wrong = JsonSchema.fault(value, schema);
        if (wrong.isEmpty()) {
          found = Optional.of(answer.substring(at, from));
        } else {
          fault = wrong.get();
        }
      } catch (JacksonException e) {
        fault = "the JSON cannot be read: " + e.getOriginalMessage();
      }
    }
    return new Reading(found, fault);
  }

  private static int opening(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '{' || text.charAt(i) == '[') {
        return i;
      }
    }
    return -1;
  }

  /** What the model is asked after an answer that does not fit. */
  List<ChatMessage> again(String answer, String fault) {
    if (answer.isBlank()) {
      return question;
    }
    List<ChatMessage> result = new ArrayList<>(question);
    result.add(
        ChatMessage.assistant(
            answer.length() <= MOST_SHOWN ? answer : answer.substring(0, MOST_SHOWN)));
    result.add(
        ChatMessage.user(
            "This does not follow the schema: " + fault + ". Answer again, with the JSON alone."));
    return result;
  }
}
