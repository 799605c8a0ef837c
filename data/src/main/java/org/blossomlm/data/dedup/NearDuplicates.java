package org.blossomlm.data.dedup;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.dedup.Similarity.Sketch;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/**
 * Finds clusters of similar records by locality-sensitive hashing. A first pass keeps eight bytes
 * for each band of each record; pairs that agree in a band are candidates, which are read again and
 * compared exactly; pairs that are similar are joined (so that a cluster may have a chain in it).
 *
 * <p>Memory: 8 × bands + about 40 bytes a record, and two fixed buffers. Records with the same
 * identity are joined at once and only the first of them goes on, so that a data set full of copies
 * costs no more than one without. In a bucket, a record is compared with the eight before it: a
 * bucket of thousands makes no millions of pairs, and its members meet in the other bands as well.
 *
 * @param <E> what is taken from a record
 * @param <F> what records are compared by
 */
final class NearDuplicates<E, F> {
  private static final int MOST_PAIRS = 4 << 20;

  /** Features held at once, in units of eight bytes. */
  private static final long MOST_FEATURES = 4L << 20;

  private final RecordSet input;
  private final Similarity<E, F> similarity;
  private final Clusters clusters;
  private final LongList bands = new LongList();

  /** Where the bands of a record begin, divided by their number; -1 where it has none. */
  private final int[] bandsAt;

  private final int[] sizes;
  private long compared;
  private int read;

  private NearDuplicates(RecordSet input, Similarity<E, F> similarity) {
    if (input.size() > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "deduplication takes at most "
              + (Integer.MAX_VALUE - 8)
              + " records, and there are "
              + input.size()
              + "; split the data set or use the Spark engine");
    }
    int size = Math.toIntExact(input.size());
    this.input = input;
    this.similarity = similarity;
    clusters = new Clusters(size);
    bandsAt = new int[size];
    sizes = new int[size];
  }

  /** What was found. */
  record Result(Clusters clusters, long comparedPairs) {}

  static <E, F> Result find(RecordSet input, Similarity<E, F> similarity)
      throws InterruptedException {
    NearDuplicates<E, F> search = new NearDuplicates<>(input, similarity);
    search.sketch();
    search.compareCandidates();
    return new Result(search.clusters, search.compared);
  }

  private void sketch() throws InterruptedException {
    HashIndex identities = new HashIndex(sizes.length);
    int[] sketched = {0};
    new Batches<E, Sketch>(
            similarity::take,
            similarity::weight,
            similarity::sketch,
            sketch -> {
              int i = read++;
              bandsAt[i] = -1;
              if (sketch.size() == 0) {
                return;
              }
              int same = identities.putIfAbsent(sketch.identity(), i);
              if (same != HashIndex.ABSENT) {
                clusters.union(same, i);
                return;
              }
              sizes[i] = sketch.size();
              bandsAt[i] = sketched[0]++;
              for (long band : sketch.bands()) {
                bands.add(band);
              }
            })
        .readAll(input);
  }

  private void compareCandidates() throws InterruptedException {
    int count = similarity.bandCount();
    LongList pairs = new LongList();
    int[] previous = new int[sizes.length];
    for (int band = 0; band < count; band++) {
      HashIndex latest = new HashIndex(bands.size() / count);
      for (int i = 0; i < sizes.length; i++) {
        if (bandsAt[i] < 0) {
          continue;
        }
        long hash = bands.get(Math.addExact(Math.multiplyExact(bandsAt[i], count), band));
        previous[i] = latest.put(hash, i);
        int other = previous[i];
        for (int k = 0; k < Likeness.NEIGHBOURS && other != HashIndex.ABSENT; k++) {
          if (clusters.find(other) != clusters.find(i)) {
            pairs.add((long) other << 32 | i);
          }
          other = previous[other];
        }
        if (pairs.size() >= MOST_PAIRS) {
          compare(pairs);
          pairs = new LongList();
        }
      }
    }
    compare(pairs);
  }

  private void compare(LongList list) throws InterruptedException {
    long[] pairs = Shingles.set(list.toArray());
    int from = 0;
    while (from < pairs.length) {
      Set<Integer> members = new HashSet<>();
      int to = from;
      long weight = 0;
      while (to < pairs.length && (to == from || weight < MOST_FEATURES)) {
        for (int i : new int[] {(int) (pairs[to] >>> 32), (int) pairs[to]}) {
          if (members.add(i)) {
            weight += sizes[i];
          }
        }
        to++;
      }
      long[] indices = members.stream().mapToLong(Integer::longValue).sorted().toArray();
      Map<Integer, F> block = HashMap.newHashMap(indices.length);
      int[] next = {0};
      new Batches<E, F>(
              similarity::take,
              similarity::weight,
              similarity::features,
              features -> block.put((int) indices[next[0]++], features))
          .read(input, indices);
      for (long pair : Arrays.copyOfRange(pairs, from, to)) {
        int a = (int) (pair >>> 32);
        int b = (int) pair;
        if (clusters.find(a) != clusters.find(b)) {
          compared++;
          F featuresA = block.get(a);
          F featuresB = block.get(b);
          if (featuresA != null && featuresB != null && similarity.similar(featuresA, featuresB)) {
            clusters.union(a, b);
          }
        }
      }
      from = to;
    }
  }
}
