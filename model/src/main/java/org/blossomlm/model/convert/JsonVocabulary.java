package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.blossomlm.model.tokenizer.TokenKind;
import tools.jackson.databind.JsonNode;

/**
 * Fills a {@link VocabularyTable} from a {@code tokenizer.json} with a BPE model.
 *
 * @param file the root of the file
 */
record JsonVocabulary(JsonDocument file, VocabularyTable table) {
  /** How a byte-level vocabulary spells a space. */
  private static final String SPELT_SPACE = "\u0120";

  /** Whether text is merged as bytes; otherwise as characters, in SentencePiece's manner. */
  boolean byteLevel() {
    return contains(file.node().path("pre_tokenizer"), "pretokenizers", "ByteLevel");
  }

  private static boolean contains(JsonNode step, String list, String type) {
    return step.path("type").stringValue("").equals(type)
        || step.path(list).valueStream().anyMatch(inner -> contains(inner, list, type));
  }

  /** Tokens of a byte-level vocabulary. */
  void readByteLevel() {
    for (Map.Entry<String, JsonNode> entry : vocabulary().properties()) {
      table.set(id(entry), entry.getKey(), TokenKind.NORMAL, 0);
    }
    for (JsonNode token : file.node().path("added_tokens")) {
      int id = token.path("id").intValue(-1);
      if (id >= table.size()) {
        throw new ConversionException(
            "%s has '%s' with id %d, but config.json says vocab_size %d; the tokenizer is of another"
                    .formatted(
                        file.where("added_tokens"),
                        token.path("content").stringValue(""),
                        id,
                        table.size())
                + " model");
      }
    }
    addedTokens(file, table);
  }

  /**
   * Pieces of a SentencePiece vocabulary. SentencePiece merges the pair whose result has the
   * highest score, {@code tokenizer.json} the pair that comes first in its list; so a token scores
   * by the place of its first merge.
   */
  void readPieces() {
    requirePieces(file.node().path("normalizer"));
    String unknown = file.node().path("model").path("unk_token").stringValue("");
    for (Map.Entry<String, JsonNode> entry : vocabulary().properties()) {
      String token = entry.getKey();
      TokenKind kind =
          token.matches("<0x[0-9A-Fa-f]{2}>")
              ? TokenKind.BYTE
              : token.equals(unknown) ? TokenKind.UNKNOWN : TokenKind.NORMAL;
      table.set(id(entry), token, kind, 0);
    }
    boolean[] scored = new boolean[table.size()];
    int rank = 0;
    for (String[] merge : pairs()) {
      OptionalInt id = table.find(merge[0] + merge[1]);
      if (id.isPresent() && !scored[id.getAsInt()]) {
        scored[id.getAsInt()] = true;
        table.score(id.getAsInt(), -rank);
      }
      rank++;
    }
    addedTokens(file, table);
  }

  /** Steps that GGUF's SentencePiece has: a space in front, and spaces spelt as blocks. */
  private void requirePieces(JsonNode normalizer) {
    String type = normalizer.path("type").stringValue("");
    boolean known =
        switch (type) {
          case "" -> true;
          case "Sequence" -> {
            normalizer.path("normalizers").forEach(this::requirePieces);
            yield true;
          }
          case "Prepend" ->
              normalizer.path("prepend").stringValue("").equals(VocabularyTable.LOWER_BLOCK);
          case "Replace" ->
              normalizer.path("content").stringValue("").equals(VocabularyTable.LOWER_BLOCK)
                  && normalizer.path("pattern").path("String").stringValue("").equals(" ");
          default -> false;
        };
    if (!known) {
      throw file.mustBe("normalizer", "one that puts \u2581 in place of spaces and does no more");
    }
  }

  /** Whether a space goes before the first word. */
  boolean spacePrefix() {
    JsonNode root = file.node();
    if (contains(root.path("normalizer"), "normalizers", "Prepend")) {
      return true;
    }
    JsonNode step = metaspace(root.path("pre_tokenizer"));
    return !step.isMissingNode()
        && (step.path("prepend_scheme").isString()
            ? !step.path("prepend_scheme").stringValue().equals("never")
            : step.path("add_prefix_space").booleanValue(true));
  }

  private static JsonNode metaspace(JsonNode step) {
    if (step.path("type").stringValue("").equals("Metaspace")) {
      return step;
    }
    return step.path("pretokenizers").isEmpty()
        ? step.path("none")
        : metaspace(step.path("pretokenizers").path(0));
  }

  static void addedTokens(JsonDocument file, VocabularyTable table) {
    for (JsonNode token : file.node().path("added_tokens")) {
      int id = token.path("id").intValue(-1);
      if (id < 0 || !token.path("content").isString()) {
        throw file.mustBe("added_tokens", "a list of tokens with id and content");
      }
      table.add(id, token.path("content").stringValue(), token.path("special").booleanValue(false));
    }
  }

  private JsonNode vocabulary() {
    return file.node().path("model").path("vocab");
  }

  private int id(Map.Entry<String, JsonNode> entry) {
    int id = entry.getValue().intValue(-1);
    if (id < 0 || id >= table.size()) {
      throw new ConversionException(
          "%s has '%s' with id %s, but config.json says vocab_size %d; the tokenizer is of another"
                  .formatted(
                      file.where("model.vocab"), entry.getKey(), entry.getValue(), table.size())
              + " model");
    }
    return id;
  }

  /** Both parts of every merge. */
  private List<String[]> pairs() {
    List<String[]> pairs = new ArrayList<>();
    for (JsonNode merge : file.node().path("model").path("merges")) {
      String[] parts =
          merge.isArray()
              ? new String[] {merge.path(0).stringValue(""), merge.path(1).stringValue("")}
              : merge.stringValue("").split(" ", -1);
      if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
        throw new ConversionException(
            "%s[%d] is %s; a merge is two tokens"
                .formatted(file.where("model.merges"), pairs.size(), merge));
      }
      pairs.add(parts);
    }
    return pairs;
  }

  /** As GGUF has them: two tokens with a space between. */
  List<String> merges() {
    return pairs().stream()
        .map(pair -> pair[0].replace(" ", SPELT_SPACE) + " " + pair[1].replace(" ", SPELT_SPACE))
        .toList();
  }
}
