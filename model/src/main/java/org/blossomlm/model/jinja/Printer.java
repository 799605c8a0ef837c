package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Map;

/** Python's {@code str()} and {@code repr()}. */
final class Printer {
  private final Budget budget;
  private final boolean asciiOnly;
  private final TextBuilder out;

  private Printer(Budget budget, boolean asciiOnly) {
    this.budget = budget;
    this.asciiOnly = asciiOnly;
    this.out = new TextBuilder(budget);
  }

  static StringValue str(Value value, Budget budget) {
    return switch (value) {
      case StringValue string -> string;
      case Undefined undefined -> StringValue.EMPTY;
      default -> repr(value, budget);
    };
  }

  static StringValue repr(Value value, Budget budget) {
    Printer printer = new Printer(budget, false);
    printer.print(value);
    return printer.out.build();
  }

  /** Python's {@code ascii()}. */
  static StringValue ascii(Value value, Budget budget) {
    Printer printer = new Printer(budget, true);
    printer.print(value);
    return printer.out.build();
  }

  private void print(Value value) {
    budget.enter();
    switch (value) {
      case Value.None none -> out.appendTrusted("None");
      case Value.Bool bool -> out.appendTrusted(bool.value() ? "True" : "False");
      case Value.Int integer -> out.appendTrusted(integer.value().toString());
      case Value.Float number -> out.appendTrusted(FloatText.repr(number.value()));
      case StringValue string -> printString(string);
      case ListValue list -> printAll("[", list.elements(), "]");
      case TupleValue tuple ->
          printAll("(", tuple.elements(), tuple.elements().size() == 1 ? ",)" : ")");
      case DictValue dict -> printEntries(dict.entries());
      case DictView view -> {
        out.appendTrusted(view.typeName());
        printAll("([", view.elements(budget), "])");
      }
      case RangeValue range -> out.appendTrusted(printRange(range));
      case Undefined undefined -> out.appendTrusted("Undefined");
      case Namespace namespace -> {
        out.appendTrusted("<Namespace ");
        printEntries(namespace.attributes());
        out.appendTrusted(">");
      }
      case LazyIterator iterator ->
          out.appendTrusted(
              iterator.typeName().equals("generator")
                  ? "<generator object>"
                  : "<" + iterator.typeName() + " object>");
      case BlockReferences references -> out.appendTrusted("<TemplateReference None>");
      case CallableValue callable -> out.appendTrusted(callable.describe());
    }
    budget.leave();
  }

  private static String printRange(RangeValue range) {
    String bounds = range.start() + ", " + range.stop();
    return "range(" + bounds + (range.step() == 1 ? ")" : ", " + range.step() + ")");
  }

  private void printAll(String open, List<Value> elements, String close) {
    out.appendTrusted(open);
    boolean first = true;
    for (Value element : elements) {
      if (!first) {
        out.appendTrusted(", ");
      }
      first = false;
      print(element);
    }
    out.appendTrusted(close);
  }

  private void printEntries(Map<Value, Value> entries) {
    out.appendTrusted("{");
    boolean first = true;
    for (Map.Entry<Value, Value> entry : entries.entrySet()) {
      if (!first) {
        out.appendTrusted(", ");
      }
      first = false;
      print(entry.getKey());
      out.appendTrusted(": ");
      print(entry.getValue());
    }
    out.appendTrusted("}");
  }

  private void printString(StringValue string) {
    if (string.isMarkup()) {
      out.appendTrusted("Markup(");
    }
    String text = string.text();
    char quote = PythonText.quoteFor(text);
    out.appendTrusted(String.valueOf(quote));
    StringBuilder escaped = new StringBuilder();
    int start = 0;
    while (start < text.length()) {
      boolean data = string.isDataAt(start);
      escaped.setLength(0);
      int i = start;
      while (i < text.length() && string.isDataAt(i) == data) {
        int codePoint = text.codePointAt(i);
        PythonText.escape(escaped, codePoint, quote, asciiOnly);
        i += Character.charCount(codePoint);
      }
      out.append(escaped.toString(), data);
      start = i;
    }
    out.appendTrusted(string.isMarkup() ? quote + ")" : String.valueOf(quote));
  }
}
