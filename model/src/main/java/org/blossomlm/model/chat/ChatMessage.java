package org.blossomlm.model.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param body the text or the parts
 * @param reasoning what the model thought before it answered
 * @param toolCalls of an assistant message
 * @param toolCallId which call a tool message answers
 * @param name of the tool or speaker
 * @param extra fields that this type does not know, kept in order; JSON values
 */
public record ChatMessage(
    Role role,
    Content body,
    Optional<String> reasoning,
    List<ToolCall> toolCalls,
    Optional<String> toolCallId,
    Optional<String> name,
    Map<String, @Nullable Object> extra) {

  public ChatMessage {
    toolCalls = List.copyOf(toolCalls);
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /** A message with plain text. */
  public ChatMessage(
      Role role,
      String content,
      Optional<String> reasoning,
      List<ToolCall> toolCalls,
      Optional<String> toolCallId,
      Optional<String> name,
      Map<String, @Nullable Object> extra) {
    this(role, new Content.Text(content), reasoning, toolCalls, toolCallId, name, extra);
  }

  public static ChatMessage of(Role role, String content) {
    return of(role, new Content.Text(content));
  }

  public static ChatMessage of(Role role, Content body) {
    return new ChatMessage(
        role, body, Optional.empty(), List.of(), Optional.empty(), Optional.empty(), Map.of());
  }

  public static ChatMessage system(String content) {
    return of(Role.SYSTEM, content);
  }

  public static ChatMessage user(String content) {
    return of(Role.USER, content);
  }

  public static ChatMessage assistant(String content) {
    return of(Role.ASSISTANT, content);
  }

  /** The text, that of all text parts joined; empty where there is none. */
  public String content() {
    return body.text();
  }
}
