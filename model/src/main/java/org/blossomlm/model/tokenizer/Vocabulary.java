package org.blossomlm.model.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.blossomlm.model.ModelException;

/** The entries of a vocabulary by id and by spelling. Immutable once a tokenizer holds it. */
final class Vocabulary {
  private final String[] tokens;
  private final TokenKind[] kinds;
  private final Map<String, Integer> ids;

  private Vocabulary(String[] tokens, TokenKind[] kinds, Map<String, Integer> ids) {
    this.tokens = tokens;
    this.kinds = kinds;
    this.ids = ids;
  }

  /**
   * Indexes {@code tokens}. Empty spellings are holes: they keep their id and are never found.
   *
   * @param duplicate makes the error for a spelling that two ids share
   */
  static Vocabulary of(
      String[] tokens, TokenKind[] kinds, BiFunction<Integer, Integer, ModelException> duplicate) {
    Map<String, Integer> ids = HashMap.newHashMap(tokens.length);
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id].isEmpty()) {
        continue;
      }
      Integer other = ids.putIfAbsent(tokens[id], id);
      if (other != null) {
        throw duplicate.apply(other, id);
      }
    }
    return new Vocabulary(tokens, kinds, ids);
  }

  int size() {
    return tokens.length;
  }

  boolean contains(int id) {
    return id >= 0 && id < tokens.length;
  }

  String token(int id) {
    return tokens[check(id)];
  }

  TokenKind kind(int id) {
    return kinds[check(id)];
  }

  /** The id spelt {@code token}, or -1. */
  int find(String token) {
    Integer id = ids.get(token);
    return id == null ? -1 : id;
  }

  OptionalInt id(String token) {
    int id = find(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private int check(int id) {
    if (!contains(id)) {
      throw new IllegalArgumentException(
          "token id out of range: " + id + "; the vocabulary has " + tokens.length + " tokens");
    }
    return id;
  }
}
