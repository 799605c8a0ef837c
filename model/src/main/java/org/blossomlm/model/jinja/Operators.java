package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.blossomlm.model.jinja.Expression.ArithmeticOperator;
import org.blossomlm.model.jinja.Expression.ComparisonOperator;
import org.jspecify.annotations.Nullable;

/** Python's binary operators on any values. */
final class Operators {
  private final Budget budget;

  Operators(Budget budget) {
    this.budget = budget;
  }

  Value arithmetic(ArithmeticOperator operator, Value left, Value right) {
    if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
      return Numbers.arithmetic(operator, a, b, budget);
    }
    Value result =
        switch (operator) {
          case ADD -> add(left, right);
          case MULTIPLY -> multiply(left, right);
          case MODULO ->
              left instanceof StringValue format
                  ? PercentFormat.format(format, right, budget)
                  : null;
          default -> null;
        };
    if (result != null) {
      return result;
    }
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw new JinjaException(
        "unsupported operand type(s) for "
            + operator.symbol()
            + ": '"
            + left.typeName()
            + "' and '"
            + right.typeName()
            + "'");
  }

  private @Nullable Value add(Value left, Value right) {
    if (left instanceof StringValue a && right instanceof StringValue b) {
      return concatenate(a, b);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return budget.list(joined(a, b));
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return budget.tuple(joined(a, b));
    }
    if ((left instanceof StringValue || left instanceof SequenceValue)
        && !(right instanceof Undefined)) {
      String type = left instanceof StringValue ? "str" : left.typeName();
      throw new JinjaException(
          "can only concatenate " + type + " (not \"" + right.typeName() + "\") to " + type);
    }
    return null;
  }

  private List<Value> joined(SequenceValue left, SequenceValue right) {
    List<Value> result =
        new ArrayList<>(budget.size((long) left.elements().size() + right.elements().size()));
    result.addAll(left.elements());
    result.addAll(right.elements());
    return result;
  }

  /** {@code left + right}: a marked-up side escapes the other, as markupsafe does. */
  StringValue concatenate(StringValue left, StringValue right) {
    boolean markup = left.isMarkup() || right.isMarkup();
    StringValue a = markup ? Html.escape(left, budget) : left;
    StringValue b = markup ? Html.escape(right, budget) : right;
    if (!markup && b.isEmpty()) {
      return a;
    }
    if (!markup && a.isEmpty()) {
      return b;
    }
    StringValue result = new TextBuilder(budget).append(a).append(b).build();
    return markup ? result.asMarkup() : result;
  }

  private @Nullable Value multiply(Value left, Value right) {
    if (Indices.isIndex(right)) {
      return repeat(left, (Value.Numeric) right);
    }
    return Indices.isIndex(left) ? repeat(right, (Value.Numeric) left) : null;
  }

  private @Nullable Value repeat(Value value, Value.Numeric times) {
    int count = Math.max(0, Indices.clamp(times.integer()));
    return switch (value) {
      case StringValue string -> {
        budget.text((long) string.text().length() * count);
        if (!string.isMixed()) {
          yield string.derive(string.text().repeat(count));
        }
        TextBuilder out = new TextBuilder(budget);
        for (int i = 0; i < count; i++) {
          out.append(string);
        }
        yield string.isMarkup() ? out.build().asMarkup() : out.build();
      }
      case ListValue list -> budget.list(repeated(list, count));
      case TupleValue tuple -> budget.tuple(repeated(tuple, count));
      default -> null;
    };
  }

  private List<Value> repeated(SequenceValue sequence, int count) {
    List<Value> result = new ArrayList<>(budget.size((long) sequence.elements().size() * count));
    if (!sequence.elements().isEmpty()) {
      for (int i = 0; i < count; i++) {
        result.addAll(sequence.elements());
      }
    }
    return result;
  }

  boolean compare(ComparisonOperator operator, Value left, Value right) {
    return switch (operator) {
      case EQUAL -> equal(left, right);
      case NOT_EQUAL -> !equal(left, right);
      case IN -> contains(right, left);
      case NOT_IN -> !contains(right, left);
      case LESS -> ordered(left, right, "<", -1, -1);
      case LESS_OR_EQUAL -> ordered(left, right, "<=", -1, 0);
      case GREATER -> ordered(left, right, ">", 1, 1);
      case GREATER_OR_EQUAL -> ordered(left, right, ">=", 1, 0);
    };
  }

  boolean equal(Value left, Value right) {
    budget.work(Math.min(size(left), size(right)));
    return left.equals(right);
  }

  private static long size(Value value) {
    return value instanceof StringValue string ? string.text().length() : value.weight();
  }

  private boolean ordered(Value left, Value right, String symbol, int first, int second) {
    int order = order(left, right, symbol);
    return order == first || order == second;
  }

  /** Negative, zero or positive as Python orders the two; 2 for unordered. */
  int order(Value left, Value right, String symbol) {
    budget.work(Math.min(size(left), size(right)));
    if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
      return Value.Numeric.compare(a, b);
    }
    if (left instanceof StringValue a && right instanceof StringValue b) {
      return compareCodePoints(a.text(), b.text());
    }
    if ((left instanceof ListValue && right instanceof ListValue)
        || (left instanceof TupleValue && right instanceof TupleValue)) {
      return orderElements((SequenceValue) left, (SequenceValue) right, symbol);
    }
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw new JinjaException(
        "'"
            + symbol
            + "' not supported between instances of '"
            + left.typeName()
            + "' and '"
            + right.typeName()
            + "'");
  }

  private int orderElements(SequenceValue left, SequenceValue right, String symbol) {
    Iterator<Value> a = left.elements().iterator();
    Iterator<Value> b = right.elements().iterator();
    while (a.hasNext() && b.hasNext()) {
      Value x = a.next();
      Value y = b.next();
      if (!x.equals(y)) {
        return order(x, y, symbol);
      }
    }
    return a.hasNext() ? 1 : b.hasNext() ? -1 : 0;
  }

  private static int compareCodePoints(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // UTF-16 order differs from that of code points where one of the two is a surrogate.
        boolean mixed = Character.isSurrogate(a) != Character.isSurrogate(b);
        return mixed ? (Character.isSurrogate(a) ? 1 : -1) : Integer.signum(a - b);
      }
    }
    return Integer.signum(left.length() - right.length());
  }

  /** {@code element in container}. */
  boolean contains(Value container, Value element) {
    budget.read(container);
    return switch (container) {
      case StringValue string -> {
        if (element instanceof StringValue part) {
          budget.read(part);
          yield string.text().contains(part.text());
        }
        throw new JinjaException(
            "'in <string>' requires string as left operand, not " + element.typeName());
      }
      case DictValue dict -> dict.entries().containsKey(DictValue.requireHashable(element));
      case RangeValue range -> range.elements().contains(element);
      default -> {
        if (!Iteration.isIterable(container)) {
          throw new JinjaException(
              "argument of type '" + container.typeName() + "' is not iterable");
        }
        Iterator<Value> iterator = Iteration.of(container, budget);
        while (iterator.hasNext()) {
          if (equal(element, iterator.next())) {
            yield true;
          }
        }
        yield false;
      }
    };
  }
}
