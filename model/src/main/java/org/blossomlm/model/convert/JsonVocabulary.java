package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.OptionalInt;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.tokenizer.TokenKind;
import org.blossomlm.model.tokenizer.TokenizerDocument;
import tools.jackson.databind.JsonNode;

/**
 * Fills a {@link VocabularyTable} from a {@code tokenizer.json} with a BPE model.
 *
 * @param lists the vocabulary and the merges
 * @param file everything else
 */
record JsonVocabulary(TokenizerDocument lists, JsonDocument file, VocabularyTable table) {
  JsonVocabulary(TokenizerDocument json, VocabularyTable table) {
    this(json, new JsonDocument(json.path(), "", json.root()), table);
  }

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
    for (int entry = 0; entry < lists.size(); entry++) {
      table.set(id(entry), lists.token(entry), TokenKind.NORMAL, 0);
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
    addedTokens();
  }

  /**
   * Pieces of a SentencePiece vocabulary. SentencePiece merges the pair whose result has the
   * highest score, {@code tokenizer.json} the pair that comes first in its list; so a token scores
   * by the place of its first merge.
   */
  void readPieces() {
    requirePieces(file.node().path("normalizer"));
    String unknown = file.node().path("model").path("unk_token").stringValue("");
    for (int entry = 0; entry < lists.size(); entry++) {
      String token = lists.token(entry);
      TokenKind kind =
          token.matches("<0x[0-9A-Fa-f]{2}>")
              ? TokenKind.BYTE
              : token.equals(unknown) ? TokenKind.UNKNOWN : TokenKind.NORMAL;
      table.set(id(entry), token, kind, 0);
    }
    boolean[] scored = new boolean[table.size()];
    for (int rank = 0; rank < lists.mergeCount(); rank++) {
      OptionalInt id = table.find(lists.left(rank) + lists.right(rank));
      if (id.isPresent() && !scored[id.getAsInt()]) {
        scored[id.getAsInt()] = true;
        table.score(id.getAsInt(), -rank);
      }
    }
    addedTokens();
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

  void addedTokens() {
    for (JsonNode token : file.node().path("added_tokens")) {
      int id = token.path("id").intValue(-1);
      if (id < 0 || !token.path("content").isString()) {
        throw file.mustBe("added_tokens", "a list of tokens with id and content");
      }
      table.add(id, token.path("content").stringValue(), token.path("special").booleanValue(false));
    }
  }

  private int id(int entry) {
    int id = lists.id(entry);
    if (id < 0 || id >= table.size()) {
      throw new ConversionException(
          "%s has '%s' with id %d, but config.json says vocab_size %d; the tokenizer is of another"
                  .formatted(file.where("model.vocab"), lists.token(entry), id, table.size())
              + " model");
    }
    return id;
  }

  /** As GGUF has them: two tokens with a space between. */
  GgufArray merges() {
    var merges = new String[lists.mergeCount()];
    for (int rank = 0; rank < merges.length; rank++) {
      String merge = lists.merge(rank);
      merges[rank] =
          merge.indexOf(' ') == merge.lastIndexOf(' ')
              ? merge
              : spelt(lists.left(rank)) + " " + spelt(lists.right(rank));
    }
    return GgufArray.ofStrings(Arrays.asList(merges));
  }

  private static String spelt(String token) {
    return token.replace(" ", SPELT_SPACE);
  }
}
