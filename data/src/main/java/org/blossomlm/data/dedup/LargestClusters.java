package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/** The largest clusters with their first members, for people to look at. */
final class LargestClusters {
  private static final int MOST_CLUSTERS = 20;
  private static final int MOST_MEMBERS = 8;

  private LargestClusters() {}

  /**
   * Reads the members again and shows them.
   *
   * @param best for the smallest member of each cluster, the one that stays
   * @param sizes of each cluster, at its smallest member
   */
  static void show(
      RecordSet input,
      Clusters clusters,
      int[] best,
      int[] sizes,
      ToDoubleBiFunction<DataRecord, DataRecord> degree,
      SetOperator.Output output)
      throws InterruptedException {
    Map<Integer, List<Integer>> members = members(clusters, best, largest(sizes));
    var all = new TreeSet<Integer>();
    members.values().forEach(all::addAll);
    long[] indices = all.stream().mapToLong(Integer::longValue).toArray();
    Map<Integer, DataRecord> records = HashMap.newHashMap(indices.length);
    int[] next = {0};
    input.forEach(indices, record -> records.put((int) indices[next[0]++], record));
    members.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<Integer, List<Integer>>>comparingInt(
                    entry -> -sizes[entry.getKey()])
                .thenComparing(Map.Entry::getKey))
        .forEach(entry ->
            output.show(cluster(sizes[entry.getKey()], entry.getValue(), records, degree)));
  }

  /** Of equal ones those that begin first. */
  private static List<Integer> largest(int[] sizes) {
    Comparator<Integer> order =
        Comparator.<Integer>comparingInt(root -> sizes[root])
            .thenComparing(Comparator.reverseOrder());
    var largest = new PriorityQueue<Integer>(order);
    for (int root = 0; root < sizes.length; root++) {
      if (sizes[root] > 1) {
        largest.add(root);
        if (largest.size() > MOST_CLUSTERS) {
          largest.poll();
        }
      }
    }
    return List.copyOf(largest);
  }

  private static Map<Integer, List<Integer>> members(
      Clusters clusters, int[] best, List<Integer> roots) {
    Map<Integer, List<Integer>> members = new HashMap<>();
    roots.forEach(root -> members.put(root, new ArrayList<>(List.of(best[root]))));
    for (int i = 0; !members.isEmpty() && i < clusters.size(); i++) {
      List<Integer> list = members.get(clusters.find(i));
      if (list != null && i != list.getFirst() && list.size() < MOST_MEMBERS) {
        list.add(i);
      }
    }
    return members;
  }

  private static SetOperator.Cluster cluster(
      int size,
      List<Integer> indices,
      Map<Integer, DataRecord> records,
      ToDoubleBiFunction<DataRecord, DataRecord> degree) {
    List<DataRecord> all = indices.stream().map(records::get).toList();
    DataRecord stays = all.getFirst();
    return new SetOperator.Cluster(
        size,
        all.stream()
            .map(record ->
                new SetOperator.Member(
                    record, record == stays ? 1 : degree.applyAsDouble(stays, record)))
            .toList());
  }
}
