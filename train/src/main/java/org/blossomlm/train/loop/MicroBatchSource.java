package org.blossomlm.train.loop;

import java.util.Optional;
import org.blossomlm.train.example.MicroBatch;

/** Where a run's micro-batches come from, in an order that can be taken up again. */
public interface MicroBatchSource {
  /** The next, or nothing when all epochs are over. */
  Optional<MicroBatch> next();

  /** Where {@link #next} goes on, as text that {@link #restore} reads. */
  String position();

  /** Goes on as another source did from that position. */
  void restore(String position);
}
