package org.blossomlm.data.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.dedup.Clusters;
import org.blossomlm.data.dedup.Likeness;
import org.blossomlm.data.run.FileSlice;
import org.blossomlm.data.run.RunEngine;
import scala.Tuple2;

/**
 * Finds clusters of records that are alike, by shuffles: records with the same identity come
 * together; the first of each goes on to its bands, where each meets the few before it; pairs that
 * met are joined with what is to be compared. None of this depends on how Spark cuts the data, and
 * the driver joins the pairs in their order, so that clusters and counts are those of a local run.
 *
 * <p>The driver holds four bytes and two bits a record. The file of the stage must be on a file
 * system that the executors share with it.
 */
record ClusterSearch(
    JavaSparkContext spark, RemoteStage stage, String file, List<FileSlice> slices, int size) {
  /** A record where it meets others. */
  private record Sketched(int record, long identity, long[] bands) implements Serializable {}

  /** A place in a band, and a record there. */
  private record Meeting(int band, long hash, int record) implements Serializable {
    boolean isAtPlaceOf(Meeting other) {
      return band == other.band && hash == other.hash;
    }
  }

  private enum ByPlace implements Comparator<Meeting> {
    ORDER;

    @Override
    public int compare(Meeting a, Meeting b) {
      int order = Integer.compare(a.band, b.band);
      order = order == 0 ? Long.compare(a.hash, b.hash) : order;
      return order == 0 ? Integer.compare(a.record, b.record) : order;
    }
  }

  /** All that are at the same place are in the same partition. */
  private static final class Places extends Partitioner {
    private final int partitions;

    Places(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      var meeting = (Meeting) key;
      return Math.floorMod(31 * meeting.band + Long.hashCode(meeting.hash), partitions);
    }
  }

  private record Taken(int other, Serializable of) implements Serializable {}

  RunEngine.Found find() {
    var clusters = new Clusters(size);
    if (slices.isEmpty()) {
      return new RunEngine.Found(clusters, 0);
    }
    JavaRDD<Sketched> sketches = sketches().persist(StorageLevel.MEMORY_AND_DISK());
    JavaRDD<Long> pairs =
        meetings(sketches, joinCopies(sketches, clusters)).persist(StorageLevel.MEMORY_AND_DISK());
    long compared = pairs.isEmpty() ? 0 : joinSimilar(pairs, clusters);
    pairs.unpersist(false);
    sketches.unpersist(false);
    return new RunEngine.Found(clusters, compared);
  }

  private int partitions() {
    return Math.max(slices.size(), spark.defaultParallelism());
  }

  private JavaRDD<Sketched> sketches() {
    RemoteStage remote = stage;
    String path = file;
    return spark
        .parallelize(slices, slices.size())
        .flatMap(slice -> {
          Likeness likeness = remote.work().likeness();
          List<Sketched> found = new ArrayList<>();
          read(
              slice,
              path,
              (number, record) -> {
                Likeness.Sketch sketch = likeness.sketch(likeness.take(record));
                if (!sketch.isEmpty()) {
                  found.add(new Sketched(number.intValue(), sketch.identity(), sketch.bands()));
                }
              });
          return found.iterator();
        });
  }

  private static void read(FileSlice slice, String path, BiConsumer<Long, DataRecord> consumer)
      throws IOException {
    Path stageFile = Path.of(path);
    if (!Files.exists(stageFile)) {
      throw new DataException(
          path
              + ": not on this executor's machine; the folder of the run must be on a file system"
              + " that all machines share, under the same path");
    }
    slice.forEach(stageFile, consumer);
  }

  /** Joins records with the first that has the same identity; returns all but those first ones. */
  private BitSet joinCopies(JavaRDD<Sketched> sketches, Clusters clusters) {
    JavaPairRDD<Long, Integer> identities =
        sketches.mapToPair(sketch -> new Tuple2<>(sketch.identity, sketch.record));
    JavaPairRDD<Long, Integer> first = identities.reduceByKey(Math::min, partitions());
    Iterator<Tuple2<Integer, Integer>> same =
        identities
            .join(first)
            .values()
            .filter(pair -> !pair._1().equals(pair._2()))
            .toLocalIterator();
    var copies = new BitSet(size);
    while (same.hasNext()) {
      Tuple2<Integer, Integer> pair = same.next();
      copies.set(pair._1());
      clusters.union(pair._2(), pair._1());
    }
    return copies;
  }

  /** Pairs of records that meet, the smaller in the upper half of the number; each once. */
  private JavaRDD<Long> meetings(JavaRDD<Sketched> sketches, BitSet copies) {
    Broadcast<BitSet> passedOver = spark.broadcast(copies);
    return sketches
        .filter(sketch -> !passedOver.value().get(sketch.record))
        .flatMapToPair(sketch -> {
          List<Tuple2<Meeting, Boolean>> places = new ArrayList<>(sketch.bands.length);
          for (int band = 0; band < sketch.bands.length; band++) {
            places.add(new Tuple2<>(new Meeting(band, sketch.bands[band], sketch.record), true));
          }
          return places.iterator();
        })
        .repartitionAndSortWithinPartitions(new Places(partitions()), ByPlace.ORDER)
        .mapPartitions(ClusterSearch::neighbours)
        .distinct(partitions());
  }

  private static Iterator<Long> neighbours(Iterator<Tuple2<Meeting, Boolean>> sorted) {
    ArrayDeque<Meeting> before = new ArrayDeque<>();
    List<Long> ready = new ArrayList<>();
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        while (next == ready.size() && sorted.hasNext()) {
          ready.clear();
          next = 0;
          Meeting here = sorted.next()._1();
          if (!before.isEmpty() && !before.getLast().isAtPlaceOf(here)) {
            before.clear();
          }
          before.forEach(other -> ready.add((long) other.record << 32 | here.record));
          before.add(here);
          if (before.size() > Likeness.NEIGHBOURS) {
            before.remove();
          }
        }
        return next < ready.size();
      }

      @Override
      public Long next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return ready.get(next++);
      }
    };
  }

  /**
   * Joins those of the pairs that are similar; returns how many a local run would have compared.
   */
  private long joinSimilar(JavaRDD<Long> pairs, Clusters clusters) {
    JavaPairRDD<Integer, Serializable> taken = taken(pairs);
    RemoteStage remote = stage;
    JavaPairRDD<Long, Boolean> verdicts =
        pairs
            .mapToPair(pair -> new Tuple2<>((int) (pair >>> 32), pair.intValue()))
            .join(taken, partitions())
            .mapToPair(pair -> new Tuple2<>(pair._2()._1(), new Taken(pair._1(), pair._2()._2())))
            .join(taken, partitions())
            .mapPartitionsToPair(joined -> {
              Likeness likeness = remote.work().likeness();
              List<Tuple2<Long, Boolean>> found = new ArrayList<>();
              while (joined.hasNext()) {
                Tuple2<Integer, Tuple2<Taken, Serializable>> pair = joined.next();
                Taken a = pair._2()._1();
                found.add(
                    new Tuple2<>(
                        (long) a.other << 32 | pair._1(), likeness.similar(a.of, pair._2()._2())));
              }
              return found.iterator();
            })
            .persist(StorageLevel.MEMORY_AND_DISK());
    long compared = 0;
    Iterator<Tuple2<Long, Boolean>> inOrder = verdicts.sortByKey().toLocalIterator();
    while (inOrder.hasNext()) {
      Tuple2<Long, Boolean> verdict = inOrder.next();
      int a = (int) (verdict._1() >>> 32);
      int b = verdict._1().intValue();
      if (clusters.find(a) != clusters.find(b)) {
        compared++;
        if (verdict._2()) {
          clusters.union(a, b);
        }
      }
    }
    verdicts.unpersist(false);
    taken.unpersist(false);
    return compared;
  }

  /** What records that met anybody are compared by. */
  private JavaPairRDD<Integer, Serializable> taken(JavaRDD<Long> pairs) {
    BitSet met =
        pairs.aggregate(
            new BitSet(),
            (set, pair) -> {
              set.set((int) (pair >>> 32));
              set.set(pair.intValue());
              return set;
            },
            (a, b) -> {
              a.or(b);
              return a;
            });
    Broadcast<BitSet> wanted = spark.broadcast(met);
    RemoteStage remote = stage;
    String path = file;
    return spark
        .parallelize(slices, slices.size())
        .flatMapToPair(slice -> {
          Likeness likeness = remote.work().likeness();
          List<Tuple2<Integer, Serializable>> found = new ArrayList<>();
          read(
              slice,
              path,
              (number, record) -> {
                int index = number.intValue();
                if (wanted.value().get(index)) {
                  found.add(new Tuple2<>(index, likeness.take(record)));
                }
              });
          return found.iterator();
        })
        .persist(StorageLevel.MEMORY_AND_DISK());
  }
}
