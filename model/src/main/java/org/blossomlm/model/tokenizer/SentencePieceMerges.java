package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;

/**
 * Derives pair merges from a SentencePiece vocabulary, which has scores instead: two neighbours
 * merge if their text together is a token, the token with the highest score first. Every way to
 * write a token as two parts that are themselves symbols becomes a pair whose rank is the place of
 * the token's score.
 *
 * <p>As in SentencePiece, control, unknown and byte tokens are never the outcome of a merge: text
 * cannot spell them.
 */
final class SentencePieceMerges {
  /** Longer tokens would make loading quadratic; real ones have some hundred characters at most. */
  static final int LONGEST_TOKEN = 4096;

  private final Vocabulary vocabulary;
  private final int[] ranks;
  private final Map<Integer, Integer> characters = new HashMap<>();
  private final List<Integer> inner = new ArrayList<>();

  SentencePieceMerges(Vocabulary vocabulary, float[] scores) {
    this.vocabulary = vocabulary;
    this.ranks = ranks(scores);
  }

  SubwordModel model(UnknownText unknown) {
    long pairs = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.token(id);
      if (!merges(id)) {
        continue;
      }
      if (token.length() > LONGEST_TOKEN) {
        throw new ModelException(
            "tokenizer.ggml.tokens[%d] has %d characters; at most %d are allowed"
                .formatted(id, token.length(), LONGEST_TOKEN));
      }
      pairs += token.length();
      if (token.codePointCount(0, token.length()) == 1) {
        characters.put(token.codePointAt(0), id);
      }
    }
    Neighbours neighbours = new Neighbours(pairs);
    MergeTable table = new MergeTable(vocabulary.size());
    for (int id = 0; id < vocabulary.size(); id++) {
      if (merges(id)) {
        String token = vocabulary.token(id);
        neighbours.add(token);
        addPairs(token, id, table);
      }
    }
    int[] codePoints = inner.stream().mapToInt(Integer::intValue).toArray();
    return new CharacterModel(
        vocabulary.size(), characters, codePoints, table, neighbours, Map.of(), unknown);
  }

  private void addPairs(String token, int id, MergeTable table) {
    for (int i = token.offsetByCodePoints(0, 1); i < token.length(); ) {
      int left = symbol(token, 0, i);
      int right = left < 0 ? -1 : symbol(token, i, token.length());
      if (right >= 0) {
        table.put(left, right, ranks[id], id);
      }
      i += Character.charCount(token.codePointAt(i));
    }
  }

  private int symbol(String token, int from, int to) {
    int first = token.codePointAt(from);
    if (from + Character.charCount(first) == to) {
      return characters.computeIfAbsent(
          first,
          c -> {
            inner.add(c);
            return vocabulary.size() + inner.size() - 1;
          });
    }
    int id = vocabulary.find(token.substring(from, to));
    return id >= 0 && merges(id) ? id : -1;
  }

  private boolean merges(int id) {
    return !vocabulary.token(id).isEmpty()
        && switch (vocabulary.kind(id)) {
          case NORMAL, USER_DEFINED, UNUSED -> true;
          case CONTROL, UNKNOWN, BYTE -> false;
        };
  }

  /** Equal scores share a rank, the highest score has rank 0. */
  private static int[] ranks(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    int[] ranks = new int[scores.length];
    int distinct = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[distinct++] = sorted[i];
      }
    }
    for (int id = 0; id < scores.length; id++) {
      // Adding zero turns -0 into 0, which equals it but sorts after it.
      int place = Arrays.binarySearch(sorted, 0, distinct, scores[id] + 0f);
      ranks[id] = distinct - 1 - (place < 0 ? -place - 1 : place);
    }
    return ranks;
  }
}
