package org.blossomlm.model.jinja;

/**
 * What a missing variable, attribute or element evaluates to: prints nothing, is false and empty,
 * and fails on nearly everything else.
 *
 * @param reason the message of that failure
 */
record Undefined(String reason) implements Value {
  static Undefined variable(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Value object, String name) {
    return object instanceof Undefined undefined
        ? undefined
        : new Undefined("'" + describe(object) + "' has no attribute " + PythonText.quote(name));
  }

  static Undefined element(Value object, Value key, Budget budget) {
    if (key instanceof StringValue name) {
      return attribute(object, name.text());
    }
    return new Undefined(describe(object) + " has no element " + Printer.repr(key, budget).text());
  }

  /** What the sandbox returns for attributes that must not be read. */
  static Undefined unsafe(Value object, String name) {
    return new Undefined(
        "access to attribute "
            + PythonText.quote(name)
            + " of '"
            + object.typeName()
            + "' object is unsafe.");
  }

  private static String describe(Value object) {
    return object == Value.None.NONE ? "None" : object.typeName() + " object";
  }

  JinjaException failure() {
    return new JinjaException(reason);
  }

  @Override
  public String typeName() {
    return "Undefined";
  }

  @Override
  public boolean isTrue() {
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return Undefined.class.hashCode();
  }
}
