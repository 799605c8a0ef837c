package org.blossomlm.data.dedup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.RecordField;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.Parameter;

/**
 * Leaves one record of each cluster, or marks all of them. A dropped record says in its metadata
 * ({@code duplicate_of}) which one stayed instead of it; the id of that one names the cluster, also
 * in the provenance of what stayed. Failed records and those without content are in no cluster and
 * stay.
 */
final class Deduplication implements ClusterOperator {
  /** How clusters are found. */
  interface Search {
    Clusters find(RecordSet input, OperatorContext context) throws InterruptedException;

    /** How alike members of a cluster are, 0 to 1. */
    ToDoubleBiFunction<DataRecord, DataRecord> degree(OperatorContext context);
  }

  private static final String DUPLICATE_OF = "duplicate_of";

  private final Search search;
  private final String reason;
  private final KeepRule keep;
  private final Optional<RecordField> score;
  private final boolean mark;

  Deduplication(Arguments arguments, String reason, Search search) {
    this.search = search;
    this.reason = reason;
    keep = arguments.choice("keep", KeepRule.class);
    score = arguments.optionalText("score").map(RecordField::of);
    mark = arguments.text("action").equals("mark");
    if (keep == KeepRule.SCORE && score.isEmpty()) {
      throw new DataException("keep: score needs the parameter score, the field of a number");
    }
  }

  /** Parameters of every kind of deduplication. */
  static List<Parameter> parameters() {
    return List.of(
        Parameter.choice(
            "keep",
            List.of("first", "longest", "score"),
            "which record of a cluster stays; of equals the first"),
        Parameter.optional(
            "score", Parameter.Kind.TEXT, "with keep: score, the field whose largest number stays"),
        Parameter.choice(
            "action",
            List.of("drop", "mark"),
            "mark: all stay, and the metadata entry duplicate_of names the one that would stay"));
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    write(input, search.find(input, context), output, context);
  }

  @Override
  public boolean isDistributable() {
    return search instanceof DistributedSearch;
  }

  @Override
  public Likeness likeness(OperatorContext context) {
    return distributed().likeness(context);
  }

  private DistributedSearch distributed() {
    if (search instanceof DistributedSearch distributed) {
      return distributed;
    }
    throw new IllegalStateException("clusters of this kind are found on one machine");
  }

  @Override
  public void apply(
      RecordSet input,
      Clusters clusters,
      long comparedPairs,
      Output output,
      OperatorContext context)
      throws InterruptedException {
    distributed().compared(comparedPairs, context);
    write(input, clusters, output, context);
  }

  private void write(RecordSet input, Clusters clusters, Output output, OperatorContext context)
      throws InterruptedException {
    int[] best = best(input, clusters);
    int[] sizes = sizes(clusters);
    Map<Integer, String> names = names(input, best, sizes, context);
    LargestClusters.show(input, clusters, best, sizes, search.degree(context), output);
    int[] next = {0};
    input.forEach(record -> {
      int i = next[0]++;
      int stays = best[clusters.find(i)];
      String cluster = names.get(stays);
      if (cluster == null) {
        output.keep(record);
      } else if (stays == i) {
        output.keep(record, "stays of cluster " + cluster);
      } else if (mark) {
        output.keep(record.withMetadata(DUPLICATE_OF, cluster), "in cluster " + cluster);
      } else {
        output.drop(record.withMetadata(DUPLICATE_OF, names.get(stays)), reason);
      }
    });
  }

  /** For the smallest member of each cluster, the one that stays. */
  private int[] best(RecordSet input, Clusters clusters) throws InterruptedException {
    int[] best = new int[clusters.size()];
    for (int i = 0; i < best.length; i++) {
      best[i] = clusters.find(i);
    }
    if (keep == KeepRule.FIRST) {
      return best;
    }
    double[] values = new double[best.length];
    int[] next = {0};
    input.forEach(record -> values[next[0]++] = keep.value(record, score));
    for (int i = 0; i < best.length; i++) {
      int root = clusters.find(i);
      if (values[i] > values[best[root]]) {
        best[root] = i;
      }
    }
    return best;
  }

  /** Of each cluster, at its smallest member. */
  private static int[] sizes(Clusters clusters) {
    int[] sizes = new int[clusters.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[clusters.find(i)]++;
    }
    return sizes;
  }

  private static Map<Integer, String> names(
      RecordSet input, int[] best, int[] sizes, OperatorContext context)
      throws InterruptedException {
    LongList several = new LongList();
    long members = 0;
    for (int root = 0; root < best.length; root++) {
      if (sizes[root] > 1) {
        several.add(best[root]);
        members += sizes[root];
      }
    }
    context.count("clusters of duplicates", several.size());
    context.count("records in clusters", members);
    long[] indices = several.toArray();
    Map<Integer, String> names = HashMap.newHashMap(indices.length);
    int[] next = {0};
    input.forEach(indices, record -> names.put((int) indices[next[0]++], record.id()));
    return names;
  }
}
