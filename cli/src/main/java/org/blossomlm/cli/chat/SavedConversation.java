package org.blossomlm.cli.chat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.cli.files.Json;
import org.blossomlm.cli.files.OutputFile;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatMessages;
import org.jspecify.annotations.Nullable;

/**
 * A conversation in a file: {@code {"model": …, "parameters": {…}, "messages": [{"role": …,
 * "content": …}, …]}}. A file with messages alone can be loaded as well.
 *
 * @param model path of the model that it was held with; may be empty
 * @param parameters values by {@link Parameter#key()}
 */
record SavedConversation(String model, Map<String, Object> parameters, List<ChatMessage> messages) {

  static SavedConversation of(Path model, Parameters parameters, List<ChatMessage> messages) {
    Map<String, Object> values = new LinkedHashMap<>();
    parameters.asMap().forEach((parameter, value) -> values.put(parameter.key(), value));
    return new SavedConversation(model.toString(), values, messages);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it does not hold a conversation
   */
  static SavedConversation read(Path file) throws IOException {
    Object json = Json.read(file);
    if (json instanceof List<?>) {
      return new SavedConversation("", Map.of(), messages(file, json));
    }
    Map<String, Object> object = Json.readObject(file);
    Map<String, Object> parameters = new LinkedHashMap<>();
    if (object.getOrDefault("parameters", Map.of()) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> parameters.put(String.valueOf(key), value));
    }
    return new SavedConversation(
        String.valueOf(object.getOrDefault("model", "")),
        parameters,
        messages(file, object.get("messages")));
  }

  private static List<ChatMessage> messages(Path file, @Nullable Object json) {
    try {
      return ChatMessages.fromList(json);
    } catch (ModelException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  void write(Path file) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("parameters", parameters);
    json.put("messages", messages.stream().map(ChatMessages::toMap).toList());
    byte[] bytes = (Json.writePretty(json) + "\n").getBytes(StandardCharsets.UTF_8);
    OutputFile.write(file, stream -> stream.write(bytes));
  }

  /**
   * The parameters as settings.
   *
   * @throws IllegalArgumentException for one that is unknown or out of range
   */
  Parameters settings() {
    Parameters settings = new Parameters();
    parameters.forEach((key, value) -> {
      Parameter parameter =
          Parameter.of(key)
              .orElseThrow(() -> new IllegalArgumentException("unknown parameter " + key));
      if (value instanceof List<?> list) {
        list.forEach(item -> settings.set(parameter, String.valueOf(item)));
      } else {
        settings.set(parameter, String.valueOf(value));
      }
    });
    return settings;
  }
}
