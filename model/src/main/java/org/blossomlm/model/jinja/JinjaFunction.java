package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that a template can call. Arguments and results are the types of {@link
 * JinjaTemplate#render}; strings arrive as {@link org.blossomlm.model.text.MarkedText}, integers as
 * {@link java.math.BigInteger}, {@code none} and undefined values as null.
 */
@FunctionalInterface
public interface JinjaFunction {
  /**
   * @throws JinjaException is passed on; wrap other failures with {@link #failure}
   */
  @Nullable Object call(List<@Nullable Object> arguments, Map<String, @Nullable Object> named);

  /** The exception by which a function stops the rendering. */
  static JinjaException failure(String message) {
    return new JinjaException(message);
  }
}
