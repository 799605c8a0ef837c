package org.blossomlm.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/**
 * Finds the merges of a byte-pair vocabulary (Sennrich et al. 2016): again and again the most
 * frequent pair of neighbours becomes a token; among equally frequent ones the pair of the smaller
 * ids, the left one first. Counts are kept up to date by looking only at the words in which a pair
 * is, and a queue holds the pairs by the count that they had when they last grew; one that has
 * shrunk meanwhile goes back into it.
 *
 * <p>Both rules, and when a pair enters the queue, are those of Hugging Face's library, so that the
 * same words give the same merges.
 */
final class PairMerger {
  private final WordCounts words;
  private final int[] symbols;
  private final int[] lengths;
  private final PairTable pairs = new PairTable();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();
  private final List<String> tokens;
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * @param tokens those that are there before any merge: special ones, then bytes
   * @param byteIds the id of each byte
   */
  PairMerger(WordCounts words, List<String> tokens, int[] byteIds) {
    this.words = words;
    this.tokens = new ArrayList<>(tokens);
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    symbols = new int[words.byteSize()];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = byteIds[words.bytes()[i] & 0xFF];
    }
    lengths = new int[words.size()];
    for (int word = 0; word < lengths.length; word++) {
      lengths[word] = words.end(word) - words.start(word);
    }
  }

  private record Candidate(long pair, long count, int[] words) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  /** The tokens in the order of their ids, and the merges in that of their ranks. */
  record Result(List<String> tokens, List<Merge> merges) {}

  record Merge(String left, String right) {}

  /**
   * Merges until there are {@code size} tokens, or no pair occurs {@code leastCount} times.
   *
   * @param progress is told the number of tokens
   */
  Result run(int size, long leastCount, IntConsumer progress) {
    countPairs();
    // A pair may come twice, where two ways lead to one token; the later rank counts.
    Map<Long, Integer> ranks = new LinkedHashMap<>();
    int rank = 0;
    while (tokens.size() < size) {
      Candidate best = queue.poll();
      if (best == null) {
        break;
      }
      long count = pairs.count(best.pair());
      if (count != best.count()) {
        if (count > 0) {
          queue.add(new Candidate(best.pair(), count, best.words()));
        }
        continue;
      }
      if (count < leastCount) {
        break;
      }
      int left = PairTable.left(best.pair());
      int right = PairTable.right(best.pair());
      String text = tokens.get(left) + tokens.get(right);
      int id = ids.computeIfAbsent(text, added -> tokens.size());
      if (id == tokens.size()) {
        tokens.add(text);
      }
      ranks.remove(best.pair());
      ranks.put(best.pair(), rank++);
      for (int word : best.words()) {
        merge(word, left, right, id);
      }
      queueGrown();
      progress.accept(tokens.size());
    }
    List<Merge> merges = new ArrayList<>();
    for (long pair : ranks.keySet()) {
      merges.add(new Merge(tokens.get(PairTable.left(pair)), tokens.get(PairTable.right(pair))));
    }
    return new Result(List.copyOf(tokens), merges);
  }

  private void countPairs() {
    for (int word = 0; word < lengths.length; word++) {
      int start = words.start(word);
      long count = words.count(word);
      for (int i = start; i + 1 < start + lengths[word]; i++) {
        pairs.change(symbols[i], symbols[i + 1], count, word);
      }
    }
    queueGrown();
  }

  private void queueGrown() {
    pairs.takeGrown((pair, count, in) -> {
      if (count > 0) {
        queue.add(new Candidate(pair, count, in));
      }
    });
  }

  /** Replaces the pair in a word, from left to right, and counts what that changes. */
  private void merge(int word, int left, int right, int id) {
    int start = words.start(word);
    int end = start + lengths[word];
    long count = words.count(word);
    int out = start;
    for (int in = start; in < end; ) {
      if (symbols[in] != left || in + 1 >= end || symbols[in + 1] != right) {
        symbols[out++] = symbols[in++];
        continue;
      }
      in += 2;
      if (out > start) {
        pairs.change(symbols[out - 1], left, -count, word);
        pairs.change(symbols[out - 1], id, count, word);
      }
      if (in < end) {
        pairs.change(right, symbols[in], -count, word);
        pairs.change(id, symbols[in], count, word);
      }
      symbols[out++] = id;
    }
    lengths[word] = out - start;
  }

  /** The 256 tokens of single bytes, in the order of the characters that spell them. */
  static List<String> alphabet() {
    List<String> alphabet = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      alphabet.add(String.valueOf(ByteAlphabet.charOf(b)));
    }
    alphabet.sort(null);
    return alphabet;
  }

  /** UTF-8 of {@code chars[from, to)} into {@code bytes}, from its start. */
  static byte[] utf8(char[] chars, int from, int to) {
    return new String(chars, from, to - from).getBytes(StandardCharsets.UTF_8);
  }
}
