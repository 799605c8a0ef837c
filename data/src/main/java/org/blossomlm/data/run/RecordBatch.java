package org.blossomlm.data.run;

import java.io.Serializable;
import java.util.List;

/**
 * Records on their way to another machine.
 *
 * @param lines one for each record, in their order
 */
public record RecordBatch(List<Line> lines) implements Serializable {
  public RecordBatch {
    lines = List.copyOf(lines);
  }

  /**
   * A record as a line of a stage's file.
   *
   * @param input the input of the stage that it is from, whose sample and condition are still to be
   *     applied; {@link #CHOSEN} where they have been
   */
  public record Line(int input, byte[] json) implements Serializable {
    static final int CHOSEN = -1;
  }
}
