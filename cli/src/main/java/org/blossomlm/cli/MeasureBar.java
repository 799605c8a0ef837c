package org.blossomlm.cli;

import java.util.Locale;
import org.blossomlm.cli.terminal.ProgressBar;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.measure.MeasureProgress;

/** Shows how far a measurement is and what it comes to so far. */
final class MeasureBar implements MeasureProgress {
  private final Application application;
  private final StatusLine status;
  private final ProgressBar bar = new ProgressBar();

  MeasureBar(Application application, StatusLine status) {
    this.application = application;
    this.status = status;
    status.begin();
  }

  @Override
  public void after(int done, int total, double estimate) {
    String soFar = String.format(Locale.ROOT, "%.4f", estimate);
    status.show(bar.text(done, total, application.text("perplexity.progress", done, total, soFar)));
  }
}
