package org.blossomlm.model.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a chat template sees: those that transformers' {@code apply_chat_template}
 * passes. Strings that people or tools wrote are data: contents, names, ids, reasoning, tool
 * arguments, tool schemas and extra fields, their keys included. Roles and whatever the program
 * sets are trusted.
 */
final class TemplateContext {
  private TemplateContext() {}

  static Map<String, @Nullable Object> of(ChatTemplate.Request request, SpecialTokens tokens) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("bos_token", tokens.bos());
    context.put("eos_token", tokens.eos());
    context.put("messages", request.messages().stream().map(TemplateContext::message).toList());
    context.put("tools", request.tools().isEmpty() ? null : data(request.tools()));
    context.put("documents", null);
    context.put("add_generation_prompt", request.addGenerationPrompt());
    context.putAll(request.variables());
    return context;
  }

  /** One message as the map that transformers passes. */
  static Map<Object, @Nullable Object> message(ChatMessage message) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    map.put("role", message.role().wireName());
    map.put(
        "content",
        switch (message.body()) {
          case Content.None none -> null;
          case Content.Text text -> MarkedText.data(text.text());
          case Content.Parts parts -> parts.parts().stream().map(TemplateContext::part).toList();
        });
    message
        .reasoning()
        .ifPresent(reasoning -> map.put("reasoning_content", MarkedText.data(reasoning)));
    if (!message.toolCalls().isEmpty()) {
      map.put("tool_calls", message.toolCalls().stream().map(TemplateContext::toolCall).toList());
    }
    message.toolCallId().ifPresent(id -> map.put("tool_call_id", MarkedText.data(id)));
    message.name().ifPresent(name -> map.put("name", MarkedText.data(name)));
    message.extra().forEach((key, value) -> map.put(MarkedText.data(key), data(value)));
    return map;
  }

  private static Map<String, Object> part(ContentPart part) {
    return switch (part) {
      case ContentPart.Text text -> {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "text");
        map.put("text", MarkedText.data(text.text()));
        yield map;
      }
      case ContentPart.Image image -> {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "image");
        map.put("url", MarkedText.data(image.url()));
        yield map;
      }
    };
  }

  private static Map<String, Object> toolCall(ToolCall call) {
    Map<String, @Nullable Object> function = new LinkedHashMap<>();
    function.put("name", MarkedText.data(call.name()));
    function.put("arguments", data(call.arguments()));
    Map<String, Object> map = new LinkedHashMap<>();
    if (!call.id().isEmpty()) {
      map.put("id", MarkedText.data(call.id()));
    }
    map.put("type", "function");
    map.put("function", function);
    return map;
  }

  /** JSON values with all strings marked as data. */
  private static @Nullable Object data(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> MarkedText.data(text);
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> marked = new LinkedHashMap<>();
        map.forEach((key, element) -> marked.put(data(key), data(element)));
        yield marked;
      }
      case Iterable<?> elements -> {
        List<@Nullable Object> marked = new ArrayList<>();
        elements.forEach(element -> marked.add(data(element)));
        yield marked;
      }
      default -> value;
    };
  }
}
