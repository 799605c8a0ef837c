package org.blossomlm.model.jinja;

import java.util.HashMap;
import java.util.Map;
import org.blossomlm.model.jinja.Expression.ArithmeticOperator;
import org.blossomlm.model.jinja.Expression.ComparisonOperator;

/** What may follow {@code is}. */
final class Tests {
  private Tests() {}

  private interface Property {
    boolean of(Value value);
  }

  static Map<String, Builtins.Test> all() {
    Map<String, Builtins.Test> tests = new HashMap<>();
    property(tests, "defined", value -> !(value instanceof Undefined));
    property(tests, "undefined", value -> value instanceof Undefined);
    property(tests, "none", value -> value == Value.None.NONE);
    property(tests, "boolean", value -> value instanceof Value.Bool);
    property(tests, "true", value -> value instanceof Value.Bool && value.isTrue());
    property(tests, "false", value -> value instanceof Value.Bool && !value.isTrue());
    property(tests, "integer", value -> value instanceof Value.Int);
    property(tests, "float", value -> value instanceof Value.Float);
    property(tests, "number", value -> value instanceof Value.Numeric);
    property(tests, "string", value -> value instanceof StringValue);
    property(tests, "mapping", value -> value instanceof DictValue);
    property(tests, "sequence", Tests::isSequence);
    property(tests, "iterable", Iteration::isIterable);
    property(
        tests, "callable", value -> value instanceof CallableValue || value instanceof Undefined);
    property(tests, "escaped", value -> value instanceof StringValue text && text.isMarkup());
    tests.put("odd", (input, arguments, runtime) -> hasRemainder(input, 1, runtime));
    tests.put("even", (input, arguments, runtime) -> hasRemainder(input, 0, runtime));
    tests.put("divisibleby", Tests::isDivisibleBy);
    tests.put("lower", (input, arguments, runtime) -> TextCase.isLower(runtime.str(input).text()));
    tests.put("upper", (input, arguments, runtime) -> TextCase.isUpper(runtime.str(input).text()));
    tests.put("sameas", Tests::isSame);
    tests.put("filter", (input, arguments, runtime) -> names(input, Builtins.FILTERS));
    tests.put("test", (input, arguments, runtime) -> names(input, Builtins.TESTS));
    comparison(tests, ComparisonOperator.EQUAL, "==", "eq", "equalto");
    comparison(tests, ComparisonOperator.NOT_EQUAL, "!=", "ne");
    comparison(tests, ComparisonOperator.LESS, "<", "lt", "lessthan");
    comparison(tests, ComparisonOperator.LESS_OR_EQUAL, "<=", "le");
    comparison(tests, ComparisonOperator.GREATER, ">", "gt", "greaterthan");
    comparison(tests, ComparisonOperator.GREATER_OR_EQUAL, ">=", "ge");
    comparison(tests, ComparisonOperator.IN, "in");
    return tests;
  }

  private static void property(Map<String, Builtins.Test> tests, String name, Property property) {
    tests.put(
        name,
        (input, arguments, runtime) -> {
          arguments.bindPositional(name, 0, 0);
          return property.of(input);
        });
  }

  private static void comparison(
      Map<String, Builtins.Test> tests, ComparisonOperator operator, String... names) {
    for (String name : names) {
      tests.put(
          name,
          (input, arguments, runtime) ->
              runtime
                  .operators()
                  .compare(operator, input, arguments.bindPositional(name, 1, 1).get(0)));
    }
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case StringValue string -> true;
      case SequenceValue sequence -> true;
      case DictValue dict -> true;
      case RangeValue range -> true;
      case Undefined undefined -> true;
      default -> false;
    };
  }

  private static boolean hasRemainder(Value input, int remainder, Runtime runtime) {
    return runtime
        .operators()
        .arithmetic(ArithmeticOperator.MODULO, input, Value.of(2))
        .equals(Value.of(remainder));
  }

  private static boolean isDivisibleBy(Value input, Arguments arguments, Runtime runtime) {
    Value divisor = arguments.bind("divisibleby", 1, "num").get(0);
    Value remainder = runtime.operators().arithmetic(ArithmeticOperator.MODULO, input, divisor);
    return remainder.equals(Value.of(0));
  }

  /** Identity; values that Python keeps only one of are the same where they are equal. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Value input, Arguments arguments, Runtime runtime) {
    Value other = arguments.bind("sameas", 1, "other").get(0);
    if (input instanceof Value.Bool || input instanceof Value.Int || input instanceof StringValue) {
      return input.getClass() == other.getClass() && input.equals(other);
    }
    return input == other;
  }

  private static boolean names(Value input, Map<String, ?> registry) {
    return input instanceof StringValue name && registry.containsKey(name.text());
  }
}
