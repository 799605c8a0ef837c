package org.blossomlm.model.jinja;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. Looks one element ahead only where the template asks for it. */
final class LoopContext implements CallableValue {
  private final Interpreter interpreter;
  private final Statement.For loop;
  private final Value iterable;
  private final int depth;
  private final Scope scope;
  private final Runtime runtime;
  private Iterator<Value> iterator;
  private int index = -1;
  private int length = -1;
  private @Nullable Value previous;
  private Value current = Value.None.NONE;
  private @Nullable Value next;
  private @Nullable List<Value> lastChanged;

  LoopContext(
      Interpreter interpreter,
      Statement.For loop,
      Value iterable,
      int depth,
      Scope scope,
      Runtime runtime) {
    this.interpreter = interpreter;
    this.loop = loop;
    this.iterable = iterable;
    this.depth = depth;
    this.scope = scope;
    this.runtime = runtime;
    this.iterator = runtime.iterate(iterable);
  }

  /** Moves to the next element, if there is one. */
  boolean advance() {
    Value following = peek();
    if (following == null) {
      return false;
    }
    if (index >= 0) {
      previous = current;
    }
    current = following;
    next = null;
    index++;
    return true;
  }

  Value current() {
    return current;
  }

  private @Nullable Value peek() {
    if (next == null && iterator.hasNext()) {
      next = iterator.next();
    }
    return next;
  }

  int length() {
    if (length < 0) {
      if (iterable instanceof LazyIterator rest) {
        List<Value> remaining = runtime.elements(rest);
        length = index + 1 + (next == null ? 0 : 1) + remaining.size();
        iterator = remaining.iterator();
      } else {
        length = Iteration.length(iterable);
      }
    }
    return length;
  }

  @Override
  public @Nullable Value attribute(String name, Runtime unused) {
    return switch (name) {
      case "index" -> Value.of(index + 1);
      case "index0" -> Value.of(index);
      case "revindex" -> Value.of(length() - index);
      case "revindex0" -> Value.of(length() - index - 1);
      case "first" -> Value.of(index == 0);
      case "last" -> Value.of(peek() == null);
      case "length" -> Value.of(length());
      case "depth" -> Value.of(depth + 1);
      case "depth0" -> Value.of(depth);
      case "previtem" -> previous == null ? new Undefined("there is no previous item") : previous;
      case "nextitem" -> {
        Value following = peek();
        yield following == null ? new Undefined("there is no next item") : following;
      }
      case "cycle" -> BoundMethod.of(this, "cycle", this::cycle);
      case "changed" -> BoundMethod.of(this, "changed", this::changed);
      default -> null;
    };
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty()) {
      throw new JinjaException("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Value changed(Arguments arguments) {
    boolean changed = !arguments.positional().equals(lastChanged);
    lastChanged = arguments.positional();
    return Value.of(changed);
  }

  /** {@code loop(iterable)}: the same loop over the children of an element. */
  @Override
  public Value call(Arguments arguments, Runtime unused) {
    if (!loop.recursive()) {
      throw new JinjaException(
          "the loop must have the 'recursive' marker to be called recursively");
    }
    Value children = arguments.bind("loop", 1, "iterable").get(0);
    TextBuilder out = new TextBuilder(runtime.budget());
    interpreter.iterate(loop, children, depth + 1, scope, out);
    return out.build();
  }

  @Override
  public String describe() {
    return "<LoopContext " + (index + 1) + "/" + length() + ">";
  }

  @Override
  public String typeName() {
    return "jinja2.runtime.LoopContext";
  }
}
