package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.dedup.VectorField.Vector;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/**
 * Finds records with vectors of nearly the same direction. A record belongs to the first record
 * before it that is like it and belongs to no other itself; so everything that goes is like what
 * stays, and no chain of small steps leads from one meaning to another.
 *
 * <p>Every record is compared with every one that stays, by 64 bytes of signs ({@link SignSketch}),
 * which takes a few nanoseconds; the vectors of those that may be alike are read again and compared
 * exactly. So nothing is missed but one pair in millions right at the threshold, whatever the
 * vectors look like: vectors of small models crowd into a part of the space, where buckets of
 * locality-sensitive hashing fill up. Memory: 80 bytes a record and two fixed buffers. The time
 * grows with the square of the records: a hundred thousand take about half a minute of one core, a
 * million about an hour.
 */
final class SemanticDuplicates {
  private static final int ROWS = 1024;
  private static final long MOST_PAIRS = 2L << 20;
  private static final long MOST_VALUES = 8L << 20;

  private final RecordSet input;
  private final VectorField field;
  private final double threshold;
  private final Map<String, Double> thresholds;
  private final Clusters clusters;
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private long compared;

  /** Records whose vectors are of one model. */
  private static final class Group {
    final double threshold;
    final int mostDifferent;
    final LongList sketches = new LongList();
    final LongList records = new LongList();
    final HashIndex identities = new HashIndex(16);
    int dimension;

    Group(double threshold) {
      this.threshold = threshold;
      this.mostDifferent = SignSketch.mostDifferent(threshold);
    }
  }

  /**
   * What the first pass makes of a record.
   *
   * @param dimension of its vector, 0 where it has none
   */
  private record Sketch(String language, int dimension, long identity, long[] signs) {}

  private SemanticDuplicates(
      RecordSet input, VectorField field, double threshold, Map<String, Double> thresholds) {
    if (input.size() > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "deduplication takes at most "
              + (Integer.MAX_VALUE - 8)
              + " records, and there are "
              + input.size()
              + "; split the data set");
    }
    this.input = input;
    this.field = field;
    this.threshold = threshold;
    this.thresholds = thresholds;
    clusters = new Clusters(Math.toIntExact(input.size()));
  }

  /** What was found. */
  record Result(Clusters clusters, long comparedPairs) {}

  /**
   * Clusters of records, each around its first.
   *
   * @param threshold the least cosine, for vectors of a model for all languages
   * @param thresholds the least cosine by the language of the model
   */
  static Result find(
      RecordSet input,
      VectorField field,
      double threshold,
      Map<String, Double> thresholds,
      long seed)
      throws InterruptedException {
    SemanticDuplicates search = new SemanticDuplicates(input, field, threshold, thresholds);
    search.sketch(new SignSketch(seed));
    for (Group group : search.groups.values()) {
      search.search(group);
    }
    return new Result(search.clusters, search.compared);
  }

  private void sketch(SignSketch sketches) throws InterruptedException {
    int[] next = {0};
    new Batches<Vector, Sketch>(
            field::read,
            vector -> vector.values().length,
            vector ->
                new Sketch(
                    vector.language(),
                    vector.values().length,
                    identity(vector.values()),
                    vector.isEmpty() ? new long[0] : sketches.of(vector.values())),
            sketch -> add(next[0]++, sketch))
        .readAll(input);
  }

  private static long identity(float[] vector) {
    long hash = vector.length;
    for (float x : vector) {
      hash = Tokens.mix(hash * 31 + Float.floatToIntBits(x));
    }
    return hash;
  }

  private void add(int record, Sketch sketch) {
    int dimension = sketch.dimension();
    if (dimension == 0) {
      return;
    }
    String language = sketch.language();
    Group group =
        groups.computeIfAbsent(
            language, name -> new Group(thresholds.getOrDefault(name, threshold)));
    if (group.dimension == 0) {
      group.dimension = dimension;
    } else if (group.dimension != dimension) {
      throw new DataException(
          "vectors%s of %d and of %d numbers: they come from different models"
              .formatted(language.isEmpty() ? "" : " of " + language, group.dimension, dimension));
    }
    int same = group.identities.putIfAbsent(sketch.identity(), record);
    if (same != HashIndex.ABSENT) {
      clusters.union(same, record);
      return;
    }
    group.records.add(record);
    for (long word : sketch.signs()) {
      group.sketches.add(word);
    }
  }

  private void search(Group group) throws InterruptedException {
    long[] sketches = group.sketches.toArray();
    int size = group.records.size();
    int[] staying = new int[size];
    int stays = 0;
    int from = 0;
    int rows = ROWS;
    while (from < size) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int to = Math.min(size, from + rows);
      long[] pairs = candidates(group, sketches, Arrays.copyOf(staying, stays), from, to);
      if (pairs.length > MOST_PAIRS && rows > 1) {
        rows /= 2; // Many are alike: fewer at once.
        continue;
      }
      Set<Integer> gone = compare(group, pairs);
      for (int i = from; i < to; i++) {
        if (!gone.contains(i)) {
          staying[stays++] = i;
        }
      }
      from = to;
    }
  }

  /**
   * Pairs that may be alike: a record of the rows, and one before it that stays or is of the rows
   * too; in order of the first, then of the second. More than {@link #MOST_PAIRS}, in no order and
   * not all, where there are too many for the buffer.
   */
  private static long[] candidates(Group group, long[] sketches, int[] staying, int from, int to) {
    LongAdder found = new LongAdder();
    List<long[]> rows =
        IntStream.range(from, to)
            .parallel()
            .mapToObj(row -> {
              LongList pairs = new LongList();
              if (to - from == 1 || found.sum() <= MOST_PAIRS) {
                for (int other : staying) {
                  if (near(sketches, row, other, group.mostDifferent)) {
                    pairs.add((long) row << 32 | other);
                  }
                }
                for (int other = from; other < row; other++) {
                  if (near(sketches, row, other, group.mostDifferent)) {
                    pairs.add((long) row << 32 | other);
                  }
                }
                found.add(pairs.size());
              }
              return pairs.toArray();
            })
            .toList();
    return rows.stream().flatMapToLong(Arrays::stream).toArray();
  }

  private static boolean near(long[] sketches, int a, int b, int most) {
    int i = a * SignSketch.WORDS;
    int j = b * SignSketch.WORDS;
    int different =
        Long.bitCount(sketches[i] ^ sketches[j])
            + Long.bitCount(sketches[i + 1] ^ sketches[j + 1])
            + Long.bitCount(sketches[i + 2] ^ sketches[j + 2])
            + Long.bitCount(sketches[i + 3] ^ sketches[j + 3]);
    if (different > most) {
      return false;
    }
    different +=
        Long.bitCount(sketches[i + 4] ^ sketches[j + 4])
            + Long.bitCount(sketches[i + 5] ^ sketches[j + 5])
            + Long.bitCount(sketches[i + 6] ^ sketches[j + 6])
            + Long.bitCount(sketches[i + 7] ^ sketches[j + 7]);
    return different <= most;
  }

  /**
   * Looks at pairs exactly.
   *
   * @return those of the rows that belong to another, as members of the group
   */
  private Set<Integer> compare(Group group, long[] pairs) throws InterruptedException {
    Set<Integer> gone = new HashSet<>();
    int from = 0;
    while (from < pairs.length) {
      Set<Integer> members = new HashSet<>();
      int to = from;
      while (to < pairs.length
          && (to == from || (long) members.size() * group.dimension < MOST_VALUES)) {
        members.add((int) (pairs[to] >>> 32));
        members.add((int) pairs[to]);
        to++;
      }
      Map<Integer, Vector> vectors = read(group, members);
      for (int i = from; i < to; i++) {
        int row = (int) (pairs[i] >>> 32);
        int other = (int) pairs[i];
        if (!gone.contains(row) && !gone.contains(other)) {
          compared++;
          Vector a = Objects.requireNonNull(vectors.get(row));
          Vector b = Objects.requireNonNull(vectors.get(other));
          if (field.cosine(a, b) >= group.threshold) {
            gone.add(row);
            clusters.union((int) group.records.get(other), (int) group.records.get(row));
          }
        }
      }
      from = to;
    }
    return gone;
  }

  private Map<Integer, Vector> read(Group group, Set<Integer> members) throws InterruptedException {
    int[] order = members.stream().mapToInt(Integer::intValue).sorted().toArray();
    long[] indices = IntStream.of(order).mapToLong(group.records::get).toArray();
    List<Vector> found = new ArrayList<>(order.length);
    input.forEach(indices, record -> found.add(field.read(record)));
    Map<Integer, Vector> vectors = HashMap.newHashMap(order.length);
    for (int i = 0; i < order.length; i++) {
      vectors.put(order[i], found.get(i));
    }
    return vectors;
  }
}
