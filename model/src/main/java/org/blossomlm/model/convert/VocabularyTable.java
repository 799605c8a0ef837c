package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tokenizer.TokenKind;
import org.jspecify.annotations.Nullable;

/**
 * A vocabulary as GGUF keeps it: as many entries as the embedding has rows. Ids that the tokenizer
 * does not use are {@code [PADn]}, as llama.cpp's converters name them.
 */
final class VocabularyTable {
  static final String LOWER_BLOCK = "\u2581";

  /** What llama.cpp's converters give to ids without a piece, and to added tokens. */
  private static final float PADDING_SCORE = -10_000;

  private static final float ADDED_SCORE = -1_000;

  private final @Nullable String[] tokens;
  private final TokenKind[] kinds;
  private final float[] scores;
  private final List<String> notes;

  /** Ids by token, filled when one is looked for. */
  private final Map<String, Integer> found = new HashMap<>();

  VocabularyTable(int size, List<String> notes) {
    this.tokens = new String[size];
    this.kinds = new TokenKind[size];
    this.scores = new float[size];
    this.notes = notes;
    Arrays.fill(kinds, TokenKind.UNUSED);
    Arrays.fill(scores, PADDING_SCORE);
  }

  /** How an id without a token is spelt. */
  static String padding(int id) {
    return "[PAD" + id + "]";
  }

  int size() {
    return tokens.length;
  }

  void set(int id, String token, TokenKind kind, float score) {
    tokens[id] = token;
    kinds[id] = kind;
    scores[id] = score;
    found.clear();
  }

  String token(int id) {
    String token = tokens[id];
    return token == null ? padding(id) : token;
  }

  void score(int id, float score) {
    scores[id] = score;
  }

  /**
   * A token that is found in text as a whole. One that the embedding has no row for is left out.
   */
  void add(int id, String content, boolean special) {
    if (id >= tokens.length) {
      notes.add(
          "token '%s' has id %d, but the model has %d rows only; it was left out"
              .formatted(content, id, tokens.length));
      return;
    }
    boolean control = special || looksSpecial(content);
    TokenKind marked = kinds[id] == TokenKind.UNKNOWN ? TokenKind.UNKNOWN : TokenKind.CONTROL;
    set(
        id,
        control ? content : content.replace(LOWER_BLOCK, " "),
        control ? marked : TokenKind.USER_DEFINED,
        token(id).equals(content) ? scores[id] : ADDED_SCORE);
  }

  /** Some files do not mark tokens as special that no text should ever become. */
  private static boolean looksSpecial(String token) {
    return (token.startsWith("<|") && token.endsWith("|>"))
        || (token.startsWith("<\uFF5C") && token.endsWith("\uFF5C>"))
        || (token.startsWith("<unused") && token.endsWith(">"))
        || token.equals("<pad>")
        || token.equals("<mask>");
  }

  OptionalInt find(String token) {
    return ids().containsKey(token) ? OptionalInt.of(ids().get(token)) : OptionalInt.empty();
  }

  private Map<String, Integer> ids() {
    if (found.isEmpty()) {
      for (int id = 0; id < tokens.length; id++) {
        found.putIfAbsent(token(id), id);
      }
    }
    return found;
  }

  void writeTo(GgufMetadata.Builder metadata, boolean withScores) {
    metadata.put(
        "tokenizer.ggml.tokens",
        GgufArray.ofStrings(IntStream.range(0, tokens.length).mapToObj(this::token).toList()));
    if (withScores) {
      metadata.put("tokenizer.ggml.scores", GgufArray.ofFloats(scores));
    }
    metadata.put(
        "tokenizer.ggml.token_type",
        GgufArray.ofInts(Arrays.stream(kinds).mapToInt(TokenKind::ggufId).toArray()));
  }
}
