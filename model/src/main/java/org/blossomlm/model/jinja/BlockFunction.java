package org.blossomlm.model.jinja;

/** {@code self.name}: renders a block of the template again. */
record BlockFunction(Interpreter interpreter, Statement.Block block, Scope outermost)
    implements CallableValue {
  @Override
  public Value call(Arguments arguments, Runtime runtime) {
    arguments.bind(block.name(), 0);
    return interpreter.capture(block.body(), outermost.inner());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
