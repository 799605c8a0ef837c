package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Python's {@code str.format}, with the sandbox's rules for attributes. */
final class BraceFormat {
  private static final int MAXIMUM_NESTING = 2;

  private final Arguments arguments;
  private final Runtime runtime;
  private final boolean markup;
  private int automatic;
  private boolean manual;

  private BraceFormat(Arguments arguments, Runtime runtime, boolean markup) {
    this.arguments = arguments;
    this.runtime = runtime;
    this.markup = markup;
  }

  static Value format(StringValue self, Arguments arguments, Runtime runtime) {
    StringValue result =
        new BraceFormat(arguments, runtime, self.isMarkup()).expand(self, MAXIMUM_NESTING);
    return self.isMarkup() ? result.asMarkup() : result;
  }

  static Value formatMap(StringValue self, Arguments arguments, Runtime runtime) {
    Value mapping = arguments.bindPositional("format_map", 1, 1).get(0);
    if (!(mapping instanceof DictValue dict)) {
      throw new JinjaException("format_map() needs a mapping, not " + mapping.typeName());
    }
    Map<StringValue, Value> named = new HashMap<>();
    dict.entries()
        .forEach((key, value) -> {
          if (key instanceof StringValue name) {
            named.put(name, value);
          }
        });
    return format(self, new Arguments(List.of(), named), runtime);
  }

  private StringValue expand(StringValue format, int nesting) {
    if (nesting == 0) {
      throw new JinjaException("max string recursion exceeded");
    }
    TextBuilder out = new TextBuilder(runtime.budget());
    String text = format.text();
    int position = 0;
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c != '{' && c != '}') {
        int end = position;
        while (end < text.length() && text.charAt(end) != '{' && text.charAt(end) != '}') {
          end++;
        }
        out.append(format, position, end);
        position = end;
      } else if (text.startsWith(c == '{' ? "{{" : "}}", position)) {
        out.append(format, position, position + 1);
        position += 2;
      } else if (c == '}') {
        throw new JinjaException("single '}' encountered in format string");
      } else {
        int end = fieldEnd(text, position + 1);
        out.append(field(format.substring(position + 1, end), nesting));
        position = end + 1;
      }
    }
    return out.build();
  }

  private static int fieldEnd(String text, int from) {
    int depth = 1;
    boolean inBrackets = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '[') {
        inBrackets = true;
      } else if (c == ']') {
        inBrackets = false;
      } else if (c == '{' && !inBrackets) {
        depth++;
      } else if (c == '}' && !inBrackets && --depth == 0) {
        return i;
      }
    }
    throw new JinjaException(
        from == text.length()
            ? "single '{' encountered in format string"
            : "expected '}' before end of string");
  }

  private StringValue field(StringValue field, int nesting) {
    String text = field.text();
    int nameEnd = 0;
    boolean inBrackets = false;
    while (nameEnd < text.length()) {
      char c = text.charAt(nameEnd);
      if (!inBrackets && (c == '!' || c == ':')) {
        break;
      }
      inBrackets = c == '[' || (inBrackets && c != ']');
      nameEnd++;
    }
    char conversion = 0;
    int specStart = nameEnd;
    if (nameEnd < text.length() && text.charAt(nameEnd) == '!') {
      if (nameEnd + 1 >= text.length()) {
        throw new JinjaException("unmatched '{' in format spec");
      }
      conversion = text.charAt(nameEnd + 1);
      specStart = nameEnd + 2;
      if (specStart < text.length() && text.charAt(specStart) != ':') {
        throw new JinjaException("expected ':' after conversion specifier");
      }
    }
    Value value = lookUp(text.substring(0, nameEnd));
    Value converted =
        switch (conversion) {
          case 0 -> value;
          case 's' -> runtime.str(value);
          case 'r' -> Printer.repr(value, runtime.budget());
          case 'a' -> Printer.ascii(value, runtime.budget());
          default -> throw new JinjaException("unknown conversion specifier '" + conversion + "'");
        };
    String spec =
        specStart < text.length()
            ? expand(field.substring(specStart + 1, text.length()), nesting - 1).text()
            : "";
    StringValue result =
        spec.isEmpty()
            ? runtime.str(converted)
            : FormatSpec.parse(spec).apply(converted, runtime.budget());
    if (field.isData() && !spec.isEmpty()) {
      // The fill characters come from the format, so a format of data makes data.
      result = StringValue.marked(result.text(), true);
    }
    return markup ? Html.escape(result, runtime.budget()) : result;
  }

  private Value lookUp(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
      end++;
    }
    Value value = first(name.substring(0, end));
    int position = end;
    while (position < name.length()) {
      if (name.charAt(position) == '.') {
        int next = position + 1;
        while (next < name.length() && name.charAt(next) != '.' && name.charAt(next) != '[') {
          next++;
        }
        if (next == position + 1) {
          throw new JinjaException("empty attribute in format string");
        }
        value = Attributes.attribute(value, name.substring(position + 1, next), runtime);
        position = next;
      } else {
        int close = name.charAt(position) == '[' ? name.indexOf(']', position) : -1;
        if (close <= position + 1) {
          throw new JinjaException("empty attribute or missing ']' in format string");
        }
        value = Attributes.item(value, key(name.substring(position + 1, close)), runtime);
        position = close + 1;
      }
    }
    return value;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 9
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static Value key(String text) {
    return isNumber(text) ? new Value.Int(new BigInteger(text)) : StringValue.trusted(text);
  }

  private Value first(String name) {
    if (name.isEmpty() || isNumber(name)) {
      boolean isManual = !name.isEmpty();
      if (isManual ? automatic > 0 : manual) {
        throw new JinjaException(
            "cannot mix manual and automatic field numbering in a format string");
      }
      manual = isManual;
      int index = isManual ? Integer.parseInt(name) : automatic++;
      if (index >= arguments.positional().size()) {
        throw new JinjaException("replacement index " + index + " out of range");
      }
      return arguments.positional().get(index);
    }
    Value value = arguments.named(name);
    if (value == null) {
      throw new JinjaException("format field " + PythonText.quote(name) + " is missing");
    }
    return value;
  }
}
