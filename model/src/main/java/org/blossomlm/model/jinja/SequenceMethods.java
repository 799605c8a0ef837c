package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes and methods of list and tuple. */
final class SequenceMethods {
  private static final Set<String> MUTATORS =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private SequenceMethods() {}

  static @Nullable Value find(SequenceValue sequence, String name, Runtime runtime) {
    if (sequence instanceof ListValue && MUTATORS.contains(name)) {
      return Undefined.unsafe(sequence, name);
    }
    if (sequence instanceof TupleValue tuple && tuple.names().contains(name)) {
      return tuple.elements().get(tuple.names().indexOf(name));
    }
    return switch (name) {
      case "index" ->
          BoundMethod.of(sequence, name, arguments -> index(sequence, arguments, runtime));
      case "count" ->
          BoundMethod.of(sequence, name, arguments -> count(sequence, arguments, runtime));
      case "copy" ->
          sequence instanceof ListValue
              ? BoundMethod.of(
                  sequence,
                  name,
                  arguments -> {
                    arguments.bindPositional(name, 0, 0);
                    return sequence;
                  })
              : null;
      default -> null;
    };
  }

  private static Value index(SequenceValue sequence, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("index", 1, 3);
    List<Value> elements = sequence.elements();
    int from = Indices.bound(bound.integer(1, 0), elements.size());
    int to = Indices.bound(bound.integer(2, elements.size()), elements.size());
    for (int i = from; i < to; i++) {
      if (runtime.operators().equal(elements.get(i), bound.get(0))) {
        return Value.of(i);
      }
    }
    throw new JinjaException(
        Printer.repr(bound.get(0), runtime.budget()).text() + " is not in " + sequence.typeName());
  }

  private static Value count(SequenceValue sequence, Arguments arguments, Runtime runtime) {
    Value wanted = arguments.bindPositional("count", 1, 1).get(0);
    return Value.of(
        sequence.elements().stream()
            .filter(element -> runtime.operators().equal(element, wanted))
            .count());
  }
}
