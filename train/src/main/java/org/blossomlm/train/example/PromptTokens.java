package org.blossomlm.train.example;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * Tokens of rendered text, as the engine makes them of a prompt, with the places of some
 * characters.
 */
final class PromptTokens {
  private final Tokenizer tokenizer;

  PromptTokens(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * @param at how many tokens are before each of the places that were asked for
   */
  record Placed(int[] tokens, int[] at) {}

  /**
   * Encodes {@code text} so that no token reaches over one of {@code cuts}, and the tokens before a
   * cut are those of the text before it alone: the prompt that a model sees when it begins an
   * answer there. Where that is not so by itself, the tokenizer begins anew at the cut.
   *
   * @param cuts rising
   */
  Placed encode(MarkedText text, int[] cuts) {
    int[] whole = ids(text);
    int[] at = piecewise(text, cuts, whole);
    if (at.length < cuts.length) {
      at = new int[cuts.length];
      MarkedText divided = text;
      for (int i = 0; i < cuts.length; i++) {
        int[] before = ids(divided.subText(0, cuts[i]));
        if (!begins(whole, before)) {
          divided =
              MarkedText.builder()
                  .append(divided.subText(0, cuts[i]))
                  .boundary()
                  .append(divided.subText(cuts[i], divided.length()))
                  .build();
          whole = ids(divided);
        }
        at[i] = before.length;
      }
    }
    return withBos(new Placed(whole, at));
  }

  /** How many tokens of {@code placed} are of {@code text} up to {@code end}, whole ones only. */
  int tokensBefore(Placed placed, MarkedText text, int end) {
    int[] before = withBos(new Placed(ids(text.subText(0, end)), new int[0])).tokens();
    int common = Arrays.mismatch(before, placed.tokens());
    return common < 0 ? before.length : common;
  }

  /** The usual case: the pieces between the cuts, one by one, give the same as the whole. */
  private int[] piecewise(MarkedText text, int[] cuts, int[] whole) {
    int[] at = new int[cuts.length];
    int tokens = 0;
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : text.length();
      int[] piece = ids(text.subText(from, to));
      if (tokens + piece.length > whole.length
          || !Arrays.equals(piece, 0, piece.length, whole, tokens, tokens + piece.length)) {
        return new int[0];
      }
      tokens += piece.length;
      from = to;
      if (i < cuts.length) {
        at[i] = tokens;
      }
    }
    return tokens == whole.length ? at : new int[0];
  }

  private static boolean begins(int[] whole, int[] before) {
    return before.length <= whole.length
        && Arrays.equals(whole, 0, before.length, before, 0, before.length);
  }

  private int[] ids(MarkedText text) {
    if (text.length() == 0) {
      return new int[0];
    }
    return text.pieces().stream()
        .flatMapToInt(piece -> IntStream.of(tokenizer.encode(piece, false)))
        .toArray();
  }

  /** A template that writes BOS itself gets no second one. */
  private Placed withBos(Placed placed) {
    int[] tokens = placed.tokens();
    if (!tokenizer.addBos()
        || tokenizer.bos().isEmpty()
        || (tokens.length > 0 && tokens[0] == tokenizer.bos().getAsInt())) {
      return placed;
    }
    int[] longer = new int[tokens.length + 1];
    longer[0] = tokenizer.bos().getAsInt();
    System.arraycopy(tokens, 0, longer, 1, tokens.length);
    return new Placed(longer, IntStream.of(placed.at()).map(place -> place + 1).toArray());
  }
}
