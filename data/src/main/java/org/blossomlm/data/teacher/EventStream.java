package org.blossomlm.data.teacher;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts an answer that came as server-sent events together to the JSON that it would have been
 * without streaming.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class EventStream {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final StringBuilder content = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final TreeMap<Integer, Call> calls = new TreeMap<>();
  private final Map<String, @Nullable Object> head = new LinkedHashMap<>();
  private Optional<String> finish = Optional.empty();
  private Optional<Object> usage = Optional.empty();
  private boolean hasContent;

  private EventStream() {}

  /** The events did not make an answer. */
  static final class BrokenStream extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;

    BrokenStream(String message) {
      super(message);
      this.what = message;
    }

    /** The message. */
    String what() {
      return what;
    }
  }

  /**
   * The answer as an object of OpenAI's shape.
   *
   * @throws BrokenStream if an event is no JSON or an error, or the stream ended early
   */
  static Map<String, @Nullable Object> read(byte[] body) throws BrokenStream {
    EventStream stream = new EventStream();
    boolean done = false;
    for (String data : events(new String(body, StandardCharsets.UTF_8))) {
      done = data.equals("[DONE]");
      if (done) {
        break;
      }
      stream.accept(data);
    }
    if (!done && stream.finish.isEmpty()) {
      throw new BrokenStream("the stream ended before the answer was complete");
    }
    return stream.answer();
  }

  /** The data of each event; its lines joined. */
  private static List<String> events(String text) {
    List<String> events = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : text.split("\r\n|\n|\r", -1)) {
      if (line.isEmpty()) {
        if (!lines.isEmpty()) {
          events.add(String.join("\n", lines));
          lines.clear();
        }
      } else if (line.startsWith("data:")) {
        lines.add(line.startsWith("data: ") ? line.substring(6) : line.substring(5));
      }
    }
    if (!lines.isEmpty()) {
      events.add(String.join("\n", lines)); // services forget the last empty line
    }
    return events;
  }

  private void accept(String data) throws BrokenStream {
    Object tree;
    try {
      tree = JSON.readValue(data, Object.class);
    } catch (JacksonException e) {
      throw new BrokenStream("an event of the stream is not valid JSON: " + shown(data));
    }
    if (!(tree instanceof Map<?, ?> chunk)) {
      throw new BrokenStream("an event of the stream is no object: " + shown(data));
    }
    if (chunk.get("error") != null) {
      throw new BrokenStream("the service ended the stream with an error: " + shown(data));
    }
    for (String name : List.of("id", "model", "system_fingerprint")) {
      if (chunk.get(name) instanceof String text) {
        head.putIfAbsent(name, text);
      }
    }
    if (chunk.get("usage") instanceof Map<?, ?> found) {
      usage = Optional.of(found); // the last one counts everything
    }
    if (chunk.get("choices") instanceof List<?> choices
        && !choices.isEmpty()
        && choices.getFirst() instanceof Map<?, ?> choice) {
      if (choice.get("finish_reason") instanceof String reason) {
        finish = Optional.of(reason);
      }
      if (choice.get("delta") instanceof Map<?, ?> delta) {
        accept(delta);
      }
    }
  }

  private void accept(Map<?, ?> delta) {
    if (delta.get("content") instanceof String text) {
      hasContent = true;
      content.append(text);
    }
    if (delta.get("reasoning_content") instanceof String text) {
      reasoning.append(text);
    } else if (delta.get("reasoning") instanceof String text) {
      reasoning.append(text);
    }
    if (delta.get("refusal") instanceof String text) {
      refusal.append(text);
    }
    if (delta.get("tool_calls") instanceof List<?> pieces) {
      for (Object piece : pieces) {
        if (piece instanceof Map<?, ?> map) {
          acceptCall(map);
        }
      }
    }
  }

  private void acceptCall(Map<?, ?> piece) {
    int index =
        piece.get("index") instanceof Number number ? number.intValue() : Math.max(0, calls.size());
    Call call = calls.computeIfAbsent(index, i -> new Call());
    if (piece.get("id") instanceof String id && !id.isEmpty()) {
      call.id = id;
    }
    if (piece.get("function") instanceof Map<?, ?> function) {
      if (function.get("name") instanceof String name) {
        call.name.append(name);
      }
      if (function.get("arguments") instanceof String arguments) {
        call.arguments.append(arguments);
      }
    }
  }

  private Map<String, @Nullable Object> answer() {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", hasContent ? content.toString() : null);
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning.toString());
    }
    if (!refusal.isEmpty()) {
      message.put("refusal", refusal.toString());
    }
    if (!calls.isEmpty()) {
      message.put("tool_calls", calls.values().stream().map(Call::json).toList());
    }
    Map<String, @Nullable Object> choice = new LinkedHashMap<>();
    choice.put("index", 0);
    choice.put("message", message);
    choice.put("finish_reason", finish.orElse(null));
    Map<String, @Nullable Object> whole = new LinkedHashMap<>(head);
    whole.put("choices", List.of(choice));
    usage.ifPresent(value -> whole.put("usage", value));
    return whole;
  }

  private static String shown(String data) {
    return data.length() <= 200 ? data : data.substring(0, 200) + "…";
  }

  private static final class Call {
    private String id = "";
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();

    Map<String, Object> json() {
      return Map.of(
          "id",
          id,
          "type",
          "function",
          "function",
          Map.of("name", name.toString(), "arguments", arguments.toString()));
    }
  }
}
