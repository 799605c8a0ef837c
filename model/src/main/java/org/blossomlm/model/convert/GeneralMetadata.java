package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufValueType;

/**
 * The keys {@code general.*}: what the model is called, who made it from what, under which licence,
 * and how its makers sample. Sources are the model card ({@code README.md}), {@code config.json},
 * {@code generation_config.json} and the name of the folder, in the order of llama.cpp's
 * converters.
 *
 * @param name the parts of the model's name
 * @param card the header of the model card
 * @param generation {@code generation_config.json}
 */
record GeneralMetadata(ModelName name, FrontMatter card, Optional<JsonDocument> generation) {
  private static final long LARGEST_CARD = 4 << 20;
  private static final String HUB = "https://huggingface.co/";
  private static final Pattern HUB_ID =
      Pattern.compile("https?://huggingface\\.co/([^/]+/[^/]+)/?");

  /** Keys of the sampling defaults: GGUF's, the file's, and whether it is a whole number. */
  private record Sampling(String gguf, List<String> names, boolean whole) {}

  private static final List<Sampling> SAMPLING =
      List.of(
          new Sampling("top_k", List.of("top_k"), true),
          new Sampling("top_p", List.of("top_p"), false),
          new Sampling("min_p", List.of("min_p"), false),
          new Sampling("temp", List.of("temperature"), false),
          new Sampling("penalty_repeat", List.of("repetition_penalty", "penalty_repeat"), false));

  /**
   * Reads what a folder says of itself.
   *
   * @param parameters numbers in all tensors
   */
  static GeneralMetadata of(Path folder, JsonDocument config, long parameters) {
    FrontMatter card = card(folder.resolve("README.md"));
    ModelName fromConfig =
        config
            .string("_name_or_path")
            .filter(id -> !id.startsWith("/") && id.chars().filter(c -> c == '/').count() <= 1)
            .map(id -> ModelName.of(id, parameters))
            .orElse(ModelName.UNKNOWN);
    String folderName = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    ModelName fromFolder = ModelName.of(folderName, parameters);
    var name =
        new ModelName(
            first(card, "name", "model_name")
                .or(() -> fromConfig.name().or(fromFolder::name).map(ModelName::title)),
            first(card, "organization", "model_organization")
                .or(() ->
                    fromConfig.organization().or(fromFolder::organization).map(ModelName::title)),
            first(card, "basename", "model_basename")
                .or(() -> fromConfig.basename().or(fromFolder::basename)),
            first(card, "size_label", "model_size_label")
                .or(() -> fromConfig.sizeLabel().or(fromFolder::sizeLabel))
                .or(() -> Optional.of(ModelName.sizeLabel(parameters))),
            first(card, "finetune", "model_finetune")
                .or(() -> fromConfig.finetune().or(fromFolder::finetune)),
            first(card, "version", "model_version")
                .or(() -> fromConfig.version().or(fromFolder::version)));
    return new GeneralMetadata(
        name, card, JsonDocument.readIfPresent(folder.resolve("generation_config.json")));
  }

  private static FrontMatter card(Path readme) {
    try {
      return Files.isRegularFile(readme) && Files.size(readme) <= LARGEST_CARD
          ? FrontMatter.of(new String(Files.readAllBytes(readme), StandardCharsets.UTF_8))
          : FrontMatter.NONE;
    } catch (IOException e) {
      throw new ConversionException(readme + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Optional<String> first(FrontMatter card, String... keys) {
    return Stream.of(keys).flatMap(key -> card.string(key).stream()).findFirst();
  }

  void writeTo(GgufMetadata.Builder metadata) {
    metadata.put("general.type", "model");
    generation.ifPresent(file -> writeSampling(file, metadata));
    put(metadata, "name", name.name());
    put(metadata, "author", first(card, "author", "model_author", "model_creator"));
    put(metadata, "version", name.version());
    put(metadata, "organization", name.organization());
    put(metadata, "finetune", name.finetune());
    put(metadata, "basename", name.basename());
    put(metadata, "description", first(card, "description", "model_description"));
    put(metadata, "size_label", name.sizeLabel());
    List<String> licence = card.strings("license");
    put(
        metadata,
        "license",
        licence.isEmpty() ? Optional.empty() : Optional.of(String.join(",", licence)));
    put(metadata, "license.name", card.string("license_name"));
    put(metadata, "license.link", card.string("license_link"));
    put(metadata, "source.url", first(card, "url", "model_url"));
    put(metadata, "source.doi", first(card, "doi", "model_doi"));
    put(metadata, "source.repo_url", first(card, "repo_url", "model_repo_url"));
    writeSources(metadata, "base_model", either("base_model", "base_models"));
    writeSources(metadata, "dataset", either("datasets", "dataset"));
    putAll(metadata, "tags", both("tags", "pipeline_tag"));
    putAll(metadata, "languages", both("languages", "language"));
  }

  private List<String> either(String one, String other) {
    List<String> found = card.strings(one);
    return found.isEmpty() ? card.strings(other) : found;
  }

  private List<String> both(String one, String other) {
    List<String> all = new ArrayList<>(card.strings(one));
    all.addAll(card.strings(other));
    return all;
  }

  private static void writeSampling(JsonDocument file, GgufMetadata.Builder metadata) {
    for (Sampling sampling : SAMPLING) {
      for (String field : sampling.names()) {
        if (file.node().path(field).isNumber()) {
          double value = file.node().path(field).doubleValue();
          metadata.put(
              "general.sampling." + sampling.gguf(),
              sampling.whole()
                  ? new GgufValue.Int(GgufValueType.INT32, (int) value)
                  : GgufValue.float32((float) value));
          break;
        }
      }
    }
  }

  /** {@code OWNER/NAME} of the hub, or an address. */
  private static void writeSources(
      GgufMetadata.Builder metadata, String kind, List<String> sources) {
    if (sources.isEmpty()) {
      return;
    }
    metadata.put("general." + kind + ".count", GgufValue.uint32(sources.size()));
    for (int i = 0; i < sources.size(); i++) {
      String source = sources.get(i);
      String prefix = kind + "." + i + ".";
      Matcher hub = HUB_ID.matcher(source);
      boolean address = source.matches("(https?|ssh)://.*");
      String id = hub.matches() ? hub.group(1) : address ? "" : source;
      ModelName parts = ModelName.of(id, 0);
      put(metadata, prefix + "name", parts.name().map(ModelName::title));
      put(metadata, prefix + "version", parts.version());
      put(metadata, prefix + "organization", parts.organization().map(ModelName::title));
      if (address) {
        put(metadata, prefix + "repo_url", Optional.of(source));
      } else if (parts.organization().isPresent()) {
        put(metadata, prefix + "repo_url", Optional.of(HUB + source));
      }
    }
  }

  private static void put(GgufMetadata.Builder metadata, String key, Optional<String> value) {
    value.ifPresent(text -> metadata.put("general." + key, text));
  }

  private static void putAll(GgufMetadata.Builder metadata, String key, List<String> values) {
    if (!values.isEmpty()) {
      metadata.put("general." + key, GgufArray.ofStrings(values));
    }
  }

  /** The header of a model card that says the same as the keys of a GGUF file. */
  static String cardOf(GgufMetadata metadata) {
    var lines = new StringBuilder("---\n");
    for (Map.Entry<String, String> pair :
        List.of(
            Map.entry("general.name", "model_name"),
            Map.entry("general.author", "author"),
            Map.entry("general.license", "license"),
            Map.entry("general.license.name", "license_name"),
            Map.entry("general.license.link", "license_link"))) {
      metadata
          .string(pair.getKey())
          .ifPresent(value ->
              lines.append(pair.getValue()).append(": ").append(quoted(value)).append('\n'));
    }
    list(lines, "base_model", sources(metadata, "base_model"));
    list(lines, "datasets", sources(metadata, "dataset"));
    list(lines, "tags", metadata.strings("general.tags").orElse(List.of()));
    list(lines, "language", metadata.strings("general.languages").orElse(List.of()));
    return lines.append("---\n").toString();
  }

  private static List<String> sources(GgufMetadata metadata, String kind) {
    List<String> sources = new ArrayList<>();
    long count = Math.min(256, metadata.integer("general." + kind + ".count").orElse(0));
    for (int i = 0; i < count; i++) {
      String prefix = "general." + kind + "." + i + ".";
      metadata
          .string(prefix + "repo_url")
          .map(url -> url.startsWith(HUB) ? url.substring(HUB.length()) : url)
          .or(() -> metadata.string(prefix + "name"))
          .ifPresent(sources::add);
    }
    return sources;
  }

  private static void list(StringBuilder lines, String key, List<String> values) {
    if (!values.isEmpty()) {
      lines.append(key).append(":\n");
      values.forEach(value -> lines.append("- ").append(quoted(value)).append('\n'));
    }
  }

  /** Without what YAML gives a meaning in quotes: quotes themselves, and the escape. */
  private static String quoted(String value) {
    return "\"" + value.replaceAll("[\"\\\\\\p{Cntrl}]+", " ") + "\"";
  }
}
