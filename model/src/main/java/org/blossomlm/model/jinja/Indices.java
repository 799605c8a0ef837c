package org.blossomlm.model.jinja;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Python's rules for indices and slices. */
final class Indices {
  private static final BigInteger LARGEST = BigInteger.valueOf(Integer.MAX_VALUE);

  private Indices() {}

  /** The value as an int, the nearest one if it does not fit. */
  static int clamp(BigInteger value) {
    return value.max(LARGEST.negate()).min(LARGEST).intValue();
  }

  /** Whether the value can be an index: an int or a bool. */
  static boolean isIndex(Value value) {
    return value instanceof Value.Int || value instanceof Value.Bool;
  }

  /** The position that {@code index} names in {@code size} elements, or -1 if there is none. */
  static int resolve(Value index, int size) {
    int position = clamp(((Value.Numeric) index).integer());
    int fromStart = position < 0 ? position + size : position;
    return fromStart < 0 || fromStart >= size ? -1 : fromStart;
  }

  /** A bound as {@code str.find} and its like take it, within {@code [0, size]}. */
  static int bound(int index, int size) {
    return Math.clamp(index < 0 ? (long) index + size : index, 0, size);
  }

  /**
   * A slice: {@code count} elements from {@code start}, {@code step} apart, before {@code stop}.
   */
  record Span(int start, int stop, int step, int count) {}

  /**
   * @param start null for "not given"; so for the other two
   * @throws JinjaException if the step is zero
   */
  static Span span(
      @Nullable BigInteger start, @Nullable BigInteger stop, @Nullable BigInteger step, int size) {
    int stride = step == null ? 1 : clamp(step);
    if (stride == 0) {
      throw new JinjaException("slice step cannot be zero");
    }
    int lowest = stride > 0 ? 0 : -1;
    int highest = stride > 0 ? size : size - 1;
    int from =
        start == null ? (stride > 0 ? lowest : highest) : limit(start, size, lowest, highest);
    int to = stop == null ? (stride > 0 ? highest : lowest) : limit(stop, size, lowest, highest);
    long distance = stride > 0 ? (long) to - from : (long) from - to;
    long count = distance <= 0 ? 0 : (distance - 1) / Math.abs((long) stride) + 1;
    return new Span(from, to, stride, (int) count);
  }

  private static int limit(BigInteger index, int size, int lowest, int highest) {
    long position = clamp(index);
    return Math.clamp(position < 0 ? position + size : position, lowest, highest);
  }
}
