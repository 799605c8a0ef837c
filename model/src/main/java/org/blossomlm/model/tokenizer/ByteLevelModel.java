package org.blossomlm.model.tokenizer;

import java.util.HashMap;
import java.util.Map;

/** Byte-pair encoding over the bytes of UTF-8. */
final class ByteLevelModel implements SubwordModel {
  private final int[] byteSymbols;
  private final MergeTable merges;
  private final Map<String, Integer> wholeWords;
  private final int unknown;
  private final boolean fuseUnknown;

  /**
   * @param byteSymbols the id of each byte, or -1
   * @param wholeWords words that are taken as they are, without merging; empty if there are none
   * @param unknown the id for bytes that have none; -1 leaves them out
   */
  ByteLevelModel(
      int[] byteSymbols,
      MergeTable merges,
      Map<String, Integer> wholeWords,
      int unknown,
      boolean fuseUnknown) {
    this.byteSymbols = byteSymbols.clone();
    this.merges = merges;
    this.wholeWords = new HashMap<>(wholeWords);
    this.unknown = unknown;
    this.fuseUnknown = fuseUnknown;
  }

  @Override
  public void encode(char[] s, int from, int to, Scratch scratch, IntSink sink) {
    int hash = 0;
    boolean cached = to - from <= WordCache.LONGEST;
    if (cached) {
      hash = WordCache.hash(s, from, to);
      if (scratch.cache.find(s, from, to, hash, sink)) {
        return;
      }
    }
    int start = sink.size();
    Integer whole = wholeWords.isEmpty() ? null : wholeWords.get(new String(s, from, to - from));
    if (whole != null) {
      sink.add(whole);
    } else {
      Merger merger = scratch.merger;
      merger.clear();
      addBytes(s, from, to, merger);
      merger.merge(merges);
      sink.add(merger.symbols(), 0, merger.size());
    }
    if (cached) {
      scratch.cache.put(s, from, to, hash, sink.array(), start, sink.size());
    }
  }

  private void addBytes(char[] s, int from, int to, Merger merger) {
    boolean unknownBefore = false;
    for (int i = from; i < to; i++) {
      int codePoint = s[i];
      if (codePoint < 0x80) {
        unknownBefore = addByte(codePoint, unknownBefore, merger);
        continue;
      }
      if (Character.isHighSurrogate(s[i])) {
        codePoint = Character.toCodePoint(s[i], s[++i]);
      }
      int length = UnknownText.utf8Length(codePoint);
      for (int k = 0; k < length; k++) {
        unknownBefore = addByte(UnknownText.utf8Byte(codePoint, k, length), unknownBefore, merger);
      }
    }
  }

  private boolean addByte(int b, boolean unknownBefore, Merger merger) {
    int symbol = byteSymbols[b];
    if (symbol >= 0) {
      merger.add(symbol);
      return false;
    }
    if (unknown >= 0 && !(fuseUnknown && unknownBefore)) {
      merger.add(unknown);
    }
    return true;
  }
}
