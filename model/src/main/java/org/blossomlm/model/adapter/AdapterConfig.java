package org.blossomlm.model.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.blossomlm.model.json.JsonTree;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What {@code adapter_config.json} says of a LoRA adapter (Hu et al. 2021), as PEFT writes it.
 *
 * @param rank {@code r}; a matrix may have another one, which its shape tells
 * @param alpha {@code lora_alpha}
 * @param rankStabilized the product is scaled by alpha / √rank instead of alpha / rank (rsLoRA,
 *     Kalajdzievski 2023)
 * @param magnitudes rows have a magnitude of their own (DoRA, Liu et al. 2024)
 * @param alphaPatterns other alphas, by regular expressions for the ends of modules' names
 * @param baseModel {@code base_model_name_or_path}; empty if not said
 */
public record AdapterConfig(
    int rank,
    double alpha,
    boolean rankStabilized,
    boolean magnitudes,
    Map<Pattern, Double> alphaPatterns,
    String baseModel) {
  static final String FILE = "adapter_config.json";

  private static final long LARGEST = 16L << 20;

  private static final int LONGEST_PATTERN = 400;

  /**
   * Reads the file in {@code folder}.
   *
   * @throws AdapterException if it is missing, damaged, or describes something else than LoRA
   */
  static AdapterConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new AdapterException(
          file
              + ": there is no such file; an adapter is a folder with it and with "
              + LoraAdapter.FILE);
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw new AdapterException(
            "%s: has %d bytes; at most %d are allowed".formatted(file, Files.size(file), LARGEST));
      }
      return of(file, JsonTree.read(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new AdapterException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new AdapterException(file + ": is not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static AdapterConfig of(Path file, JsonNode json) {
    String type = json.path("peft_type").asString("");
    if (!type.equals("LORA")) {
      throw new AdapterException(
          "%s: peft_type is %s; only LORA is supported"
              .formatted(file, type.isEmpty() ? "missing" : type));
    }
    refuse(file, "bias", !json.path("bias").asString("none").equals("none"), "none");
    refuse(file, "fan_in_fan_out", json.path("fan_in_fan_out").asBoolean(false), "false");
    refuse(file, "lora_bias", json.path("lora_bias").asBoolean(false), "false");
    int rank = json.path("r").asInt(0);
    double alpha = json.path("lora_alpha").asDouble(Double.NaN);
    if (rank < 1) {
      throw new AdapterException(
          file + ": r is " + json.path("r") + "; it must be a whole number of at least 1");
    }
    if (!Double.isFinite(alpha)) {
      throw new AdapterException(
          file + ": lora_alpha is " + json.path("lora_alpha") + "; it must be a number");
    }
    Map<Pattern, Double> patterns = new LinkedHashMap<>();
    json.path("alpha_pattern")
        .properties()
        .forEach(
            entry -> patterns.put(pattern(file, entry.getKey()), entry.getValue().asDouble(alpha)));
    return new AdapterConfig(
        rank,
        alpha,
        json.path("use_rslora").asBoolean(false),
        json.path("use_dora").asBoolean(false),
        patterns,
        json.path("base_model_name_or_path").asString(""));
  }

  private static void refuse(Path file, String key, boolean other, String allowed) {
    if (other) {
      throw new AdapterException(
          file + ": " + key + " is not supported but for its default, " + allowed);
    }
  }

  private static Pattern pattern(Path file, String text) {
    try {
      if (text.length() > LONGEST_PATTERN) {
        throw new AdapterException(
            file + ": a key of alpha_pattern has more than " + LONGEST_PATTERN + " characters");
      }
      return Pattern.compile("(?:.*\\.)?(?:" + text + ")");
    } catch (PatternSyntaxException e) {
      throw new AdapterException(
          file + ": alpha_pattern: " + text + " is no regular expression: " + e.getDescription(),
          e);
    }
  }

  /** What the product of a module's matrices is multiplied with. */
  double scale(String module, long rank) {
    double own =
        alphaPatterns.entrySet().stream()
            .filter(entry -> entry.getKey().matcher(module).matches())
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(alpha);
    return own / (rankStabilized ? Math.sqrt(rank) : rank);
  }
}
