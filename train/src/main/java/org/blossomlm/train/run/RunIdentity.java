package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.Sha256;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.torch.ComputeType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What decides every number of a run: a run that goes on must have the same. It lies in {@code
 * run.json} of the run's folder, so that a difference can be named.
 */
record RunIdentity(Map<String, String> values) {
  static final String FILE = "run.json";

  private static final String TYPE = "compute.type";

  private static final JsonMapper JSON = new JsonMapper();

  static RunIdentity of(TrainConfig config, BaseModel base, RunData data, ComputeType type) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("seed", "" + config.seed());
    values.put(
        "model",
        base.isNew()
            ? config.model().toString()
            : base.path() + ", " + base.weightBytes() + " bytes");
    values.put("method", config.method().toString());
    if (config.method() != TrainConfig.Method.FULL) {
      values.put("lora", config.lora().toString());
    }
    values.put(TYPE, type.name().toLowerCase(Locale.ROOT));
    values.put("optimizer", config.optimizer().toString());
    values.put("schedule", config.schedule().toString());
    values.put("label_smoothing", "" + config.labelSmoothing());
    values.put("neftune_alpha", "" + config.neftuneAlpha());
    values.put("batch", config.batches().toString());
    values.put("examples.max_length", "" + config.examples().maxLength());
    values.put("evaluation.share", "" + config.evaluation().share());
    values.putAll(data.identity());
    for (RunData.StageData stage : data.stages()) {
      values.put(
          "stage " + stage.plan().name(),
          "%d steps, %d samples an epoch, learning rate %s"
              .formatted(stage.plan().steps(), stage.plan().samples(), stage.learningRate()));
    }
    return new RunIdentity(values);
  }

  String fingerprint() {
    byte[] text = values.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Sha256.start().digest(text), 0, 8);
  }

  void write(Path output) {
    try {
      AtomicFile.write(
          output.resolve(FILE),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(values),
          TrainException::new);
    } catch (IOException e) {
      throw new TrainException(output + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * In which format the run in a folder multiplies.
   *
   * @throws TrainException if it does not say
   */
  static ComputeType type(Path output) {
    String name = read(output).path(TYPE).stringValue("");
    return switch (name) {
      case "bf16" -> ComputeType.BF16;
      case "fp32" -> ComputeType.FP32;
      default ->
          throw new TrainException(
              "%s: %s is \"%s\"; begin anew with --restart"
                  .formatted(output.resolve(FILE), TYPE, name));
    };
  }

  private static JsonNode read(Path output) {
    Path file = output.resolve(FILE);
    try {
      return JsonTree.read(Files.readAllBytes(file));
    } catch (IOException | JacksonException e) {
      throw new TrainException(
          file + ": cannot be read: " + e.getMessage() + "; begin anew with --restart", e);
    }
  }

  /**
   * Sees that the run in a folder is this one.
   *
   * @throws TrainException that names what differs
   */
  void requireSame(Path output) {
    JsonNode found = read(output);
    List<String> differences = new ArrayList<>();
    var names = new TreeSet<>(values.keySet());
    names.addAll(found.propertyNames());
    for (String name : names) {
      String before = found.path(name).stringValue("none");
      String now = values.getOrDefault(name, "none");
      if (!Objects.equals(before, now)) {
        differences.add("%s was %s and is %s".formatted(name, before, now));
      }
    }
    if (!differences.isEmpty()) {
      throw new TrainException(
          "%s: the run there is another one: %s; give the values that it had, begin anew with"
                  .formatted(output, String.join("; ", differences))
              + " --restart, or choose another --output");
    }
  }
}
