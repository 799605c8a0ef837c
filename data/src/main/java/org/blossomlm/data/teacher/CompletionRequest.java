package org.blossomlm.data.teacher;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a teacher is asked.
 *
 * @param parameters of the request body: {@code temperature}, {@code max_tokens} ...; they override
 *     the teacher's own
 * @param schema a JSON schema that the answer must follow
 * @param attempt from 0; another number asks again instead of taking the answer from the cache
 */
public record CompletionRequest(
    List<ChatMessage> messages,
    Map<String, @Nullable Object> parameters,
    Optional<Map<String, Object>> schema,
    int attempt) {
  public CompletionRequest {
    messages = List.copyOf(messages);
  }

  public static CompletionRequest of(List<ChatMessage> messages) {
    return new CompletionRequest(messages, Map.of(), Optional.empty(), 0);
  }

  public CompletionRequest withParameters(Map<String, @Nullable Object> parameters) {
    return new CompletionRequest(messages, parameters, schema, attempt);
  }

  public CompletionRequest withSchema(Map<String, Object> schema) {
    return new CompletionRequest(messages, parameters, Optional.of(schema), attempt);
  }

  public CompletionRequest withAttempt(int attempt) {
    return new CompletionRequest(messages, parameters, schema, attempt);
  }
}
