package org.blossomlm.model.tokenizer;

import java.util.BitSet;

/** An immutable set of code points; membership in the basic plane is one bit test. */
final class CodePointSet {
  private final BitSet basicPlane;
  private final int[] ranges;
  private final int categories;
  private final boolean whiteSpace;
  private final boolean negated;

  private CodePointSet(int[] ranges, int categories, boolean whiteSpace, boolean negated) {
    this.ranges = ranges;
    this.categories = categories;
    this.whiteSpace = whiteSpace;
    this.negated = negated;
    this.basicPlane = new BitSet(0x10000);
    for (int c = 0; c < 0x10000; c++) {
      basicPlane.set(c, test(c));
    }
  }

  /**
   * A union, perhaps negated.
   *
   * @param ranges first and last code point of each range
   * @param categories bit {@code 1 << Character.getType(c)} for each general category
   * @param whiteSpace whether the property White_Space is part of it
   */
  static CodePointSet of(int[] ranges, int categories, boolean whiteSpace, boolean negated) {
    return new CodePointSet(ranges.clone(), categories, whiteSpace, negated);
  }

  boolean contains(int codePoint) {
    return codePoint < 0x10000 ? basicPlane.get(codePoint) : test(codePoint);
  }

  /** Whether the code point that starts at {@code s[i]} is in the set; false at the end. */
  boolean at(char[] s, int i, int end) {
    return i < end
        && contains(Character.isHighSurrogate(s[i]) ? Character.toCodePoint(s[i], s[i + 1]) : s[i]);
  }

  private boolean test(int codePoint) {
    boolean in = (categories >>> Character.getType(codePoint) & 1) != 0;
    in |= whiteSpace && (CharClass.of(codePoint) & CharClass.SPACE) != 0;
    for (int i = 0; i < ranges.length && !in; i += 2) {
      in = codePoint >= ranges[i] && codePoint <= ranges[i + 1];
    }
    return in != negated;
  }
}
