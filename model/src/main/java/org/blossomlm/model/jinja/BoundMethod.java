package org.blossomlm.model.jinja;

import java.util.function.Function;

/** A method together with the object that it belongs to. */
record BoundMethod(Value object, String name, Function<Arguments, Value> body)
    implements CallableValue {
  static BoundMethod of(Value object, String name, Function<Arguments, Value> body) {
    return new BoundMethod(object, name, body);
  }

  @Override
  public Value call(Arguments arguments, Runtime runtime) {
    runtime.pay(object, arguments);
    return body.apply(arguments);
  }

  @Override
  public String typeName() {
    return "builtin_function_or_method";
  }

  @Override
  public String describe() {
    return "<built-in method " + name + " of " + object.typeName() + " object>";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Methods of two equal objects are two methods.
  public boolean equals(Object other) {
    return other instanceof BoundMethod that && object == that.object && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(object) ^ name.hashCode();
  }
}
