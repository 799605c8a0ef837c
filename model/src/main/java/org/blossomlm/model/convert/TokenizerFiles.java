package org.blossomlm.model.convert;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.model.tokenizer.TokenizerDocument;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tokenizer of a folder as {@code tokenizer.ggml.*} keys. SentencePiece models come from {@code
 * tokenizer.model}, which has their scores, or else from {@code tokenizer.json}, whose merges give
 * the same order; byte-level ones come from {@code tokenizer.json}.
 *
 * <p>Where there is a {@code tokenizer.json}, the result is tried out: a tokenizer read back from
 * the new keys must encode sample texts to the same ids. Vocabularies are large, so this goes on
 * while the weights are written.
 */
final class TokenizerFiles {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String PRE = PREFIX + "pre";

  /** What {@code tokenizer_config.json} calls special tokens, and what GGUF calls their ids. */
  private static final List<Map.Entry<String, String>> SPECIAL =
      List.of(
          Map.entry("bos", "bos_token_id"),
          Map.entry("eos", "eos_token_id"),
          Map.entry("unk", "unknown_token_id"),
          Map.entry("sep", "seperator_token_id"),
          Map.entry("pad", "padding_token_id"),
          Map.entry("mask", "mask_token_id"));

  private static final List<String> SAMPLES =
      List.of(
          KnownPreTokenizer.FINGERPRINT_TEXT,
          "Hello, world! It's 3.14159 o'clock; don't you think?  Two  spaces.\tTab\nLine\r\n",
          "你好，世界！今天是2024年5月1日，温度是23.5℃。请用中文回答以下问题：",
          "for (int i = 0; i < 10; i++) {\n        x[i] += \"a\\n\";\n}\n\n\n",
          " leading and trailing ",
          "naïve café Ångström Привет мир こんにちは 한국어 العربية 👩‍👩‍👧‍👦 ﬁ ½");

  private final Path folder;
  private final JsonDocument config;
  private final Optional<JsonDocument> tokenizerConfig;
  private final Background<Optional<TokenizerDocument>> tokenizerJson;
  private final VocabularyTable table;
  private final List<String> notes;

  /** The tokenizer of {@code tokenizer.json}, once somebody asked for it. */
  private @Nullable Optional<Tokenizer> reference;

  /** The pre-tokenizer is another one than its patterns alone say. */
  static final class OtherPreTokenizer extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String name;

    OtherPreTokenizer(String name) {
      super(name, null, false, false);
      this.name = name;
    }

    /** The keys with the right name. */
    GgufMetadata correct(GgufMetadata metadata) {
      return metadata.toBuilder().put(PRE, name).build();
    }
  }

  /** Begins to read {@code tokenizer.json}, if there is one. */
  static Background<Optional<TokenizerDocument>> startReading(Path folder) {
    Path json = folder.resolve("tokenizer.json");
    return Background.start(
        "tokenizer-json",
        () -> Files.exists(json) ? Optional.of(TokenizerDocument.read(json)) : Optional.empty());
  }

  /**
   * @param tokenizerJson from {@link #startReading}
   * @param config {@code config.json}
   * @param vocabulary rows of the embedding
   * @param notes receives what has no place in GGUF
   */
  TokenizerFiles(
      Path folder,
      Background<Optional<TokenizerDocument>> tokenizerJson,
      JsonDocument config,
      int vocabulary,
      List<String> notes) {
    this.folder = folder;
    this.config = config;
    this.tokenizerConfig = JsonDocument.readIfPresent(folder.resolve("tokenizer_config.json"));
    this.tokenizerJson = tokenizerJson;
    this.table = new VocabularyTable(vocabulary, notes);
    this.notes = notes;
  }

  /** {@code tokenizer_config.json}, if there is one. */
  Optional<JsonDocument> tokenizerConfig() {
    return tokenizerConfig;
  }

  /** Takes long to build, so it is not before it is needed; asked for by one thread at a time. */
  private Optional<Tokenizer> reference() {
    if (reference == null) {
      reference = tokenizerJson.result().map(Tokenizer::fromJson);
    }
    return reference;
  }

  void writeTo(GgufMetadata.Builder metadata) {
    Optional<SentencePieceFile> pieces = sentencePiece();
    if (pieces.isPresent()) {
      pieces(pieces.get(), metadata);
    } else if (tokenizerJson.result().isPresent()) {
      var json = new JsonVocabulary(tokenizerJson.result().get(), table);
      if (json.byteLevel()) {
        byteLevel(json, metadata);
      } else {
        json.readPieces();
        metadata.put(PREFIX + "model", "llama").put(PRE, "default");
        table.writeTo(metadata, true);
        spacePrefix(json.spacePrefix(), metadata);
      }
    } else {
      throw new ConversionException(
          folder
              + ": has no tokenizer.json and no tokenizer.model; save the tokenizer into the folder"
              + " with transformers: AutoTokenizer.from_pretrained(...).save_pretrained(FOLDER)");
    }
    special(pieces, metadata);
    addSpecial(metadata);
  }

  /**
   * Tries out what was written.
   *
   * @return fails with {@link OtherPreTokenizer}, or a {@link ConversionException} where texts get
   *     other ids
   */
  Background<Boolean> trial(GgufMetadata metadata) {
    return Background.start(
        "tokenizer-trial",
        () -> {
          reference()
              .ifPresent(tokenizer -> {
                requireFingerprint(tokenizer, metadata);
                requireSameIds(tokenizer, metadata);
              });
          return true;
        });
  }

  private Optional<SentencePieceFile> sentencePiece() {
    Path file = folder.resolve("tokenizer.model");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      SentencePieceFile pieces = SentencePieceFile.read(file);
      if (pieces.algorithm() != SentencePieceFile.Algorithm.BPE) {
        throw new ConversionException(
            "%s: is a SentencePiece model of type %s, which is not supported; supported are"
                    .formatted(file, pieces.algorithm().name().toLowerCase(Locale.ROOT))
                + " SentencePiece BPE and byte-level BPE");
      }
      return Optional.of(pieces);
    } catch (SentencePieceFile.NotSentencePiece e) {
      if (tokenizerJson.result().isPresent()) {
        notes.add("tokenizer.model is no SentencePiece model; tokenizer.json was used");
        return Optional.empty();
      }
      throw new ConversionException(
          file + ": is no SentencePiece model: " + e.getMessage() + "; there is no tokenizer.json",
          e);
    }
  }

  private void pieces(SentencePieceFile file, GgufMetadata.Builder metadata) {
    int ignored = 0;
    for (int id = 0; id < file.pieces().size(); id++) {
      SentencePieceFile.Piece piece = file.pieces().get(id);
      if (id < table.size()) {
        table.set(id, piece.text(), piece.kind(), piece.score());
      } else {
        ignored++;
      }
    }
    if (ignored > 0) {
      notes.add(
          "tokenizer.model has %d pieces more than the model has rows; they were left out"
              .formatted(ignored));
    }
    addedTokensFile();
    tokenizerConfig.ifPresent(this::addedTokensDecoder);
    tokenizerJson.result().ifPresent(json -> new JsonVocabulary(json, table).addedTokens());
    metadata.put(PREFIX + "model", "llama").put(PRE, "default");
    table.writeTo(metadata, true);
    boolean prefix =
        tokenizerJson
            .result()
            .map(json -> new JsonVocabulary(json, table))
            .filter(json -> !json.byteLevel())
            .map(JsonVocabulary::spacePrefix)
            .orElse(file.spacePrefix());
    spacePrefix(prefix, metadata);
  }

  /** {@code added_tokens.json}: ids by text. */
  private void addedTokensFile() {
    JsonDocument.readIfPresent(folder.resolve("added_tokens.json"))
        .ifPresent(file -> {
          for (Map.Entry<String, JsonNode> token : file.node().properties()) {
            int id = (int) file.requireInteger(token.getKey(), 0, Integer.MAX_VALUE);
            table.add(id, token.getKey(), false);
          }
        });
  }

  /** {@code added_tokens_decoder} of {@code tokenizer_config.json}: objects by id. */
  private void addedTokensDecoder(JsonDocument file) {
    file.object("added_tokens_decoder")
        .ifPresent(tokens -> {
          for (Map.Entry<String, JsonNode> token : tokens.node().properties()) {
            if (!token.getKey().matches("\\d{1,9}")
                || !token.getValue().path("content").isString()) {
              throw tokens.mustBe(token.getKey(), "a token by its id");
            }
            table.add(
                Integer.parseInt(token.getKey()),
                token.getValue().path("content").stringValue(),
                token.getValue().path("special").booleanValue(false));
          }
        });
  }

  private void spacePrefix(boolean fromFile, GgufMetadata.Builder metadata) {
    boolean prefix =
        tokenizerConfig.flatMap(file -> file.bool("add_prefix_space")).orElse(fromFile);
    metadata.put(PREFIX + "add_space_prefix", GgufValue.bool(prefix));
  }

  private void byteLevel(JsonVocabulary json, GgufMetadata.Builder metadata) {
    json.readByteLevel();
    metadata.put(PREFIX + "model", "gpt2");
    metadata.put(PRE, preTokenizer(json.file()));
    table.writeTo(metadata, false);
    metadata.put(PREFIX + "merges", json.merges());
  }

  /**
   * By the patterns, which are there at once, else by fingerprint. Models that split alike have
   * several names; which is right, the trial finds out.
   */
  private String preTokenizer(JsonDocument json) {
    Optional<KnownPreTokenizer> known = KnownPreTokenizer.byPatterns(json.node());
    if (known.isPresent()) {
      return known.get().name();
    }
    String fingerprint = KnownPreTokenizer.fingerprint(reference().orElseThrow());
    return KnownPreTokenizer.byFingerprint(fingerprint)
        .map(KnownPreTokenizer::name)
        .orElseThrow(() ->
            new ConversionException(
                "%s: its pre_tokenizer is none that GGUF has a name for (fingerprint %s); known are %s"
                    .formatted(
                        json.where("pre_tokenizer"),
                        fingerprint,
                        String.join(", ", KnownPreTokenizer.names()))));
  }

  private static void requireFingerprint(Tokenizer reference, GgufMetadata metadata) {
    if (metadata.requireString(PREFIX + "model").equals("gpt2")) {
      KnownPreTokenizer.byFingerprint(KnownPreTokenizer.fingerprint(reference))
          .filter(known -> !known.name().equals(metadata.requireString(PRE)))
          .ifPresent(known -> {
            throw new OtherPreTokenizer(known.name());
          });
    }
  }

  private void special(Optional<SentencePieceFile> pieces, GgufMetadata.Builder metadata) {
    for (Map.Entry<String, String> key : SPECIAL) {
      String name = key.getKey();
      OptionalInt id = configured(name);
      if (id.isEmpty()) {
        id = fromConfig(name);
      }
      if (id.isEmpty() && pieces.isPresent()) {
        id = ofPieces(name, pieces.get());
      }
      if (id.isPresent() && id.getAsInt() < table.size()) {
        metadata.put(PREFIX + key.getValue(), GgufValue.uint32(id.getAsInt()));
      }
    }
  }

  /** A token that {@code tokenizer_config.json} names, as text or as an object. */
  private OptionalInt configured(String name) {
    JsonNode token = tokenizerConfig.map(file -> file.node().path(name + "_token")).orElse(null);
    if (token == null) {
      return OptionalInt.empty();
    }
    JsonNode content = token.isObject() ? token.path("content") : token;
    return content.isString() ? table.find(content.stringValue()) : OptionalInt.empty();
  }

  /** An id of {@code config.json}; of several ends the first. */
  private OptionalInt fromConfig(String name) {
    JsonNode id = config.node().path(name + "_token_id");
    JsonNode first = id.isArray() ? id.path(0) : id;
    return first.isIntegralNumber() && first.canConvertToInt() && first.intValue() >= 0
        ? OptionalInt.of(first.intValue())
        : OptionalInt.empty();
  }

  private static OptionalInt ofPieces(String name, SentencePieceFile pieces) {
    int id =
        switch (name) {
          case "bos" -> pieces.bos();
          case "eos" -> pieces.eos();
          case "unk" -> pieces.unknown();
          case "pad" -> pieces.padding();
          default -> -1;
        };
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether BOS and EOS go around a text. */
  private void addSpecial(GgufMetadata.Builder metadata) {
    boolean llama =
        tokenizerConfig
            .flatMap(file -> file.string("tokenizer_class"))
            .map(name -> name.startsWith("LlamaTokenizer"))
            .orElse(tokenizerJson.result().isEmpty());
    Optional<Boolean> bos =
        tokenizerConfig
            .flatMap(file -> file.bool("add_bos_token"))
            .or(() -> llama ? Optional.of(true) : reference().map(Tokenizer::addBos));
    Optional<Boolean> eos =
        tokenizerConfig
            .flatMap(file -> file.bool("add_eos_token"))
            .or(() -> llama ? Optional.of(false) : reference().map(Tokenizer::addEos));
    bos.ifPresent(value -> metadata.put(PREFIX + "add_bos_token", GgufValue.bool(value)));
    eos.ifPresent(value -> metadata.put(PREFIX + "add_eos_token", GgufValue.bool(value)));
  }

  private void requireSameIds(Tokenizer reference, GgufMetadata metadata) {
    Tokenizer converted = Tokenizer.fromGguf(metadata);
    for (String sample : SAMPLES) {
      int[] expected = reference.encode(sample);
      int[] found = converted.encode(sample);
      if (!Arrays.equals(expected, found)) {
        throw new ConversionException(
            "%s: GGUF cannot hold this tokenizer: %s"
                .formatted(folder.resolve("tokenizer.json"), difference(sample, expected, found)));
      }
    }
  }

  /** Two encodings at the place where they part. */
  static String difference(String text, int[] expected, int[] found) {
    int at = Arrays.mismatch(expected, found);
    List<String> shown = new ArrayList<>();
    for (int[] ids : List.of(expected, found)) {
      shown.add(
          Arrays.toString(
              Arrays.copyOfRange(ids, Math.min(at, ids.length), Math.min(at + 6, ids.length))));
    }
    return "a text of %d characters would have the ids %s… from the %d. token on in place of %s…"
        .formatted(text.length(), shown.get(1), at + 1, shown.get(0));
  }
}
