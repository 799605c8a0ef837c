package org.blossomlm.train.example;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.model.tokenizer.TokenStreamDecoder;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A sample for people to look at: its text token by token, with what is learnt. */
public final class ExampleText {
  private ExampleText() {}

  /**
   * A token.
   *
   * @param text what it adds; empty for the first bytes of a character that the next ones complete
   */
  public record Piece(int id, String text, boolean special, boolean learnt) {}

  /** The tokens of {@code example}, in order. */
  public static List<Piece> of(Example example, Tokenizer tokenizer) {
    TokenStreamDecoder decoder = tokenizer.streamDecoder(true);
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < example.length(); i++) {
      int id = example.tokens()[i];
      String text = decoder.accept(id);
      if (i == example.length() - 1) {
        text += decoder.finish();
      }
      pieces.add(new Piece(id, text, tokenizer.isSpecial(id), example.learnt()[i]));
    }
    return pieces;
  }
}
