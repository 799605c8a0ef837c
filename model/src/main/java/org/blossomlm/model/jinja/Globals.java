package org.blossomlm.model.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Global functions: those of Jinja2, and the two that transformers adds. */
final class Globals {
  private Globals() {}

  /** A global function. */
  private record GlobalFunction(String name, Body body) implements CallableValue {
    @Override
    public Value call(Arguments arguments, Runtime runtime) {
      runtime.budget().step();
      return body.call(arguments, runtime);
    }

    @Override
    public String describe() {
      return switch (name) {
        case "dict" -> "<class 'dict'>";
        case "namespace", "cycler", "joiner" ->
            "<class 'jinja2.utils." + TextCase.capitalize(name) + "'>";
        default -> "<function " + name + ">";
      };
    }
  }

  private interface Body {
    Value call(Arguments arguments, Runtime runtime);
  }

  static Map<String, Value> all() {
    Map<String, Value> globals = new LinkedHashMap<>();
    define(globals, "range", Globals::range);
    define(
        globals,
        "dict",
        (arguments, runtime) -> runtime.budget().dict(entries(arguments, runtime)));
    define(
        globals, "namespace", (arguments, runtime) -> new Namespace(entries(arguments, runtime)));
    define(globals, "cycler", (arguments, runtime) -> new Cycler(arguments.positional()));
    define(
        globals,
        "joiner",
        (arguments, runtime) ->
            new Joiner(arguments.bind("joiner", 0, "sep").get(0, StringValue.trusted(", "))));
    define(globals, "raise_exception", Globals::raise);
    define(globals, "strftime_now", Globals::formatNow);
    define(
        globals,
        "lipsum",
        (arguments, runtime) -> {
          throw new JinjaException("lipsum is not supported: prompts need no filler text");
        });
    return globals;
  }

  private static void define(Map<String, Value> globals, String name, Body body) {
    globals.put(name, new GlobalFunction(name, body));
  }

  private static Value raise(Arguments arguments, Runtime runtime) {
    Value message = arguments.bind("raise_exception", 1, "message").get(0);
    throw new JinjaException(runtime.str(message).text());
  }

  private static Value formatNow(Arguments arguments, Runtime runtime) {
    StringValue format = arguments.bind("strftime_now", 1, "format").string(0);
    return format.derive(Strftime.format(format.text(), runtime.now()));
  }

  private static Value range(Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bindPositional("range", 1, 3);
    long first = bound.has(1) ? bound.integer(0) : 0;
    long last = bound.has(1) ? bound.integer(1) : bound.integer(0);
    long step = bound.integer(2, 1);
    if (step == 0) {
      throw new JinjaException("range() arg 3 must not be zero");
    }
    RangeValue range = new RangeValue(first, last, step);
    int maximum = runtime.budget().limits().rangeSize();
    if (range.size() > maximum) {
      throw JinjaLimits.exceeded("range size", range.size(), "rangeSize", maximum);
    }
    return range;
  }

  static DictValue dictOf(Map<StringValue, Value> named, Runtime runtime) {
    return runtime.budget().dict(new LinkedHashMap<>(named));
  }

  /** What {@code dict(mapping_or_pairs, **named)} holds. */
  private static Map<Value, Value> entries(Arguments arguments, Runtime runtime) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw new JinjaException("dict expected at most 1 argument");
    }
    for (Value source : arguments.positional()) {
      if (source instanceof DictValue dict) {
        entries.putAll(dict.entries());
        continue;
      }
      for (Value pair : runtime.elements(source)) {
        List<Value> parts = runtime.elements(pair);
        if (parts.size() != 2) {
          throw new JinjaException(
              "a dict needs pairs of key and value, found " + parts.size() + " elements");
        }
        entries.put(DictValue.requireHashable(parts.get(0)), parts.get(1));
      }
    }
    entries.putAll(arguments.named());
    runtime.budget().size(entries.size());
    return entries;
  }

  /** {@code cycler(...)}: hands out its items in turn. */
  private static final class Cycler implements CallableValue {
    private final List<Value> items;
    private int position;

    Cycler(List<Value> items) {
      if (items.isEmpty()) {
        throw new JinjaException("at least one item has to be provided");
      }
      this.items = items;
    }

    @Override
    public Value attribute(String name, Runtime runtime) {
      return switch (name) {
        case "current" -> items.get(position);
        case "pos" -> Value.of(position);
        case "items" -> runtime.budget().tuple(items);
        case "next" ->
            BoundMethod.of(
                this,
                name,
                arguments -> {
                  Value current = items.get(position);
                  position = (position + 1) % items.size();
                  return current;
                });
        case "reset" ->
            BoundMethod.of(
                this,
                name,
                arguments -> {
                  position = 0;
                  return Value.None.NONE;
                });
        default -> Undefined.attribute(this, name);
      };
    }

    @Override
    public Value call(Arguments arguments, Runtime runtime) {
      throw new JinjaException("'Cycler' object is not callable");
    }

    @Override
    public String typeName() {
      return "jinja2.utils.Cycler";
    }
  }

  /** {@code joiner(sep)}: nothing at the first call, the separator at all later ones. */
  private static final class Joiner implements CallableValue {
    private final Value separator;
    private boolean used;

    Joiner(Value separator) {
      this.separator = separator;
    }

    @Override
    public Value call(Arguments arguments, Runtime runtime) {
      arguments.bindPositional("joiner", 0, 0);
      Value result = used ? separator : StringValue.EMPTY;
      used = true;
      return result;
    }

    @Override
    public String typeName() {
      return "jinja2.utils.Joiner";
    }
  }
}
