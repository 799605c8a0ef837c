package org.blossomlm.model.jinja;

import java.time.LocalDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What filters, tests, methods and functions may use of the rendering that they run in. */
final class Runtime {
  private final Budget budget;
  private final Operators operators;
  private final Map<String, Value> context;
  private final LocalDateTime now;
  private final Random random = new Random(0);

  Runtime(Budget budget, Map<String, Value> context, LocalDateTime now) {
    this.budget = budget;
    this.operators = new Operators(budget);
    this.context = context;
    this.now = now;
  }

  Budget budget() {
    return budget;
  }

  Operators operators() {
    return operators;
  }

  LocalDateTime now() {
    return now;
  }

  /** A generator with a fixed seed, so that a rendering can be repeated. */
  Random random() {
    return random;
  }

  /** A variable of the context, a global, or undefined. */
  Value resolve(String name) {
    Value value = context.get(name);
    if (value == null) {
      value = Builtins.GLOBALS.get(name);
    }
    return value == null ? Undefined.variable(name) : value;
  }

  StringValue str(Value value) {
    return Printer.str(value, budget);
  }

  Iterator<Value> iterate(Value value) {
    return Iteration.of(value, budget);
  }

  List<Value> elements(Value value) {
    return Iteration.elements(value, budget);
  }

  Value filter(String name, Value input, Arguments arguments) {
    Builtins.Filter filter = Builtins.FILTERS.get(name);
    if (filter == null) {
      throw new JinjaException("no filter named '" + name + "'");
    }
    pay(input, arguments);
    return filter.apply(input, arguments, this);
  }

  boolean test(String name, Value input, Arguments arguments) {
    Builtins.Test test = Builtins.TESTS.get(name);
    if (test == null) {
      throw new JinjaException("no test named '" + name + "'");
    }
    pay(input, arguments);
    return test.holds(input, arguments, this);
  }

  Value call(Value function, Arguments arguments) {
    if (function instanceof CallableValue callable) {
      // A call takes more of the Java stack than other expressions do.
      budget.enter();
      Value result = callable.call(arguments, this);
      budget.leave();
      return result;
    }
    if (function instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw new JinjaException("'" + function.typeName() + "' object is not callable");
  }

  /** Accounts for reading {@code input} and the arguments. */
  void pay(Value input, Arguments arguments) {
    budget.step();
    budget.read(input);
    arguments.positional().forEach(budget::read);
  }
}
