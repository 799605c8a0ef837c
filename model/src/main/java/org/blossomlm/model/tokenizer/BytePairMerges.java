package org.blossomlm.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.blossomlm.model.ModelException;

/**
 * Collects the merges of a BPE file and makes a model of them. A merge that would make a special
 * token is left out, so that no text can spell one.
 */
final class BytePairMerges {
  private final Vocabulary vocabulary;
  private final String where;
  private final MergeTable table;
  private final Neighbours neighbours;
  private final IntPredicate mergeable;
  private final BitSet parts = new BitSet();
  private final boolean bytes;

  /**
   * @param mergeable which ids belong to the BPE model itself
   * @param bytes whether {@link #byteLevel} will be asked for, otherwise {@link #characters}
   * @param where the field the merges come from, for messages
   */
  BytePairMerges(Vocabulary vocabulary, IntPredicate mergeable, boolean bytes, String where) {
    this.mergeable = mergeable;
    this.vocabulary = vocabulary;
    this.bytes = bytes;
    this.where = where;
    this.table = new MergeTable(vocabulary.size());
    this.neighbours = new Neighbours(bytes ? 0 : 4L * vocabulary.size());
  }

  /**
   * Adds a merge; smaller ranks merge first.
   *
   * @param replace what happens to a pair that is there already: it gets the new rank or keeps the
   *     old one
   */
  void add(int rank, String left, String right, boolean replace) {
    int leftId = find(rank, left);
    int rightId = find(rank, right);
    String merged = left + right;
    int id = find(rank, merged);
    if (vocabulary.kind(id).special()) {
      return;
    }
    if (!bytes) {
      parts.set(leftId);
      parts.set(rightId);
      neighbours.add(merged);
    }
    if (replace || table.find(leftId, rightId) == MergeTable.NONE) {
      table.put(leftId, rightId, rank, id);
    }
  }

  /** A model over bytes. */
  SubwordModel byteLevel(boolean wholeWords, int unknown, boolean fuseUnknown) {
    int[] symbols = new int[256];
    for (int b = 0; b < 256; b++) {
      int id = vocabulary.find(String.valueOf(ByteAlphabet.charOf(b)));
      symbols[b] = id >= 0 && isText(id) ? id : -1;
    }
    return new ByteLevelModel(
        symbols, table, wholeWords ? byteLevelWords() : Map.of(), unknown, fuseUnknown);
  }

  /** A model over characters. */
  SubwordModel characters(boolean wholeTexts, UnknownText unknown) {
    Map<Integer, Integer> characters = new HashMap<>();
    Map<String, Integer> whole = new HashMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.token(id);
      if (token.isEmpty() || !isText(id)) {
        continue;
      }
      if (token.codePointCount(0, token.length()) == 1) {
        characters.put(token.codePointAt(0), id);
      }
      if (wholeTexts) {
        whole.put(token, id);
      }
    }
    return new CharacterModel(
        vocabulary.size(),
        characters,
        new int[0],
        table,
        mergesTextOnly(unknown) ? neighbours : Neighbours.any(),
        whole,
        unknown);
  }

  private Map<String, Integer> byteLevelWords() {
    Map<String, Integer> words = new HashMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      if (!isText(id)) {
        continue;
      }
      int word = id;
      ByteAlphabet.decode(vocabulary.token(id))
          .flatMap(BytePairMerges::text)
          .ifPresent(text -> words.put(text, word));
    }
    return words;
  }

  private static Optional<String> text(byte[] utf8) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Whether text may become this token. */
  private boolean isText(int id) {
    return mergeable.test(id) && !vocabulary.kind(id).special();
  }

  /** Whether tokens for unknown characters stay as they are, so that only characters merge. */
  private boolean mergesTextOnly(UnknownText unknown) {
    return parts.stream()
        .noneMatch(id -> id == unknown.unknown() || ByteTokens.parse(vocabulary.token(id)) >= 0);
  }

  private int find(int rank, String token) {
    int id = vocabulary.find(token);
    if (id < 0 || !mergeable.test(id)) {
      throw new ModelException(
          "%s[%d] names '%s', which is not in the vocabulary".formatted(where, rank, token));
    }
    return id;
  }
}
