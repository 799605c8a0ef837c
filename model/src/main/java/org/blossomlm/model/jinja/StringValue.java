package org.blossomlm.model.jinja;

import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.blossomlm.model.text.MarkedText;
import org.jspecify.annotations.Nullable;

/**
 * A string that knows which of its UTF-16 units are data. Nearly all strings are of one kind, which
 * costs one flag; only mixed ones carry a bit per unit. Positions in this class are UTF-16 units;
 * Python's code points are counted by {@link #size()} and {@link #offset(int)}. Equality is that of
 * the text, as a template must not see the difference.
 */
final class StringValue implements Value {
  static final StringValue EMPTY = trusted("");

  private final String text;
  private final boolean data;
  private final @Nullable BitSet mixed;
  private final boolean markup;
  private final int size;

  /**
   * @param data whether all units are data; for mixed text, whether any is
   * @param mixed the units that are data, where not all are of one kind
   * @param markup whether {@code safe} or {@code escape} made it: such text escapes what is added
   */
  StringValue(String text, boolean data, @Nullable BitSet mixed, boolean markup) {
    this.text = text;
    this.data = data;
    this.mixed = mixed;
    this.markup = markup;
    this.size = text.codePointCount(0, text.length());
  }

  static StringValue trusted(String text) {
    return new StringValue(text, false, null, false);
  }

  static StringValue marked(String text, boolean data) {
    return new StringValue(text, data, null, false);
  }

  static StringValue of(MarkedText marked) {
    int length = marked.length();
    BitSet units = new BitSet(length);
    for (int i = 0; i < length; i++) {
      units.set(i, marked.isData(i));
    }
    int count = units.cardinality();
    boolean uniform = count == 0 || count == length;
    return new StringValue(marked.text(), count > 0, uniform ? null : units, false);
  }

  String text() {
    return text;
  }

  boolean isData() {
    return data;
  }

  boolean isMarkup() {
    return markup;
  }

  boolean isMixed() {
    return mixed != null;
  }

  boolean isDataAt(int unit) {
    return mixed == null ? data : mixed.get(unit);
  }

  /** Length in code points, Python's {@code len}. */
  int size() {
    return size;
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /** The UTF-16 unit where code point {@code index} starts. */
  int offset(int index) {
    return size == text.length() ? index : text.offsetByCodePoints(0, index);
  }

  /** The code point index of UTF-16 unit {@code unit}. */
  int index(int unit) {
    return size == text.length() ? unit : text.codePointCount(0, unit);
  }

  /** The units {@code [from, to)}. */
  StringValue substring(int from, int to) {
    if (from == 0 && to == text.length()) {
      return this;
    }
    String part = text.substring(from, to);
    if (mixed == null) {
      return new StringValue(part, data && !part.isEmpty(), null, markup);
    }
    BitSet units = mixed.get(from, to);
    int count = units.cardinality();
    boolean uniform = count == 0 || count == part.length();
    return new StringValue(part, count > 0, uniform ? null : units, markup);
  }

  /** The result of an operation that says nothing of single characters: data if any of this is. */
  StringValue derive(String result) {
    return new StringValue(result, data && !result.isEmpty(), null, markup);
  }

  /** The result of an operation on each character: keeps the marks if the length stays. */
  StringValue map(UnaryOperator<String> operation) {
    String result = operation.apply(text);
    return mixed != null && result.length() == text.length()
        ? new StringValue(result, data, mixed, markup)
        : derive(result);
  }

  StringValue asMarkup() {
    return markup ? this : new StringValue(text, data, mixed, true);
  }

  StringValue asPlain() {
    return markup ? new StringValue(text, data, mixed, false) : this;
  }

  /** Appends the text with its marks. */
  void appendTo(MarkedText.Builder out) {
    if (mixed == null) {
      if (data) {
        out.data(text);
      } else {
        out.trusted(text);
      }
      return;
    }
    int from = 0;
    while (from < text.length()) {
      boolean kind = mixed.get(from);
      int to = kind ? mixed.nextClearBit(from) : mixed.nextSetBit(from);
      to = to < 0 || to > text.length() ? text.length() : to;
      if (kind) {
        out.data(text.substring(from, to));
      } else {
        out.trusted(text.substring(from, to));
      }
      from = to;
    }
  }

  MarkedText toMarkedText() {
    MarkedText.Builder out = MarkedText.builder();
    appendTo(out);
    return out.build();
  }

  @Override
  public String typeName() {
    return markup ? "Markup" : "str";
  }

  @Override
  public boolean isTrue() {
    return !text.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StringValue that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
