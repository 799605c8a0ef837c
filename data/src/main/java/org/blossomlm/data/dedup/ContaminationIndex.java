package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.blossomlm.data.dedup.ReferenceTexts.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Finds questions of benchmarks inside other texts: runs of tokens that both have. A question is
 * found where at least a share of its tokens lies in shared runs. Questions shorter than a run are
 * looked for as a whole, those of a few tokens only as the whole of a text.
 */
final class ContaminationIndex {
  /** A question of fewer tokens is part of many innocent texts. */
  private static final int FEWEST_WORDS = 5;

  private static final int FEWEST_CHARACTERS = 7;

  /** A question and where a run of it begins. */
  private record Place(int question, int start) {}

  /** Runs of one length; questions are all Chinese or all others. */
  private static final class Runs {
    private final Map<Long, Integer> numbers = new HashMap<>();
    private final List<LongList> places = new ArrayList<>();

    void add(long hash, Place place) {
      int number = numbers.computeIfAbsent(hash, h -> places.size());
      if (number == places.size()) {
        places.add(new LongList());
      }
      places.get(number).add((long) place.question() << 32 | place.start());
    }
  }

  /**
   * A question found in a text.
   *
   * @param overlap share of its tokens that lie in shared runs
   */
  record Hit(Reference reference, double overlap) {}

  private final List<Reference> references;
  private final int[] sizes;
  private final double share;
  private final Map<Integer, Runs> byLength = new HashMap<>();
  private final Map<Long, Integer> whole = new HashMap<>();

  /**
   * @param characters tokens of a run in Chinese questions
   * @param words tokens of a run in others
   * @param share of a question's tokens that must be found
   */
  ContaminationIndex(List<Reference> references, int characters, int words, double share) {
    this.references = references;
    this.share = share;
    sizes = new int[references.size()];
    for (int q = 0; q < sizes.length; q++) {
      Tokens tokens = Tokens.of(references.get(q).text());
      sizes[q] = tokens.size();
      if (tokens.size() == 0) {
        continue;
      }
      whole.putIfAbsent(tokens.sequence(), q);
      boolean chinese = tokens.isChinese();
      if (tokens.size() < (chinese ? FEWEST_CHARACTERS : FEWEST_WORDS)) {
        continue;
      }
      int length = Math.min(chinese ? characters : words, tokens.size());
      Runs runs = byLength.computeIfAbsent(length, n -> new Runs());
      long[] hashes = Shingles.runs(tokens, length);
      for (int start = 0; start < hashes.length; start++) {
        runs.add(hashes[start], new Place(q, start));
      }
    }
  }

  /** The question of which {@code text} has the largest share, if that is large enough. */
  Optional<Hit> find(String text) {
    Tokens tokens = Tokens.of(text);
    if (tokens.size() == 0) {
      return Optional.empty();
    }
    Integer same = whole.get(tokens.sequence());
    if (same != null) {
      return Optional.of(new Hit(references.get(same), 1));
    }
    Map<Integer, BitSet> covered = new TreeMap<>();
    byLength.forEach((length, runs) -> {
      if (length > tokens.size()) {
        return;
      }
      Set<Long> seen = new HashSet<>();
      for (long hash : Shingles.runs(tokens, length)) {
        Integer number = runs.numbers.get(hash);
        if (number == null || !seen.add(hash)) {
          continue;
        }
        for (long place : runs.places.get(number).toArray()) {
          int start = (int) place;
          covered
              .computeIfAbsent((int) (place >>> 32), q -> new BitSet())
              .set(start, start + length);
        }
      }
    });
    @Nullable Hit best = null;
    for (Map.Entry<Integer, BitSet> entry : covered.entrySet()) {
      int q = entry.getKey();
      double overlap = (double) entry.getValue().cardinality() / sizes[q];
      if (overlap >= share && (best == null || overlap > best.overlap())) {
        best = new Hit(references.get(q), overlap);
      }
    }
    return Optional.ofNullable(best);
  }

  /** How many questions there are. */
  int size() {
    return (int) Arrays.stream(sizes).filter(size -> size > 0).count();
  }
}
