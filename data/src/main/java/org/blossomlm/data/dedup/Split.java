package org.blossomlm.data.dedup;

import java.util.BitSet;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;

/**
 * Marks records as training or validation data so that no cluster of near duplicates is on both
 * sides: what was learnt by heart must not count as understood. Clusters are drawn at random, and
 * taken while the share of validation data is not exceeded; a cluster larger than what is left is
 * passed over. Failed records get no mark.
 */
final class Split implements ClusterOperator {
  private final DistributedSearch search;
  private final double share;
  private final String field;
  private final String train;
  private final String validation;

  Split(Arguments arguments, DistributedSearch search) {
    this.search = search;
    share = DedupOperators.fraction(arguments, "validation", 0);
    field = arguments.text("field");
    train = arguments.text("train_name");
    validation = arguments.text("validation_name");
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    write(input, search.find(input, context), output, context);
  }

  @Override
  public boolean isDistributable() {
    return true;
  }

  @Override
  public Likeness likeness(OperatorContext context) {
    return search.likeness(context);
  }

  @Override
  public void apply(
      RecordSet input,
      Clusters clusters,
      long comparedPairs,
      Output output,
      OperatorContext context)
      throws InterruptedException {
    search.compared(comparedPairs, context);
    write(input, clusters, output, context);
  }

  private void write(RecordSet input, Clusters clusters, Output output, OperatorContext context)
      throws InterruptedException {
    int size = clusters.size();
    int[] members = new int[size];
    BitSet failed = new BitSet();
    int[] next = {0};
    input.forEach(record -> {
      int i = next[0]++;
      if (record.failure().isPresent()) {
        failed.set(i);
      } else {
        members[clusters.find(i)]++;
      }
    });
    long wanted = Math.round(share * (size - failed.cardinality()));
    BitSet chosen = new BitSet();
    long taken = 0;
    for (int root : Permutation.of(size, context.random())) {
      if (taken == wanted) {
        break;
      }
      if (members[root] > 0 && taken + members[root] <= wanted) {
        chosen.set(root);
        taken += members[root];
      }
    }
    context.count(validation, taken);
    context.count(train, size - failed.cardinality() - taken);
    next[0] = 0;
    input.forEach(record -> {
      int i = next[0]++;
      output.keep(
          failed.get(i)
              ? record
              : record.withMetadata(field, chosen.get(clusters.find(i)) ? validation : train));
    });
  }
}
