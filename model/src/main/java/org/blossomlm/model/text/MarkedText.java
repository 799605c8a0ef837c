package org.blossomlm.model.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A string in which every UTF-16 unit is either <em>trusted</em> (written by a chat template) or
 * <em>data</em> (came from a message, a tool result or another value that somebody typed). A
 * tokenizer recognises special tokens only where the whole token text is trusted; everything else,
 * byte-pair merges across the border included, is unaffected.
 *
 * <p>A text may also hold <em>boundaries</em>: places where a tokenizer must begin anew, because
 * the model was trained on pieces that were tokenised one by one.
 */
public final class MarkedText {
  private final String text;
  private final BitSet data;
  private final BitSet boundaries;

  private MarkedText(String text, BitSet data, BitSet boundaries) {
    this.text = text;
    this.data = data;
    this.boundaries = boundaries;
  }

  /** Text that may contain special tokens. */
  public static MarkedText trusted(String text) {
    return new MarkedText(text, new BitSet(), new BitSet());
  }

  /** Text in which special-token strings are plain characters. */
  public static MarkedText data(String text) {
    BitSet all = new BitSet(text.length());
    all.set(0, text.length());
    return new MarkedText(text, all, new BitSet());
  }

  public static Builder builder() {
    return new Builder();
  }

  public String text() {
    return text;
  }

  public int length() {
    return text.length();
  }

  /** Whether no unit of {@code [from, to)} is data. */
  public boolean isTrusted(int from, int to) {
    int next = data.nextSetBit(from);
    return next < 0 || next >= to;
  }

  /** Whether the unit at {@code index} is data. */
  public boolean isData(int index) {
    return data.get(index);
  }

  /** The part {@code [from, to)} with its marks. */
  public MarkedText subText(int from, int to) {
    return new MarkedText(
        text.substring(from, to), data.get(from, to), inner(boundaries, from, to));
  }

  /** Boundaries at either end part nothing from nothing. */
  private static BitSet inner(BitSet boundaries, int from, int to) {
    BitSet inner = boundaries.get(from, to);
    inner.clear(0);
    return inner;
  }

  /** The parts between boundaries, in order; one if there is no boundary. */
  public List<MarkedText> pieces() {
    List<MarkedText> pieces = new ArrayList<>();
    int from = 0;
    for (int i = boundaries.nextSetBit(0); i >= 0; i = boundaries.nextSetBit(i + 1)) {
      pieces.add(subText(from, i));
      from = i;
    }
    pieces.add(subText(from, text.length()));
    return pieces;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MarkedText that
        && text.equals(that.text)
        && data.equals(that.data)
        && boundaries.equals(that.boundaries);
  }

  @Override
  public int hashCode() {
    return 31 * text.hashCode() + data.hashCode();
  }

  /** The text alone. */
  @Override
  public String toString() {
    return text;
  }

  /** Appends pieces of either kind. */
  public static final class Builder {
    private final StringBuilder text = new StringBuilder();
    private final BitSet data = new BitSet();
    private final BitSet boundaries = new BitSet();

    private Builder() {}

    public Builder trusted(CharSequence piece) {
      text.append(piece);
      return this;
    }

    public Builder data(CharSequence piece) {
      data.set(text.length(), text.length() + piece.length());
      text.append(piece);
      return this;
    }

    public Builder append(MarkedText piece) {
      int offset = text.length();
      for (int i = piece.data.nextSetBit(0); i >= 0; i = piece.data.nextSetBit(i)) {
        int end = piece.data.nextClearBit(i);
        data.set(offset + i, offset + end);
        i = end;
      }
      piece.boundaries.stream().forEach(i -> boundaries.set(offset + i));
      text.append(piece.text);
      return this;
    }

    /** What follows is tokenised apart from what went before. */
    public Builder boundary() {
      boundaries.set(text.length());
      return this;
    }

    public int length() {
      return text.length();
    }

    public MarkedText build() {
      return new MarkedText(
          text.toString(), (BitSet) data.clone(), inner(boundaries, 0, text.length()));
    }
  }
}
