package org.blossomlm.data.dedup;

import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.SetOperator;

/** A set operator that needs to know which records belong together, whoever finds that out. */
public interface ClusterOperator extends SetOperator {
  /** Whether others can find the clusters; not so where all records must be compared with all. */
  boolean isDistributable();

  /** What makes records belong together: the same on every machine. */
  Likeness likeness(OperatorContext context);

  /**
   * Does what {@link SetOperator#apply} does, with clusters that somebody else has found.
   *
   * @param comparedPairs for the counts of the step
   */
  void apply(
      RecordSet input,
      Clusters clusters,
      long comparedPairs,
      Output output,
      OperatorContext context)
      throws InterruptedException;
}
