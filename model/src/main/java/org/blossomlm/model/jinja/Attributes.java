package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code object.name}, {@code object[key]} and slices. As in Jinja2, a dot looks for an attribute
 * of the Python type first and for an item second, a subscript the other way round, so that {@code
 * d.items} is the method even where {@code d} has such a key. What is missing is undefined; what
 * the sandbox forbids fails when it is used.
 */
final class Attributes {
  /** Attributes that all Python objects have; the sandbox refuses each. */
  private static final Set<String> OBJECT_INTERNALS =
      Set.of(
          "__class__",
          "__delattr__",
          "__dir__",
          "__doc__",
          "__eq__",
          "__format__",
          "__ge__",
          "__getattribute__",
          "__getstate__",
          "__gt__",
          "__hash__",
          "__init__",
          "__init_subclass__",
          "__le__",
          "__lt__",
          "__ne__",
          "__new__",
          "__reduce__",
          "__reduce_ex__",
          "__repr__",
          "__setattr__",
          "__sizeof__",
          "__str__",
          "__subclasshook__");

  private Attributes() {}

  static Value attribute(Value object, String name, Runtime runtime) {
    if (object instanceof Undefined undefined && !OBJECT_INTERNALS.contains(name)) {
      throw undefined.failure();
    }
    Value value = own(object, name, runtime);
    if (value == null) {
      value = element(object, StringValue.trusted(name), runtime);
    }
    return value == null ? Undefined.attribute(object, name) : value;
  }

  static Value item(Value object, Value key, Runtime runtime) {
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Value value = element(object, key, runtime);
    if (value == null && key instanceof StringValue name) {
      value = own(object, name.text(), runtime);
    }
    return value == null ? Undefined.element(object, key, runtime.budget()) : value;
  }

  /** An attribute of the value's Python type, or null. */
  static @Nullable Value own(Value object, String name, Runtime runtime) {
    if (OBJECT_INTERNALS.contains(name)) {
      return Undefined.unsafe(object, name);
    }
    return switch (object) {
      case StringValue string -> StringMethods.find(string, name, runtime);
      case SequenceValue sequence -> SequenceMethods.find(sequence, name, runtime);
      case DictValue dict -> DictMethods.find(dict, name, runtime);
      case RangeValue range -> rangeAttribute(range, name, runtime);
      case Value.Numeric number -> NumberMethods.find(number, name);
      case Namespace namespace -> namespace.get(name);
      case BlockReferences references -> references.blocks().get(name);
      case CallableValue callable -> callable.attribute(name, runtime);
      default -> null;
    };
  }

  private static @Nullable Value rangeAttribute(RangeValue range, String name, Runtime runtime) {
    return switch (name) {
      case "start" -> Value.of(range.start());
      case "stop" -> Value.of(range.stop());
      case "step" -> Value.of(range.step());
      case "index", "count" ->
          SequenceMethods.find(runtime.budget().list(range.elements()), name, runtime);
      default -> null;
    };
  }

  /** {@code object[key]}, or null where Python raises a LookupError or a TypeError. */
  private static @Nullable Value element(Value object, Value key, Runtime runtime) {
    if (object instanceof DictValue dict) {
      return DictValue.isHashable(key) ? dict.get(key) : null;
    }
    if (object instanceof BlockReferences references && key instanceof StringValue name) {
      return references.blocks().get(name.text());
    }
    if (!Indices.isIndex(key)) {
      return null;
    }
    return switch (object) {
      case StringValue string -> {
        runtime.budget().read(string);
        int index = Indices.resolve(key, string.size());
        if (index < 0) {
          yield null;
        }
        int from = string.offset(index);
        int width = Character.charCount(string.text().codePointAt(from));
        yield string.substring(from, from + width);
      }
      case SequenceValue sequence -> at(sequence.elements(), key);
      case RangeValue range -> at(range.elements(), key);
      default -> null;
    };
  }

  private static @Nullable Value at(List<Value> elements, Value key) {
    int index = Indices.resolve(key, elements.size());
    return index < 0 ? null : elements.get(index);
  }

  /** {@code object[start:stop:step]}; null is an omitted part. */
  static Value slice(
      Value object,
      @Nullable BigInteger start,
      @Nullable BigInteger stop,
      @Nullable BigInteger step,
      Runtime runtime) {
    Budget budget = runtime.budget();
    return switch (object) {
      case StringValue string ->
          slice(string, Indices.span(start, stop, step, string.size()), budget);
      case ListValue list ->
          budget.list(
              slice(list.elements(), Indices.span(start, stop, step, Iteration.length(list))));
      case TupleValue tuple ->
          budget.tuple(
              slice(tuple.elements(), Indices.span(start, stop, step, Iteration.length(tuple))));
      case RangeValue range -> {
        Indices.Span span = Indices.span(start, stop, step, Iteration.length(range));
        yield new RangeValue(
            range.start() + span.start() * range.step(),
            range.start() + span.stop() * range.step(),
            range.step() * span.step());
      }
      case Undefined undefined -> throw undefined.failure();
      default -> throw new JinjaException("'" + object.typeName() + "' object has no slices");
    };
  }

  private static List<Value> slice(List<Value> elements, Indices.Span span) {
    if (span.step() == 1) {
      return elements.subList(span.start(), span.start() + span.count());
    }
    List<Value> result = new ArrayList<>(span.count());
    for (int i = 0; i < span.count(); i++) {
      result.add(elements.get((int) (span.start() + (long) i * span.step())));
    }
    return result;
  }

  static StringValue slice(StringValue string, Indices.Span span, Budget budget) {
    budget.read(string);
    if (span.count() == 0) {
      return string.substring(0, 0);
    }
    if (span.step() == 1) {
      int from = string.offset(span.start());
      int to = string.text().offsetByCodePoints(from, span.count());
      return string.substring(from, to);
    }
    int[] offsets = offsets(string);
    TextBuilder out = new TextBuilder(budget);
    for (int i = 0; i < span.count(); i++) {
      int index = (int) (span.start() + (long) i * span.step());
      out.append(string, offsets[index], offsets[index + 1]);
    }
    return string.isMarkup() ? out.build().asMarkup() : out.build();
  }

  /** Where each code point starts, and the end of the text. */
  private static int[] offsets(StringValue string) {
    int[] offsets = new int[string.size() + 1];
    int unit = 0;
    for (int i = 0; i < string.size(); i++) {
      offsets[i] = unit;
      unit += Character.charCount(string.text().codePointAt(unit));
    }
    offsets[string.size()] = unit;
    return offsets;
  }
}
