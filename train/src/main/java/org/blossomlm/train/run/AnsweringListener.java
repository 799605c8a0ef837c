package org.blossomlm.train.run;

import java.util.function.LongConsumer;
import org.blossomlm.train.checkpoint.Checkpoint;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.LoopListener;
import org.blossomlm.train.loop.StepReport;

/**
 * Passes everything on, and lets the model answer after every evaluation, or where there is nothing
 * to evaluate as often as there would be.
 *
 * @param every steps between answers without evaluations; 0 where evaluations tell when
 * @param answers is told the step
 */
record AnsweringListener(LoopListener heard, long every, LongConsumer answers)
    implements LoopListener {
  @Override
  public void resumed(Checkpoint from) {
    heard.resumed(from);
  }

  @Override
  public void step(StepReport report) {
    heard.step(report);
    if (every > 0 && (report.step() % every == 0 || report.step() == report.totalSteps())) {
      answers.accept(report.step());
    }
  }

  @Override
  public void evaluated(EvaluationReport report) {
    heard.evaluated(report);
    answers.accept(report.step());
  }

  @Override
  public void saved(Checkpoint checkpoint) {
    heard.saved(checkpoint);
  }

  @Override
  public void rolledBack(Checkpoint to, String reason) {
    heard.rolledBack(to, reason);
  }
}
