package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The small files of a Hugging Face folder that decide which tokens a model sees and where its
 * answers end.
 */
final class PromptFiles {
  /** Goes before a template in tokenizer_config.json. */
  static final String TEMPLATE = "chat_template.jinja";

  private static final String GENERATION = "generation_config.json";
  private static final String END_IDS = "eos_token_id";

  private static final List<String> NAMES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          TEMPLATE);

  private static final JsonMapper JSON = new JsonMapper();

  private PromptFiles() {}

  /**
   * Copies tokenizer and template over those that are there.
   *
   * @param source a folder, or its tokenizer.json
   * @throws TrainException if it is another kind of file
   */
  static void copy(Path source, Path folder) {
    Path from = source.toString().endsWith(".json") ? source.toAbsolutePath().getParent() : source;
    if (from == null || !Files.exists(from.resolve("tokenizer.json"))) {
      throw new TrainException(
          source
              + ": tokenizer: give a folder with tokenizer.json (blossom convert makes one of a"
              + " GGUF file, blossom tokenizer train of your data)");
    }
    try {
      for (String name : NAMES) {
        Path file = from.resolve(name);
        if (Files.isRegularFile(file)) {
          Files.copy(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Makes the template of a folder that of another, if it has one. */
  static void copyTemplate(Path from, Path folder) {
    Path template = from.resolve(TEMPLATE);
    if (Files.isRegularFile(template)) {
      try {
        setTemplate(folder, Files.readString(template));
      } catch (IOException e) {
        throw new TrainException(template + ": cannot be read: " + e.getMessage(), e);
      }
    }
  }

  /** Makes {@code template} the one of a folder. */
  static void setTemplate(Path folder, String template) {
    try {
      AtomicFile.write(
          folder.resolve(TEMPLATE), template.getBytes(StandardCharsets.UTF_8), TrainException::new);
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Makes a model stop where it has learnt to: what ends most answers is its EOS, and
   * generation_config.json names every end. A base model's EOS ends texts; one that was taught to
   * end turns with another token would never stop.
   *
   * @param ends of learnt answers, the most frequent first
   */
  static void setEnds(Path folder, Tokenizer tokenizer, List<Integer> ends) {
    if (ends.isEmpty()) {
      return;
    }
    int first = ends.getFirst();
    if (tokenizer.eos().isEmpty() || tokenizer.eos().getAsInt() != first) {
      edit(folder.resolve("config.json"), config -> config.put("eos_token_id", first));
      edit(
          folder.resolve("tokenizer_config.json"),
          config -> config.put("eos_token", tokenizer.token(first)));
    }
    writeEnds(folder, tokenizer, ends);
  }

  /** Names the ends in generation_config.json. */
  static void writeEnds(Path folder, Tokenizer tokenizer, List<Integer> ends) {
    Set<Integer> all = new LinkedHashSet<>(ends);
    tokenizer.eos().ifPresent(all::add);
    edit(
        folder.resolve(GENERATION),
        config -> {
          ArrayNode ids = config.putArray(END_IDS);
          all.forEach(ids::add);
        });
  }

  /** The ends that generation_config.json names; none where there is none. */
  static List<Integer> ends(Path folder) {
    Path file = folder.resolve(GENERATION);
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      JsonNode ids = JsonTree.read(Files.readAllBytes(file)).path(END_IDS);
      return ids.isArray()
          ? ids.valueStream().filter(JsonNode::isInt).map(JsonNode::intValue).toList()
          : ids.isInt() ? List.of(ids.intValue()) : List.of();
    } catch (IOException | JacksonException e) {
      throw new TrainException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void edit(Path file, Consumer<ObjectNode> change) {
    try {
      JsonNode json =
          Files.exists(file) ? JsonTree.read(Files.readAllBytes(file)) : JSON.createObjectNode();
      if (json instanceof ObjectNode object) {
        change.accept(object);
      }
      AtomicFile.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json), TrainException::new);
    } catch (IOException | JacksonException e) {
      throw new TrainException(file + ": cannot be changed: " + e.getMessage(), e);
    }
  }
}
