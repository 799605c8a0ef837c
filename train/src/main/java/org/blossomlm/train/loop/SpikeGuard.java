package org.blossomlm.train.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Watches for steps that would do harm: a loss or gradient that is not a number, or a loss far
 * above those before. Such a step changes nothing; several in a row send the run back to its last
 * checkpoint, from where it goes on with other data and half the learning rate.
 */
public final class SpikeGuard {
  private static final int WINDOW = 64;
  private static final int ENOUGH = 16;
  private static final double DEVIATIONS = 8;

  /** Small losses vary by more than their deviation tells. */
  private static final double SMALLEST_RISE = 0.5;

  private static final int IN_A_ROW = 3;
  private static final int MOST_ROLLBACKS = 3;

  /** What is done about a step. */
  public enum Verdict {
    GOOD,
    /** Its gradients are thrown away. */
    SKIPPED,
    /** The run goes back. */
    ROLL_BACK
  }

  private final Deque<Double> losses = new ArrayDeque<>();
  private int badInARow;
  private int rollbacks;

  /** Judges a step by its loss and the length of its gradient. */
  Verdict judge(double loss, double gradientNorm) {
    if (Double.isFinite(loss) && Double.isFinite(gradientNorm) && loss <= highest()) {
      badInARow = 0;
      losses.addLast(loss);
      if (losses.size() > WINDOW) {
        losses.removeFirst();
      }
      return Verdict.GOOD;
    }
    badInARow++;
    return badInARow < IN_A_ROW ? Verdict.SKIPPED : Verdict.ROLL_BACK;
  }

  private double highest() {
    if (losses.size() < ENOUGH) {
      return Double.MAX_VALUE;
    }
    double sum = 0;
    double squares = 0;
    for (double loss : losses) {
      sum += loss;
      squares += loss * loss;
    }
    double mean = sum / losses.size();
    double deviation = Math.sqrt(Math.max(0, squares / losses.size() - mean * mean));
    return mean + Math.max(SMALLEST_RISE, DEVIATIONS * deviation);
  }

  /** Counts a way back; false where there were too many. */
  boolean rollBack() {
    rollbacks++;
    badInARow = 0;
    losses.clear();
    return rollbacks <= MOST_ROLLBACKS;
  }

  /** Of the learning rate. */
  double factor() {
    return Math.pow(0.5, rollbacks);
  }

  int rollbacks() {
    return rollbacks;
  }

  Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("losses", List.copyOf(new ArrayList<>(losses)));
    state.put("bad_in_a_row", badInARow);
    state.put("rollbacks", rollbacks);
    return state;
  }

  void restore(JsonNode state) {
    losses.clear();
    state.path("losses").valueStream().forEach(loss -> losses.addLast(loss.doubleValue()));
    badInARow = state.path("bad_in_a_row").intValue(0);
    rollbacks = state.path("rollbacks").intValue(0);
  }
}
