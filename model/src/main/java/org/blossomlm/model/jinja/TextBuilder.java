package org.blossomlm.model.jinja;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Builds a {@link StringValue} from marked pieces, within the limits. */
final class TextBuilder {
  private final Budget budget;
  private final boolean output;
  private final StringBuilder text = new StringBuilder();
  private boolean data;
  private @Nullable BitSet mixed;

  /** A builder of a string value. */
  TextBuilder(Budget budget) {
    this(budget, false);
  }

  private TextBuilder(Budget budget, boolean output) {
    this.budget = budget;
    this.output = output;
  }

  /** A builder of the rendered text, which has its own limit. */
  static TextBuilder ofOutput(Budget budget) {
    return new TextBuilder(budget, true);
  }

  TextBuilder append(StringValue piece) {
    return append(piece, 0, piece.text().length());
  }

  /** Appends the UTF-16 units {@code [from, to)} of {@code piece}. */
  TextBuilder append(StringValue piece, int from, int to) {
    if (!piece.isMixed()) {
      return append(piece.text(), from, to, piece.isData());
    }
    int start = from;
    while (start < to) {
      boolean kind = piece.isDataAt(start);
      int end = start + 1;
      while (end < to && piece.isDataAt(end) == kind) {
        end++;
      }
      append(piece.text(), start, end, kind);
      start = end;
    }
    return this;
  }

  TextBuilder append(String piece, boolean pieceIsData) {
    return append(piece, 0, piece.length(), pieceIsData);
  }

  TextBuilder appendTrusted(String piece) {
    return append(piece, false);
  }

  private TextBuilder append(String piece, int from, int to, boolean pieceIsData) {
    if (from == to) {
      return this;
    }
    int start = text.length();
    grow((long) to - from);
    text.append(piece, from, to);
    if (start == 0) {
      data = pieceIsData;
    } else if (mixed != null || data != pieceIsData) {
      BitSet units = mixed;
      if (units == null) {
        units = new BitSet(text.length());
        units.set(0, start, data);
        mixed = units;
        data = true;
      }
      units.set(start, text.length(), pieceIsData);
    }
    return this;
  }

  private void grow(long length) {
    long total = text.length() + length;
    if (output) {
      budget.checkOutput(total);
    } else {
      budget.checkText(total);
    }
    budget.work(length);
  }

  int length() {
    return text.length();
  }

  StringValue build() {
    return new StringValue(text.toString(), data, mixed, false);
  }
}
