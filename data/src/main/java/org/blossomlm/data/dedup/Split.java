package org.blossomlm.data.dedup;

import java.util.BitSet;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.SetOperator;

/**
 * Marks records as training or validation data so that no cluster of near duplicates is on both
 * sides: what was learnt by heart must not count as understood. Clusters are drawn at random, and
 * taken while the share of validation data is not exceeded; a cluster larger than what is left is
 * passed over. Failed records get no mark.
 */
final class Split implements SetOperator {
  private final Deduplication.Search search;
  private final double share;
  private final String field;
  private final String train;
  private final String validation;

  Split(Arguments arguments, Deduplication.Search search) {
    this.search = search;
    share = DedupOperators.fraction(arguments, "validation", 0);
    field = arguments.text("field");
    train = arguments.text("train_name");
    validation = arguments.text("validation_name");
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    Clusters clusters = search.find(input, context).clusters();
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
