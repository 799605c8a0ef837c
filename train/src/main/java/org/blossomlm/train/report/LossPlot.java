package org.blossomlm.train.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleFunction;
import java.util.stream.LongStream;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.train.TrainException;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.Styler.YAxisPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * {@code loss.png}: the loss as it was and smoothed, that on what is held out, and the learning
 * rate against the axis on the right. Its words are English, since many machines that train have no
 * Chinese font.
 */
public final class LossPlot {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 675;
  private static final int COLUMNS = 1000;
  private static final int RIGHT = 1;
  private static final int MOST_LABELS = 12;

  private static final Color RAW = new Color(0xf0c4d2);
  private static final Color SMOOTHED = new Color(0xc93f6c);
  private static final Color EVALUATION = new Color(0x2f6fb5);
  private static final Color RATE = new Color(0xa0a0a0);
  private static final Color TEXT = new Color(0x333333);
  private static final Color GRID = new Color(0xe4e4ea);

  private LossPlot() {}

  /**
   * Draws a run, whole or not at all. No display is needed.
   *
   * @throws TrainException if the run has no step yet, the file cannot be written, or this machine
   *     has no fonts
   */
  public static void write(Path file, String title, Metrics metrics) {
    Curve loss = metrics.curve(Metrics.LOSS);
    if (loss.last().isEmpty()) {
      throw new TrainException(file + ": there is no loss to draw yet");
    }
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    try {
      byte[] png =
          BitmapEncoder.getBitmapBytes(chart(title, metrics), BitmapEncoder.BitmapFormat.PNG);
      AtomicFile.write(file, png, TrainException::new);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be written: " + e.getMessage(), e);
    } catch (LinkageError | InternalError e) {
      // So Java says that the system's font libraries are missing.
      throw new TrainException(
          "%s: cannot be drawn: %s; install fontconfig and any font".formatted(file, e), e);
    }
  }

  private static XYChart chart(String title, Metrics metrics) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle("loss (nats per token)")
            .build();
    chart.setYAxisGroupTitle(RIGHT, "learning rate");
    var style = chart.getStyler();
    style.setYAxisGroupPosition(RIGHT, YAxisPosition.Right);
    style.setLegendPosition(LegendPosition.OutsideS);
    style.setLegendLayout(LegendLayout.Horizontal);
    style.setLegendBorderColor(Color.WHITE);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setPlotGridVerticalLinesVisible(false);
    style.setChartFontColor(TEXT);
    style.setChartTitleBoxVisible(false);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsColor(TEXT);
    style.setYAxisGroupTickLabelsColorMap(RIGHT, RATE);
    style.setYAxisGroupTitleColor(RIGHT, RATE);
    style.setYAxisMin(RIGHT, 0.0);
    style.setXAxisMin(0.0);
    style.setXAxisMaxLabelCount(MOST_LABELS);
    DoubleFunction<String> number = Ticks::label;
    style.setYAxisTickLabelsFormattingFunction(number::apply);
    style.setXAxisTickLabelsFormattingFunction(number::apply);

    Curve loss = metrics.curve(Metrics.LOSS);
    Curve rate = metrics.curve(Metrics.LEARNING_RATE);
    if (rate.last().isPresent()) {
      line(chart, "learning rate", rate, RATE, 1.5f).setYAxisGroup(RIGHT);
    }
    line(chart, "loss", loss, RAW, 1.2f);
    line(chart, "loss, smoothed", loss.smoothed(), SMOOTHED, 2.5f);
    Curve evaluation = metrics.curve(Metrics.EVALUATION_LOSS);
    if (evaluation.last().isPresent()) {
      XYSeries held = line(chart, "evaluation loss", evaluation, EVALUATION, 2.5f);
      held.setMarker(SeriesMarkers.CIRCLE);
      held.setMarkerColor(EVALUATION);
    }
    return chart;
  }

  private static XYSeries line(XYChart chart, String name, Curve whole, Color color, float width) {
    Curve curve = Thinning.thin(whole, COLUMNS);
    double[] values = curve.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Double.isFinite(values[i]) ? values[i] : Double.NaN;
    }
    XYSeries series =
        chart.addSeries(name, LongStream.of(curve.steps()).asDoubleStream().toArray(), values);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setLineWidth(width);
    return series;
  }
}
