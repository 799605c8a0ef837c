package org.blossomlm.train.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** A chart of curves over the same steps, as SVG inside a page that has {@code report.css}. */
final class LineChart {
  private static final double WIDTH = 640;
  private static final double HEIGHT = 240;
  private static final double LEFT = 48;
  private static final double RIGHT = 12;
  private static final double TOP = 10;
  private static final double BOTTOM = 26;
  private static final double PLOT_WIDTH = WIDTH - LEFT - RIGHT;
  private static final double PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

  /** Where the largest value is so many times the usual one, only a logarithm shows both. */
  private static final double WIDE = 20;

  private final String title;
  private final List<Line> lines;
  private final boolean logarithmic;
  private final double firstStep;
  private final double lastStep;
  private final double low;
  private final double high;

  /**
   * A curve of a chart.
   *
   * @param label markup
   * @param style a class of {@code report.css}
   */
  record Line(String label, String style, Curve curve, boolean dots) {
    Line(String label, String style, Curve curve) {
      this(label, style, curve, false);
    }
  }

  /**
   * @param title markup
   */
  LineChart(String title, List<Line> lines) {
    this.title = title;
    this.lines =
        lines.stream()
            .filter(line -> line.curve().last().isPresent())
            .map(line ->
                new Line(
                    line.label(),
                    line.style(),
                    Thinning.thin(line.curve(), (int) PLOT_WIDTH / 2),
                    line.dots()))
            .toList();
    this.firstStep = steps().min().orElse(0);
    this.lastStep = Math.max(firstStep + 1, steps().max().orElse(1));
    double least = values().min().orElse(0);
    double most = values().max().orElse(1);
    this.logarithmic = least > 0 && most / usual() > WIDE;
    if (logarithmic) {
      low = least / 1.1;
      high = most * 1.1;
    } else {
      double margin = most > least ? 0.05 * (most - least) : Math.max(1e-9, 0.1 * Math.abs(most));
      low = least >= 0 ? Math.max(0, least - margin) : least - margin;
      high = most + margin;
    }
  }

  private DoubleStream steps() {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(line.curve().steps()).asDoubleStream());
  }

  private DoubleStream values() {
    return lines.stream().flatMapToDouble(line -> line.curve().finite());
  }

  private double usual() {
    return lines.isEmpty() ? 1 : lines.getFirst().curve().median().orElse(1);
  }

  /** The figure; empty if there is nothing to draw. */
  String markup() {
    if (lines.isEmpty()) {
      return "";
    }
    StringBuilder markup = new StringBuilder("<figure class=\"plot\"><figcaption>" + title);
    if (lines.size() > 1) {
      lines.forEach(line ->
          markup.append(" <span class=\"key %s\">%s</span>".formatted(line.style(), line.label())));
    }
    markup.append("<output></output></figcaption>\n");
    markup.append(
        text(
            "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" data-left=\"%.0f\" data-right=\"%.0f\""
                + " data-top=\"%.0f\" data-bottom=\"%.0f\" data-first=\"%s\" data-last=\"%s\""
                + " data-low=\"%s\" data-high=\"%s\" data-log=\"%s\">\n",
            WIDTH,
            HEIGHT,
            LEFT,
            WIDTH - RIGHT,
            TOP,
            HEIGHT - BOTTOM,
            firstStep,
            lastStep,
            low,
            high,
            logarithmic));
    axes(markup);
    lines.forEach(line -> line(markup, line));
    return markup
        .append("<line class=\"cursor\" y1=\"10\" y2=\"214\"/></svg></figure>\n")
        .toString();
  }

  private void axes(StringBuilder markup) {
    List<Double> ticks = logarithmic ? Ticks.logarithmic(low, high) : Ticks.linear(low, high, 5);
    for (double tick : ticks) {
      markup.append(
          text(
              "<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%3$.1f\"/>"
                  + "<text class=\"left\" x=\"%.0f\" y=\"%.1f\">%s</text>\n",
              LEFT, WIDTH - RIGHT, y(tick), LEFT - 6, y(tick) + 4, Ticks.label(tick)));
    }
    for (double tick : Ticks.linear(firstStep, lastStep, 6)) {
      if (tick == Math.rint(tick)) {
        markup.append(
            text(
                "<text x=\"%.1f\" y=\"%.0f\">%s</text>\n", x(tick), HEIGHT - 8, Ticks.label(tick)));
      }
    }
  }

  /** A polyline for each part without gaps, and a dot where that is a single point. */
  private void line(StringBuilder markup, Line line) {
    List<String> points = new ArrayList<>();
    Curve curve = line.curve();
    for (int i = 0; i <= curve.size(); i++) {
      if (i < curve.size() && Double.isFinite(curve.values()[i])) {
        String x = text("%.1f", x(curve.steps()[i]));
        String y = text("%.2f", y(curve.values()[i]));
        points.add(x + "," + y);
        if (line.dots()) {
          dot(markup, line, x, y);
        }
      } else if (!points.isEmpty()) {
        if (points.size() == 1 && !line.dots()) {
          String[] place = points.getFirst().split(",", 2);
          dot(markup, line, place[0], place[1]);
        }
        markup.append(
            "<polyline class=\"%s\" points=\"%s\"/>\n"
                .formatted(line.style(), String.join(" ", points)));
        points.clear();
      }
    }
  }

  private static void dot(StringBuilder markup, Line line, String x, String y) {
    markup.append(
        "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"3\"/>".formatted(line.style(), x, y));
  }

  private double x(double step) {
    return LEFT + (step - firstStep) / (lastStep - firstStep) * PLOT_WIDTH;
  }

  private double y(double value) {
    double share =
        logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return HEIGHT - BOTTOM - share * PLOT_HEIGHT;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
