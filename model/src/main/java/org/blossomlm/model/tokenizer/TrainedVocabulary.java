package org.blossomlm.model.tokenizer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.files.AtomicFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What a {@link TokenizerTrainer} made, and how it is written for other programs. */
public final class TrainedVocabulary {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final PreTokenizer preTokenizer;
  private final int specialTokens;
  private final PairMerger.Result result;

  TrainedVocabulary(PreTokenizer preTokenizer, int specialTokens, PairMerger.Result result) {
    this.preTokenizer = preTokenizer;
    this.specialTokens = specialTokens;
    this.result = result;
  }

  /** Tokens in all; fewer than were asked for if the texts have no more pairs. */
  public int size() {
    return result.tokens().size();
  }

  /** The tokens in the order of their ids, as the vocabulary spells them. */
  public List<String> tokens() {
    return result.tokens();
  }

  /** The merges in the order of their ranks, each two tokens with a space between. */
  public List<String> merges() {
    return result.merges().stream().map(merge -> merge.left() + " " + merge.right()).toList();
  }

  /**
   * What {@code tokenizer_config.json} says besides.
   *
   * @param eos ends an answer
   * @param padding fills batches up
   * @param chatTemplate Jinja
   * @param contextLength tokens that a model of this tokenizer will take
   */
  public record Config(String eos, String padding, String chatTemplate, long contextLength) {}

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json} into {@code folder}, which is
   * made if it is not there.
   *
   * @throws ModelException if a token of {@code config} is not a special token, or a file cannot be
   *     written
   */
  public void write(Path folder, Config config) {
    for (String token : List.of(config.eos(), config.padding())) {
      int id = result.tokens().indexOf(token);
      if (id < 0 || id >= specialTokens) {
        throw new ModelException(
            "\"%s\" is no special token; there are: %s"
                .formatted(token, String.join(" ", result.tokens().subList(0, specialTokens))));
      }
    }
    try {
      Files.createDirectories(folder);
      write(folder.resolve("tokenizer.json"), tokenizerJson());
      write(folder.resolve("tokenizer_config.json"), configJson(config));
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static void write(Path file, Map<String, @Nullable Object> json) throws IOException {
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8), ModelException::new);
  }

  private Map<String, @Nullable Object> tokenizerJson() {
    Map<String, @Nullable Object> vocabulary = new LinkedHashMap<>();
    for (int id = 0; id < size(); id++) {
      vocabulary.put(result.tokens().get(id), id);
    }
    List<Object> added = new ArrayList<>();
    for (int id = 0; id < specialTokens; id++) {
      added.add(
          object(
              "id", id,
              "content", result.tokens().get(id),
              "single_word", false,
              "lstrip", false,
              "rstrip", false,
              "normalized", false,
              "special", true));
    }
    Map<String, @Nullable Object> model =
        object(
            "type",
            "BPE",
            "dropout",
            null,
            "unk_token",
            null,
            "continuing_subword_prefix",
            null,
            "end_of_word_suffix",
            null,
            "fuse_unk",
            false,
            "byte_fallback",
            false,
            "ignore_merges",
            preTokenizer.ignoreMerges(),
            "vocab",
            vocabulary,
            "merges",
            merges());
    return object(
        "version",
        "1.0",
        "truncation",
        null,
        "padding",
        null,
        "added_tokens",
        added,
        "normalizer",
        preTokenizer.nfc() ? object("type", "NFC") : null,
        "pre_tokenizer",
        splits(),
        "post_processor",
        byteLevel(),
        "decoder",
        byteLevel(),
        "model",
        model);
  }

  private Map<String, @Nullable Object> splits() {
    List<Object> steps = new ArrayList<>();
    for (String pattern : preTokenizer.patterns()) {
      steps.add(
          object(
              "type",
              "Split",
              "pattern",
              object("Regex", pattern),
              "behavior",
              "Isolated",
              "invert",
              false));
    }
    steps.add(byteLevel());
    return object("type", "Sequence", "pretokenizers", steps);
  }

  private static Map<String, @Nullable Object> byteLevel() {
    return object(
        "type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", false);
  }

  private Map<String, @Nullable Object> configJson(Config config) {
    return object(
        "add_bos_token",
        false,
        "add_eos_token",
        false,
        "add_prefix_space",
        false,
        "additional_special_tokens",
        result.tokens().subList(0, specialTokens),
        "bos_token",
        null,
        "eos_token",
        config.eos(),
        "pad_token",
        config.padding(),
        "unk_token",
        null,
        "clean_up_tokenization_spaces",
        false,
        "model_max_length",
        config.contextLength(),
        "tokenizer_class",
        "PreTrainedTokenizerFast",
        "chat_template",
        config.chatTemplate());
  }

  private static Map<String, @Nullable Object> object(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }
}
