package org.blossomlm.data.operator;

import java.util.List;
import java.util.function.Function;

/**
 * An operator as recipes and their documentation know it.
 *
 * @param name in snake case: {@code chat_length_filter}
 * @param summary one sentence
 * @param parameters all that it takes
 * @param factory makes it from checked arguments
 */
public record OperatorSpec(
    String name,
    String summary,
    List<Parameter> parameters,
    Function<Arguments, Operator> factory) {
  public OperatorSpec {
    parameters = List.copyOf(parameters);
  }
}
