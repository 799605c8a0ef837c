package org.blossomlm.model.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that the assistant asks to be called.
 *
 * @param id may be empty
 * @param name of the function
 * @param arguments JSON values in the order they were written
 */
public record ToolCall(String id, String name, Map<String, @Nullable Object> arguments) {
  public ToolCall {
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }
}
