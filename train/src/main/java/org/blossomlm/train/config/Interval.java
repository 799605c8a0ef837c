package org.blossomlm.train.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers that are allowed.
 *
 * @param text as mathematicians write it: {@code (0,1]}; without a bound there is none
 */
public record Interval(
    String text, double low, boolean lowIncluded, double high, boolean highIncluded) {
  private static final Pattern FORM = Pattern.compile("([\\[(])([^,]*),([^,]*)([\\])])");

  static Interval of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not an interval: " + text);
    }
    return new Interval(
        text,
        matcher.group(2).isEmpty()
            ? Double.NEGATIVE_INFINITY
            : Double.parseDouble(matcher.group(2)),
        matcher.group(1).equals("["),
        matcher.group(3).isEmpty()
            ? Double.POSITIVE_INFINITY
            : Double.parseDouble(matcher.group(3)),
        matcher.group(4).equals("]"));
  }

  boolean contains(double number) {
    return (lowIncluded ? number >= low : number > low)
        && (highIncluded ? number <= high : number < high);
  }

  boolean hasLow() {
    return !Double.isInfinite(low);
  }

  boolean hasHigh() {
    return !Double.isInfinite(high);
  }
}
