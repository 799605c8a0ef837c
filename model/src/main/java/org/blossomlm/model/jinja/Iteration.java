package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Python's {@code iter()} and {@code len()}. */
final class Iteration {
  private Iteration() {}

  static boolean isIterable(Value value) {
    return switch (value) {
      case StringValue string -> true;
      case SequenceValue sequence -> true;
      case DictValue dict -> true;
      case DictView view -> true;
      case RangeValue range -> true;
      case LazyIterator iterator -> true;
      case Undefined undefined -> true;
      default -> false;
    };
  }

  static Iterator<Value> of(Value value, Budget budget) {
    return switch (value) {
      case StringValue string -> codePoints(string.asPlain());
      case SequenceValue sequence -> sequence.elements().iterator();
      case DictValue dict -> dict.entries().keySet().iterator();
      case DictView view -> view.elements(budget).iterator();
      case RangeValue range -> range.elements().iterator();
      case LazyIterator iterator -> iterator;
      case Undefined undefined -> Collections.emptyIterator();
      default -> throw notIterable(value);
    };
  }

  static JinjaException notIterable(Value value) {
    return new JinjaException("'" + value.typeName() + "' object is not iterable");
  }

  /** All elements, within the limits; lists are not copied. */
  static List<Value> elements(Value value, Budget budget) {
    budget.read(value);
    if (value instanceof SequenceValue sequence) {
      return sequence.elements();
    }
    List<Value> result = new ArrayList<>();
    Iterator<Value> iterator = of(value, budget);
    while (iterator.hasNext()) {
      result.add(iterator.next());
      if (result.size() > budget.limits().collectionSize()) {
        budget.size(result.size());
      }
      budget.work(1);
    }
    return result;
  }

  /** {@code len(value)}. */
  static int length(Value value) {
    return switch (value) {
      case StringValue string -> string.size();
      case SequenceValue sequence -> sequence.elements().size();
      case DictValue dict -> dict.entries().size();
      case DictView view -> view.dict().entries().size();
      case RangeValue range -> (int) range.size();
      case LoopContext loop -> loop.length();
      case Undefined undefined -> 0;
      default -> throw new JinjaException("object of type '" + value.typeName() + "' has no len()");
    };
  }

  private static Iterator<Value> codePoints(StringValue string) {
    return new Iterator<>() {
      private int position;

      @Override
      public boolean hasNext() {
        return position < string.text().length();
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int start = position;
        position += Character.charCount(string.text().codePointAt(start));
        return string.substring(start, position);
      }
    };
  }
}
