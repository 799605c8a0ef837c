package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code tojson} filter as transformers defines it: Python's {@code json.dumps} with {@code
 * ensure_ascii=False} and no HTML escaping. The characters of strings keep their marks, those that
 * an escape consists of included; punctuation is trusted.
 */
final class JsonWriter {
  private final boolean asciiOnly;
  private final @Nullable StringValue indent;
  private final StringValue itemSeparator;
  private final StringValue keySeparator;
  private final boolean sortKeys;
  private final Runtime runtime;
  private final TextBuilder out;

  private JsonWriter(
      boolean asciiOnly,
      @Nullable StringValue indent,
      StringValue itemSeparator,
      StringValue keySeparator,
      boolean sortKeys,
      Runtime runtime) {
    this.asciiOnly = asciiOnly;
    this.indent = indent;
    this.itemSeparator = itemSeparator;
    this.keySeparator = keySeparator;
    this.sortKeys = sortKeys;
    this.runtime = runtime;
    this.out = new TextBuilder(runtime.budget());
  }

  static Value toJson(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    StringValue indent = indent(bound, runtime.budget());
    StringValue itemSeparator = StringValue.trusted(indent == null ? ", " : ",");
    StringValue keySeparator = StringValue.trusted(": ");
    if (bound.has(2) && bound.get(2) != Value.None.NONE) {
      List<Value> separators = runtime.elements(bound.get(2));
      if (separators.size() != 2
          || !(separators.get(0) instanceof StringValue item)
          || !(separators.get(1) instanceof StringValue key)) {
        throw new JinjaException("tojson: 'separators' must be a pair of strings");
      }
      itemSeparator = item;
      keySeparator = key;
    }
    JsonWriter writer =
        new JsonWriter(
            bound.flag(0, false),
            indent,
            itemSeparator,
            keySeparator,
            bound.flag(3, false),
            runtime);
    writer.write(input, 0);
    return writer.out.build();
  }

  private static @Nullable StringValue indent(Arguments.Bound bound, Budget budget) {
    if (!bound.has(1) || bound.get(1) == Value.None.NONE) {
      return null;
    }
    if (bound.get(1) instanceof StringValue string) {
      return string;
    }
    return StringValue.trusted(" ".repeat(budget.text(Math.max(0, bound.integer(1)))));
  }

  private void write(Value value, int level) {
    runtime.budget().step();
    switch (value) {
      case Value.None none -> out.appendTrusted("null");
      case Value.Numeric number -> out.appendTrusted(number(number));
      case StringValue string -> string(string);
      case SequenceValue sequence -> array(sequence.elements(), level);
      case DictValue dict -> object(dict, level);
      default ->
          throw new JinjaException(
              "Object of type " + value.typeName() + " is not JSON serializable");
    }
  }

  private static String number(Value.Numeric number) {
    return switch (number) {
      case Value.Bool bool -> bool.value() ? "true" : "false";
      case Value.Int integer -> integer.value().toString();
      case Value.Float real -> {
        if (Double.isNaN(real.value())) {
          yield "NaN";
        }
        if (Double.isInfinite(real.value())) {
          yield real.value() > 0 ? "Infinity" : "-Infinity";
        }
        yield FloatText.repr(real.value());
      }
    };
  }

  private void array(List<Value> elements, int level) {
    if (elements.isEmpty()) {
      out.appendTrusted("[]");
      return;
    }
    out.appendTrusted("[");
    boolean first = true;
    for (Value element : elements) {
      separate(first, level + 1);
      first = false;
      write(element, level + 1);
    }
    newLine(level);
    out.appendTrusted("]");
  }

  private void object(DictValue dict, int level) {
    if (dict.entries().isEmpty()) {
      out.appendTrusted("{}");
      return;
    }
    List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
    if (sortKeys) {
      Sorting.sort(entries, Map.Entry::getKey, false, runtime);
    }
    out.appendTrusted("{");
    Iterator<Map.Entry<Value, Value>> iterator = entries.iterator();
    boolean first = true;
    while (iterator.hasNext()) {
      Map.Entry<Value, Value> entry = iterator.next();
      separate(first, level + 1);
      first = false;
      key(entry.getKey());
      out.append(keySeparator);
      write(entry.getValue(), level + 1);
    }
    newLine(level);
    out.appendTrusted("}");
  }

  private void separate(boolean first, int level) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine(level);
  }

  private void newLine(int level) {
    if (indent != null) {
      out.appendTrusted("\n");
      for (int i = 0; i < level; i++) {
        out.append(indent);
      }
    }
  }

  private void key(Value key) {
    switch (key) {
      case StringValue string -> string(string);
      case Value.None none -> out.appendTrusted("\"null\"");
      case Value.Numeric number -> out.appendTrusted("\"" + number(number) + "\"");
      default ->
          throw new JinjaException(
              "keys must be str, int, float, bool or None, not " + key.typeName());
    }
  }

  private void string(StringValue string) {
    out.appendTrusted("\"");
    String text = string.text();
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      String escape = escape(text.charAt(i));
      if (escape != null) {
        out.append(string, copied, i).append(escape, string.isDataAt(i));
        copied = i + 1;
      }
    }
    out.append(string, copied, text.length()).appendTrusted("\"");
  }

  private @Nullable String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\f' -> "\\f";
      case '\b' -> "\\b";
      default -> c < 0x20 || (asciiOnly && c > 0x7e) ? "\\u" + PythonText.hex(c, 4) : null;
    };
  }
}
