package org.blossomlm.model.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Byte-pair encoding over characters, as SentencePiece trains it: nothing splits the text, so in
 * principle the merges of a whole document compete with each other.
 *
 * <p>In practice two neighbouring characters that are next to each other in no token can never end
 * up in one, and what is on one side of such a place cannot influence the other. The text is cut
 * there, which turns it into words again: they fit the cache, and a long document costs linear
 * time. Character pairs are kept as bits of a hash, so now and then a cut is missed; one that is
 * made is always right.
 */
final class CharacterModel implements SubwordModel {
  private final int[] basicPlane = new int[0x10000];
  private final Map<Integer, Integer> supplementary = new HashMap<>();
  private final int tokens;
  private final int[] codePoints;
  private final MergeTable merges;
  private final Neighbours neighbours;
  private final Map<String, Integer> wholeTexts;
  private final UnknownText unknownText;

  /**
   * @param tokens the size of the vocabulary
   * @param characters the symbol of each single character: a token, or {@code tokens} plus an index
   *     into {@code codePoints} for a character that merges but is no token
   * @param neighbours which characters may be merged
   * @param wholeTexts texts that are taken as they are, without merging; empty if there are none
   */
  CharacterModel(
      int tokens,
      Map<Integer, Integer> characters,
      int[] codePoints,
      MergeTable merges,
      Neighbours neighbours,
      Map<String, Integer> wholeTexts,
      UnknownText unknownText) {
    Arrays.fill(basicPlane, -1);
    characters.forEach((codePoint, symbol) -> {
      if (codePoint < 0x10000) {
        basicPlane[codePoint] = symbol;
      } else {
        supplementary.put(codePoint, symbol);
      }
    });
    this.tokens = tokens;
    this.codePoints = codePoints.clone();
    this.merges = merges;
    this.neighbours = neighbours;
    this.wholeTexts = new HashMap<>(wholeTexts);
    this.unknownText = unknownText;
  }

  @Override
  public void encode(char[] s, int from, int to, Scratch scratch, IntSink sink) {
    if (!wholeTexts.isEmpty()) {
      Integer whole = wholeTexts.get(new String(s, from, to - from));
      if (whole != null) {
        sink.add(whole);
        return;
      }
    }
    int start = from;
    int before = -1;
    for (int i = from; i < to; ) {
      int codePoint = Character.codePointAt(s, i, to);
      boolean known = symbol(codePoint) >= 0;
      // Before an unknown character there is no cut: it may share a token with another one.
      if (known && before >= 0 && !neighbours.mayJoin(before, codePoint)) {
        encodeWord(s, start, i, scratch, sink);
        start = i;
      }
      // A character that leaves no trace lets those around it meet.
      if (known || !unknownText.isDropped(codePoint)) {
        before = codePoint;
      }
      i += Character.charCount(codePoint);
    }
    encodeWord(s, start, to, scratch, sink);
  }

  private void encodeWord(char[] s, int from, int to, Scratch scratch, IntSink sink) {
    boolean cached = to - from <= WordCache.LONGEST;
    int hash = 0;
    if (cached) {
      hash = WordCache.hash(s, from, to);
      if (scratch.cache.find(s, from, to, hash, sink)) {
        return;
      }
    }
    int start = sink.size();
    Merger merger = scratch.merger;
    merger.clear();
    addCharacters(s, from, to, merger);
    merger.merge(merges);
    emit(merger, sink);
    if (cached) {
      scratch.cache.put(s, from, to, hash, sink.array(), start, sink.size());
    }
  }

  /**
   * The order of unknown tokens and byte tokens is that of the Hugging Face library: an unknown
   * token waits for the next character that is known.
   */
  private void addCharacters(char[] s, int from, int to, Merger merger) {
    int unknown = unknownText.unknown();
    boolean pending = false;
    for (int i = from; i < to; ) {
      int codePoint = Character.codePointAt(s, i, to);
      i += Character.charCount(codePoint);
      int symbol = symbol(codePoint);
      if (symbol >= 0) {
        if (pending) {
          merger.add(unknown);
          pending = false;
        }
        merger.add(symbol);
      } else if (!unknownText.addBytes(codePoint, merger::add) && unknown >= 0) {
        if (pending && !unknownText.fuse()) {
          merger.add(unknown);
        }
        pending = true;
      }
    }
    if (pending) {
      merger.add(unknown);
    }
  }

  private void emit(Merger merged, IntSink sink) {
    if (codePoints.length == 0) {
      sink.add(merged.symbols(), 0, merged.size());
      return;
    }
    int[] symbols = merged.symbols();
    for (int i = 0; i < merged.size(); i++) {
      if (symbols[i] < tokens) {
        sink.add(symbols[i]);
      } else if (!unknownText.addBytes(codePoints[symbols[i] - tokens], sink::add)
          && unknownText.unknown() >= 0) {
        sink.add(unknownText.unknown());
      }
    }
  }

  private int symbol(int codePoint) {
    if (codePoint < 0x10000) {
      return basicPlane[codePoint];
    }
    Integer symbol = supplementary.get(codePoint);
    return symbol == null ? -1 : symbol;
  }
}
