package org.blossomlm.model.tokenizer;

/**
 * A token that is found in text as a whole, before anything is merged. The flags are those of
 * {@code added_tokens} in {@code tokenizer.json}.
 *
 * @param special recognised in trusted text only
 * @param normalized looked for in the normalised text instead of the raw one
 * @param leftStrip takes the white space before it along
 * @param rightStrip takes the white space after it along
 * @param singleWord not recognised inside a word
 */
record AddedToken(
    int id,
    String content,
    boolean special,
    boolean normalized,
    boolean leftStrip,
    boolean rightStrip,
    boolean singleWord) {

  static AddedToken plain(int id, String content, boolean special) {
    return new AddedToken(id, content, special, false, false, false, false);
  }

  /** The same token, looked for as another text. */
  AddedToken withContent(String other) {
    return new AddedToken(id, other, special, normalized, leftStrip, rightStrip, singleWord);
  }
}
