package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.TokenKind;
import org.jspecify.annotations.Nullable;

/** The tokenizer of a GGUF file as Hugging Face's files have it. */
final class TokenizerJson {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String BLOCK = VocabularyTable.LOWER_BLOCK;

  /** GGUF's keys of special tokens and Hugging Face's names for them. */
  private static final List<Map.Entry<String, String>> SPECIAL =
      List.of(
          Map.entry("bos_token_id", "bos_token"),
          Map.entry("eos_token_id", "eos_token"),
          Map.entry("unknown_token_id", "unk_token"),
          Map.entry("padding_token_id", "pad_token"),
          Map.entry("seperator_token_id", "sep_token"),
          Map.entry("mask_token_id", "mask_token"));

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final TokenKind[] kinds;
  private final boolean pieces;

  /**
   * @throws org.blossomlm.model.ModelException if the file has no tokenizer, or one of another kind
   */
  TokenizerJson(GgufMetadata metadata) {
    this.metadata = metadata;
    this.pieces = metadata.requireString(PREFIX + "model").equals("llama");
    this.tokens =
        metadata
            .strings(PREFIX + "tokens")
            .orElseThrow(() -> new ConversionException(PREFIX + "tokens is missing"));
    int[] types = metadata.integers(PREFIX + "token_type").orElse(new int[tokens.size()]);
    if (types.length != tokens.size()) {
      throw new ConversionException(
          "%stoken_type has %d entries for %d tokens"
              .formatted(PREFIX, types.length, tokens.size()));
    }
    this.kinds = new TokenKind[types.length];
    for (int id = 0; id < types.length; id++) {
      kinds[id] = TokenKind.ofGgufId(types[id]).orElse(TokenKind.NORMAL);
    }
  }

  /** An id that only fills a row of the embedding. */
  private boolean isPadding(int id) {
    return kinds[id] == TokenKind.UNUSED && tokens.get(id).equals(VocabularyTable.padding(id));
  }

  /** Special tokens by Hugging Face's names. */
  Map<String, Integer> special() {
    Map<String, Integer> special = new LinkedHashMap<>();
    for (Map.Entry<String, String> key : SPECIAL) {
      OptionalLong id = metadata.integer(PREFIX + key.getKey());
      if (id.isEmpty() && pieces) {
        id = assumed(key.getKey());
      }
      if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() < tokens.size()) {
        special.put(key.getValue(), (int) id.getAsLong());
      }
    }
    return special;
  }

  /** What readers of GGUF assume of SentencePiece models. */
  private static OptionalLong assumed(String key) {
    return switch (key) {
      case "bos_token_id" -> OptionalLong.of(1);
      case "eos_token_id" -> OptionalLong.of(2);
      case "unknown_token_id" -> OptionalLong.of(0);
      default -> OptionalLong.empty();
    };
  }

  private boolean addBos() {
    boolean usual =
        pieces
            || metadata
                .string(PREFIX + "pre")
                .map(name -> name.equals("llama-bpe") || name.equals("tekken"))
                .orElse(false);
    return metadata.bool(PREFIX + "add_bos_token").orElse(usual);
  }

  private boolean addEos() {
    return metadata.bool(PREFIX + "add_eos_token").orElse(false);
  }

  private boolean spacePrefix() {
    return metadata.bool(PREFIX + "add_space_prefix").orElse(true);
  }

  /** {@code tokenizer.json}. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", null);
    json.put("padding", null);
    json.put("added_tokens", addedTokens());
    if (pieces) {
      json.put("normalizer", normalizer());
      json.put("pre_tokenizer", null);
      json.put("post_processor", postProcessor());
      json.put("decoder", pieceDecoder());
      json.put("model", pieceModel());
    } else {
      KnownPreTokenizer pre = preTokenizer();
      json.put("normalizer", pre.nfc() ? Map.of("type", "NFC") : null);
      json.put("pre_tokenizer", steps(pre));
      json.put("post_processor", postProcessor());
      json.put("decoder", byteLevel());
      json.put("model", byteModel(pre));
    }
    return json;
  }

  private List<Object> addedTokens() {
    List<Object> added = new ArrayList<>();
    for (int id = 0; id < kinds.length; id++) {
      if (kinds[id].special() || kinds[id] == TokenKind.USER_DEFINED) {
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("id", id);
        token.put("content", tokens.get(id));
        token.put("single_word", false);
        token.put("lstrip", false);
        token.put("rstrip", false);
        token.put("normalized", false);
        token.put("special", kinds[id].special());
        added.add(token);
      }
    }
    return added;
  }

  private Map<String, Integer> vocabulary() {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (int id = 0; id < kinds.length; id++) {
      if (!isPadding(id)) {
        vocabulary.putIfAbsent(tokens.get(id), id);
      }
    }
    return vocabulary;
  }

  private Map<String, Object> model(Map<String, Integer> vocabulary, List<?> merges) {
    Map<String, Object> model = new LinkedHashMap<>();
    Integer unknown = special().get("unk_token");
    model.put("type", "BPE");
    model.put("dropout", null);
    model.put("unk_token", unknown == null || !pieces ? null : tokens.get(unknown));
    model.put("continuing_subword_prefix", null);
    model.put("end_of_word_suffix", null);
    model.put("fuse_unk", pieces);
    model.put("byte_fallback", pieces);
    model.put("ignore_merges", false);
    model.put("vocab", vocabulary);
    model.put("merges", merges);
    return model;
  }

  private Map<String, Object> normalizer() {
    List<Object> steps = new ArrayList<>();
    if (spacePrefix()) {
      steps.add(ordered("type", "Prepend", "prepend", BLOCK));
    }
    steps.add(replace(" ", BLOCK));
    return ordered("type", "Sequence", "normalizers", steps);
  }

  private Map<String, Object> pieceDecoder() {
    List<Object> steps = new ArrayList<>();
    steps.add(replace(BLOCK, " "));
    steps.add(Map.of("type", "ByteFallback"));
    steps.add(Map.of("type", "Fuse"));
    if (spacePrefix()) {
      steps.add(ordered("type", "Strip", "content", " ", "start", 1, "stop", 0));
    }
    return ordered("type", "Sequence", "decoders", steps);
  }

  private static Map<String, Object> replace(String pattern, String content) {
    return ordered("type", "Replace", "pattern", Map.of("String", pattern), "content", content);
  }

  private Map<String, Object> pieceModel() {
    Map<String, Integer> vocabulary = vocabulary();
    return model(vocabulary, pieceMerges(vocabulary));
  }

  private record Merge(int result, int left, int right, float score) {}

  /** Every way to make a piece of two others, best score first, as SentencePiece would merge. */
  private List<List<String>> pieceMerges(Map<String, Integer> vocabulary) {
    float[] scores = scores();
    Map<String, Integer> normal = new HashMap<>();
    vocabulary.forEach((token, id) -> {
      if (kinds[id] == TokenKind.NORMAL) {
        normal.put(token, id);
      }
    });
    List<Merge> merges = new ArrayList<>();
    normal.forEach((token, id) -> {
      for (int at = token.offsetByCodePoints(0, token.isEmpty() ? 0 : 1);
          at < token.length();
          at = token.offsetByCodePoints(at, 1)) {
        Integer left = normal.get(token.substring(0, at));
        Integer right = normal.get(token.substring(at));
        if (left != null && right != null) {
          merges.add(new Merge(id, left, right, scores[id]));
        }
      }
    });
    merges.sort(
        Comparator.comparingDouble((Merge merge) -> -merge.score())
            .thenComparingInt(Merge::result)
            .thenComparingInt(Merge::left)
            .thenComparingInt(Merge::right));
    return merges.stream()
        .map(merge -> List.of(tokens.get(merge.left()), tokens.get(merge.right())))
        .toList();
  }

  private float[] scores() {
    float[] scores = metadata.floats(PREFIX + "scores").orElse(new float[0]);
    if (scores.length != tokens.size()) {
      throw new ConversionException(
          "%sscores has %d entries for %d tokens".formatted(PREFIX, scores.length, tokens.size()));
    }
    return scores;
  }

  private KnownPreTokenizer preTokenizer() {
    String name = metadata.string(PREFIX + "pre").orElse("default");
    return KnownPreTokenizer.named(name)
        .orElseThrow(() ->
            new ConversionException(
                "%spre is %s, which is not known; known are %s"
                    .formatted(PREFIX, name, String.join(", ", KnownPreTokenizer.names()))));
  }

  private static Map<String, Object> steps(KnownPreTokenizer pre) {
    List<Object> steps = new ArrayList<>();
    for (String pattern : pre.patterns()) {
      steps.add(
          ordered(
              "type",
              "Split",
              "pattern",
              Map.of("Regex", pattern),
              "behavior",
              "Isolated",
              "invert",
              false));
    }
    steps.add(byteLevel());
    return ordered("type", "Sequence", "pretokenizers", steps);
  }

  private static Map<String, Object> byteLevel() {
    return ordered(
        "type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", false);
  }

  private Map<String, Object> byteModel(KnownPreTokenizer pre) {
    List<String> merges =
        metadata
            .strings(PREFIX + "merges")
            .orElseThrow(() -> new ConversionException(PREFIX + "merges is missing"));
    Map<String, Object> model = model(vocabulary(), merges);
    model.put("ignore_merges", pre.ignoreMerges());
    return model;
  }

  /** BOS and EOS around a text; nothing if there is none. */
  private Map<String, Object> postProcessor() {
    Map<String, Integer> special = special();
    List<Object> single = new ArrayList<>();
    List<Object> pair = new ArrayList<>();
    Map<String, Object> used = new LinkedHashMap<>();
    for (String sequence : List.of("A", "B")) {
      List<Object> one = new ArrayList<>();
      if (addBos()) {
        token(special.get("bos_token"), one, used);
      }
      one.add(Map.of("Sequence", ordered("id", sequence, "type_id", 0)));
      if (addEos()) {
        token(special.get("eos_token"), one, used);
      }
      pair.addAll(one);
      if (sequence.equals("A")) {
        single.addAll(one);
      }
    }
    return ordered(
        "type", "TemplateProcessing", "single", single, "pair", pair, "special_tokens", used);
  }

  private void token(@Nullable Integer id, List<Object> pieces, Map<String, Object> used) {
    if (id != null) {
      String text = tokens.get(id);
      pieces.add(Map.of("SpecialToken", ordered("id", text, "type_id", 0)));
      used.put(text, ordered("id", text, "ids", List.of(id), "tokens", List.of(text)));
    }
  }

  /** {@code tokenizer_config.json}. */
  Map<String, Object> config(long context, ChatTemplateFiles templates) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("add_bos_token", addBos());
    config.put("add_eos_token", addEos());
    if (pieces) {
      config.put("add_prefix_space", spacePrefix());
    }
    special().forEach((name, id) -> config.put(name, tokens.get(id)));
    config.put("clean_up_tokenization_spaces", false);
    config.put("model_max_length", context);
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    templates.toJson().ifPresent(template -> config.put("chat_template", template));
    return config;
  }

  /** {@code tokenizer.model} of a SentencePiece vocabulary: it keeps the scores. */
  Optional<SentencePieceFile> sentencePiece() {
    if (!pieces) {
      return Optional.empty();
    }
    float[] scores = scores();
    int size = tokens.size();
    while (size > 0 && isPadding(size - 1)) {
      size--;
    }
    List<SentencePieceFile.Piece> list = new ArrayList<>();
    for (int id = 0; id < size; id++) {
      list.add(new SentencePieceFile.Piece(tokens.get(id), scores[id], kinds[id]));
    }
    Map<String, Integer> special = special();
    return Optional.of(
        new SentencePieceFile(
            list,
            SentencePieceFile.Algorithm.BPE,
            spacePrefix(),
            special.getOrDefault("unk_token", -1),
            special.getOrDefault("bos_token", -1),
            special.getOrDefault("eos_token", -1),
            special.getOrDefault("pad_token", -1)));
  }

  @SuppressWarnings("NullAway") // JSON has nulls
  private static Map<String, Object> ordered(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
