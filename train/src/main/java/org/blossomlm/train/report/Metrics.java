package org.blossomlm.train.report;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.train.TrainException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What {@code metrics.jsonl} tells, a curve for each quantity. Where a run went back, the steps
 * that it took back are in no curve; what was wrong with them is among the incidents.
 *
 * @param curves by the key in the file
 * @param incidents steps that changed nothing, in the order in which they happened
 * @param undone steps that were taken back
 */
public record Metrics(SequencedMap<String, Curve> curves, List<Incident> incidents, long undone) {
  public static final String LOSS = "loss";
  public static final String LEARNING_RATE = "learning_rate";
  public static final String GRADIENT_NORM = "grad_norm";
  public static final String TOKENS = "tokens";
  public static final String LEARNT_TOKENS = "learnt_tokens";
  public static final String SECONDS = "seconds";
  public static final String TOKENS_PER_SECOND = "tokens_per_second";
  public static final String EVALUATION_LOSS = "eval_loss";
  public static final String EVALUATION_PERPLEXITY = "eval_perplexity";
  public static final String EVALUATION_TOKENS = "eval_tokens";

  /** Nothing happened yet. */
  public static final Metrics NONE = new Metrics(new LinkedHashMap<>(), List.of(), 0);

  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final String STEP = "step";
  private static final String VERDICT = "verdict";

  public Metrics {
    curves = new LinkedHashMap<>(curves);
    incidents = List.copyOf(incidents);
  }

  /**
   * A step whose gradients were thrown away.
   *
   * @param verdict as the file names it
   */
  public record Incident(long step, String verdict, double loss, double gradientNorm) {}

  /** A quantity, empty where it was not measured. */
  public Curve curve(String key) {
    return curves.getOrDefault(key, Curve.NONE);
  }

  /** Steps that stand. */
  public long steps() {
    Curve loss = curve(LOSS);
    return loss.isEmpty() ? 0 : loss.steps()[loss.size() - 1];
  }

  /** These, and those of the next stage, whose steps are counted on. */
  public Metrics followedBy(Metrics next) {
    long before = steps();
    var joined = new LinkedHashMap<String, Curve>(curves);
    next.curves.forEach((key, curve) ->
        joined.merge(key, curve.shifted(before), (first, second) -> first.followedBy(second)));
    List<Incident> all = new ArrayList<>(incidents);
    next.incidents.forEach(each ->
        all.add(
            new Incident(before + each.step(), each.verdict(), each.loss(), each.gradientNorm())));
    return new Metrics(joined, all, undone + next.undone);
  }

  /**
   * Reads a file that a run may still be writing: a last line that is cut off does not count.
   *
   * @throws TrainException if it cannot be read, or another line is none of a run
   */
  public static Metrics read(Path file) {
    var building = new Building();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      byte[] line = nextLine(in, file, 1);
      for (long number = 1; line.length > 0; number++) {
        byte[] next = nextLine(in, file, number + 1);
        if (!isBlank(line)) {
          read(line, file + ":" + number, next.length == 0, building);
        }
        line = next;
      }
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return building.metrics();
  }

  /** With its line feed; empty at the end of the file. */
  private static byte[] nextLine(InputStream in, Path file, long number) throws IOException {
    var line = new ByteArrayOutputStream(256);
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      line.write(octet);
      if (octet == '\n') {
        break;
      }
      if (line.size() > MAX_LINE_BYTES) {
        throw new TrainException(
            "%s:%d: a line has more than %d bytes; this is no file of metrics"
                .formatted(file, number, MAX_LINE_BYTES));
      }
    }
    return line.toByteArray();
  }

  private static boolean isBlank(byte[] line) {
    for (byte octet : line) {
      if (octet != ' ' && octet != '\t' && octet != '\r' && octet != '\n') {
        return false;
      }
    }
    return true;
  }

  private static void read(byte[] line, String place, boolean last, Building building) {
    JsonNode node;
    try {
      node = JsonTree.read(line);
    } catch (JacksonException e) {
      if (last) {
        return;
      }
      throw new TrainException(place + ": is not JSON: " + e.getOriginalMessage(), e);
    }
    JsonNode step = node.path(STEP);
    if (!step.canConvertToLong() || step.longValue() < 0) {
      throw new TrainException(
          "%s: has no \"step\" that is a whole number, 0 or more, but %s"
              .formatted(place, step.isMissingNode() ? "none" : step));
    }
    building.add(step.longValue(), node);
  }

  /** The file writes as text what JSON has no number for. */
  private static double number(JsonNode node) {
    return switch (node.isString() ? node.stringValue() : "") {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> node.isNumber() ? node.doubleValue() : Double.NaN;
    };
  }

  private static boolean isNumber(JsonNode node) {
    return node.isNumber()
        || node.isString() && List.of("NaN", "Infinity", "-Infinity").contains(node.stringValue());
  }

  private static final class Building {
    private final Map<String, Growing> curves = new LinkedHashMap<>();
    private final List<Incident> incidents = new ArrayList<>();
    private long latest = -1;
    private long undone;

    void add(long step, JsonNode line) {
      if (line.has(LOSS)) {
        if (step <= latest) {
          undone += latest - step + 1;
          curves.values().forEach(curve -> curve.cut(step));
        }
        latest = step;
      }
      line.properties()
          .forEach(property -> {
            if (!property.getKey().equals(STEP) && isNumber(property.getValue())) {
              curves
                  .computeIfAbsent(property.getKey(), key -> new Growing())
                  .add(step, number(property.getValue()));
            }
          });
      if (line.path(VERDICT).isString()) {
        incidents.add(
            new Incident(
                step,
                line.path(VERDICT).stringValue(),
                number(line.path(LOSS)),
                number(line.path(GRADIENT_NORM))));
      }
    }

    Metrics metrics() {
      var read = new LinkedHashMap<String, Curve>();
      curves.forEach((key, curve) -> read.put(key, curve.curve()));
      return new Metrics(read, incidents, undone);
    }
  }

  private static final class Growing {
    private long[] steps = new long[64];
    private double[] values = new double[64];
    private int size;

    void add(long step, double value) {
      cut(step);
      if (size == steps.length) {
        steps = Arrays.copyOf(steps, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      steps[size] = step;
      values[size++] = value;
    }

    /** Removes this step and all later ones. */
    void cut(long step) {
      while (size > 0 && steps[size - 1] >= step) {
        size--;
      }
    }

    Curve curve() {
      return new Curve(Arrays.copyOf(steps, size), Arrays.copyOf(values, size));
    }
  }
}
