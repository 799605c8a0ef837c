package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import tools.jackson.databind.JsonNode;

/**
 * The chat templates of a folder by name; {@code default} is the one without a name of its own. A
 * {@code chat_template.jinja} goes before the {@code chat_template} of {@code
 * tokenizer_config.json}, as in transformers.
 */
record ChatTemplateFiles(Map<String, String> templates) {
  private static final String DEFAULT = "default";
  private static final String KEY = "tokenizer.chat_template";
  private static final long LARGEST = 4 << 20;

  static ChatTemplateFiles of(Path folder, Optional<JsonDocument> tokenizerConfig) {
    Map<String, String> templates = new LinkedHashMap<>();
    tokenizerConfig.ifPresent(config -> configured(config, templates));
    Path file = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      templates.put(DEFAULT, text(file));
    }
    further(folder.resolve("additional_chat_templates"), templates);
    return new ChatTemplateFiles(templates);
  }

  private static void configured(JsonDocument config, Map<String, String> templates) {
    JsonNode value = config.node().path("chat_template");
    if (value.isString()) {
      templates.put(DEFAULT, value.stringValue());
    } else if (value.isArray()) {
      for (JsonNode item : value) {
        if (!item.path("name").isString() || !item.path("template").isString()) {
          throw config.mustBe("chat_template", "a string, or a list of {name, template}");
        }
        templates.put(item.path("name").stringValue(), item.path("template").stringValue());
      }
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw config.mustBe("chat_template", "a string, or a list of {name, template}");
    }
  }

  private static void further(Path folder, Map<String, String> templates) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Map<String, String> sorted = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jinja")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        sorted.put(name.substring(0, name.length() - ".jinja".length()), text(file));
      }
    } catch (IOException e) {
      throw new ConversionException(folder + ": cannot be read: " + e.getMessage(), e);
    }
    templates.putAll(sorted);
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new ConversionException(
            "%s: has %d bytes; at most %d are allowed".formatted(file, Files.size(file), LARGEST));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConversionException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  void writeTo(GgufMetadata.Builder metadata) {
    List<String> names = new ArrayList<>();
    templates.forEach((name, template) -> {
      String clean = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
      if (clean.equals(DEFAULT)) {
        metadata.put(KEY, template);
      } else {
        metadata.put(KEY + "." + clean, template);
        names.add(clean);
      }
    });
    if (!names.isEmpty()) {
      metadata.put("tokenizer.chat_templates", GgufArray.ofStrings(names));
    }
  }

  /** The templates of a GGUF file. */
  static ChatTemplateFiles of(GgufMetadata metadata) {
    Map<String, String> templates = new LinkedHashMap<>();
    metadata.string(KEY).ifPresent(template -> templates.put(DEFAULT, template));
    for (String key : metadata.keys()) {
      if (key.startsWith(KEY + ".")) {
        metadata
            .string(key)
            .ifPresent(template -> templates.put(key.substring(KEY.length() + 1), template));
      }
    }
    return new ChatTemplateFiles(templates);
  }

  /** As {@code tokenizer_config.json} has them: a string, or a list; nothing if there are none. */
  Optional<Object> toJson() {
    if (templates.isEmpty()) {
      return Optional.empty();
    }
    if (templates.keySet().equals(Set.of(DEFAULT))) {
      return Optional.of(templates.values().iterator().next());
    }
    List<Map<String, String>> list = new ArrayList<>();
    templates.forEach((name, template) -> {
      Map<String, String> item = new LinkedHashMap<>();
      item.put("name", name);
      item.put("template", template);
      list.add(item);
    });
    return Optional.of(list);
  }
}
