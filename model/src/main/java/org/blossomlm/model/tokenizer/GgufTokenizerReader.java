package org.blossomlm.model.tokenizer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufMetadata;

/**
 * Builds a tokenizer from the {@code tokenizer.ggml.*} keys of a GGUF file. Which keys there are
 * and what is assumed where one is missing follows llama.cpp.
 */
final class GgufTokenizerReader {
  private static final Logger LOG = System.getLogger(GgufTokenizerReader.class.getName());
  private static final String PREFIX = "tokenizer.ggml.";
  private static final long NO_ID = 0xFFFFFFFFL;

  private final GgufMetadata metadata;
  private final String[] tokens;
  private final TokenKind[] kinds;
  private final Vocabulary vocabulary;

  GgufTokenizerReader(GgufMetadata metadata) {
    this.metadata = metadata;
    requireSupportedModel();
    tokens = required("tokens", metadata.strings(PREFIX + "tokens")).toArray(new String[0]);
    if (tokens.length == 0) {
      throw new ModelException(PREFIX + "tokens is empty; a tokenizer needs a vocabulary");
    }
    kinds = kinds();
    vocabulary =
        Vocabulary.of(
            tokens,
            kinds,
            (first, second) ->
                new ModelException(
                    "%stokens has '%s' twice, as ids %d and %d; every token must be unique"
                        .formatted(PREFIX, tokens[second], first, second)));
    for (String name : SpecialTokens.endNames()) {
      vocabulary.id(name).ifPresent(id -> kinds[id] = TokenKind.CONTROL);
    }
  }

  Tokenizer read() {
    return isSentencePiece() ? sentencePiece() : byteLevel();
  }

  private boolean isSentencePiece() {
    return metadata.requireString(PREFIX + "model").equals("llama");
  }

  private void requireSupportedModel() {
    String model = metadata.requireString(PREFIX + "model");
    if (!model.equals("llama") && !model.equals("gpt2")) {
      throw new ModelException(
          "%smodel is '%s', which is not supported; supported are 'llama' (SentencePiece BPE) and"
                  .formatted(PREFIX, model)
              + " 'gpt2' (byte-level BPE)");
    }
  }

  private TokenKind[] kinds() {
    TokenKind[] all = new TokenKind[tokens.length];
    Optional<int[]> types = metadata.integers(PREFIX + "token_type");
    if (types.isEmpty()) {
      Arrays.fill(all, TokenKind.NORMAL);
      for (int id = 0; id < tokens.length && isSentencePiece(); id++) {
        all[id] = ByteTokens.parse(tokens[id]) < 0 ? TokenKind.NORMAL : TokenKind.BYTE;
      }
      return all;
    }
    requireSameLength("token_type", types.get().length);
    for (int id = 0; id < tokens.length; id++) {
      int type = types.get()[id];
      int index = id;
      all[id] =
          type == 0
              ? TokenKind.NORMAL
              : TokenKind.ofGgufId(type)
                  .orElseThrow(() ->
                      new ModelException(
                          "%stoken_type[%d] is %d; token types are 0 to 6"
                              .formatted(PREFIX, index, type)));
    }
    return all;
  }

  private Tokenizer sentencePiece() {
    float[] scores = required("scores", metadata.floats(PREFIX + "scores"));
    requireSameLength("scores", scores.length);
    for (int id = 0; id < scores.length; id++) {
      if (Float.isNaN(scores[id])) {
        throw new ModelException("%sscores[%d] is not a number".formatted(PREFIX, id));
      }
    }
    boolean spacePrefix = metadata.bool(PREFIX + "add_space_prefix").orElse(true);
    SpecialTokens special = special(true, false, true);
    int[] bytes = sentencePieceBytes();
    boolean complete = Arrays.stream(bytes).allMatch(id -> id >= 0);
    if (!complete && special.unknown().isEmpty()) {
      throw new ModelException(
          "%stokens has neither all 256 byte tokens (<0x00> to <0xFF>) nor an unknown token"
              .formatted(PREFIX));
    }
    UnknownText unknown = new UnknownText(Optional.of(bytes), special.unknown().orElse(-1), true);
    SubwordModel model = new SentencePieceMerges(vocabulary, scores).model(unknown);
    SpacePrefix spaces =
        new SpacePrefix(
            spacePrefix ? SpacePrefix.Where.AT_START_AND_AFTER_TOKENS : SpacePrefix.Where.NOWHERE,
            true,
            SpacePrefix.LOWER_BLOCK);
    EncodingPipeline encoding =
        pipeline(List.of(), Optional.of(spaces), SplitterChain.WHOLE, model);
    TokenDecoder decoding =
        new TokenDecoder(
            vocabulary,
            (id, first) -> sentencePieceBytes(id),
            new byte[0],
            ' ',
            spacePrefix ? 1 : 0);
    return new SubwordTokenizer("SentencePiece BPE", vocabulary, encoding, decoding, special);
  }

  /** The id of each byte, or -1. */
  private int[] sentencePieceBytes() {
    int[] ids = new int[256];
    Arrays.fill(ids, -1);
    for (int id = 0; id < tokens.length; id++) {
      if (kinds[id] != TokenKind.BYTE) {
        continue;
      }
      int value = ByteTokens.parse(tokens[id]);
      if (value < 0) {
        throw new ModelException(
            "%stokens[%d] is a byte token spelt '%s'; byte tokens are spelt <0x00> to <0xFF>"
                .formatted(PREFIX, id, tokens[id]));
      }
      ids[value] = id;
    }
    return ids;
  }

  private byte[] sentencePieceBytes(int id) {
    String token = vocabulary.token(id);
    return switch (vocabulary.kind(id)) {
      case BYTE -> new byte[] {(byte) ByteTokens.parse(token)};
      case NORMAL, UNUSED ->
          token.replace(SpacePrefix.LOWER_BLOCK, " ").getBytes(StandardCharsets.UTF_8);
      case CONTROL, UNKNOWN, USER_DEFINED -> token.getBytes(StandardCharsets.UTF_8);
    };
  }

  private Tokenizer byteLevel() {
    String name =
        metadata
            .string(PREFIX + "pre")
            .orElseGet(() -> {
              LOG.log(
                  Level.WARNING,
                  "{0}pre is missing: the file was made by an old converter. Text is split by"
                      + " the rule ''default'', which may not be the one the model was trained"
                      + " with; convert the model again to be sure.",
                  PREFIX);
              return "default";
            });
    PreTokenizer pre =
        PreTokenizer.named(name)
            .orElseThrow(() ->
                new ModelException(
                    "%spre is '%s', a pre-tokenizer that is not known; known are %s"
                        .formatted(PREFIX, name, String.join(", ", PreTokenizer.names()))));
    SpecialTokens special = special(pre.addBos(), false, false);
    List<String> merges = required("merges", metadata.strings(PREFIX + "merges"));
    BytePairMerges table = new BytePairMerges(vocabulary, id -> true, true, PREFIX + "merges");
    for (int rank = 0; rank < merges.size(); rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1) {
        throw new ModelException(
            "%smerges[%d] is '%s'; a merge is two tokens with a space between them"
                .formatted(PREFIX, rank, merge));
      }
      table.add(rank, merge.substring(0, space), merge.substring(space + 1), false);
    }
    int unknown = special.unknown().orElse(-1);
    SubwordModel model = table.byteLevel(pre.ignoreMerges(), unknown, false);
    List<Normalizer> normalizers =
        pre.nfc() ? List.of(new Normalizer.UnicodeForm(Form.NFC)) : List.of();
    return new SubwordTokenizer(
        "byte-level BPE (" + name + ")",
        vocabulary,
        pipeline(normalizers, Optional.empty(), pre.chain(), model),
        new TokenDecoder(vocabulary, (id, first) -> byteLevelBytes(id), new byte[0], ' ', 0),
        special);
  }

  private byte[] byteLevelBytes(int id) {
    String token = vocabulary.token(id);
    Optional<byte[]> bytes =
        switch (vocabulary.kind(id)) {
          case NORMAL, UNUSED, BYTE -> ByteAlphabet.decode(token);
          case CONTROL, UNKNOWN, USER_DEFINED -> Optional.empty();
        };
    return bytes.orElseGet(() -> token.getBytes(StandardCharsets.UTF_8));
  }

  private EncodingPipeline pipeline(
      List<Normalizer> normalizers,
      Optional<SpacePrefix> spaces,
      SplitterChain splitters,
      SubwordModel model) {
    List<AddedToken> added = new ArrayList<>();
    for (int id = 0; id < tokens.length; id++) {
      if (kinds[id].special() || kinds[id] == TokenKind.USER_DEFINED) {
        added.add(AddedToken.plain(id, tokens[id], kinds[id].special()));
      }
    }
    return new EncodingPipeline(
        new AddedTokenMatcher(added),
        normalizers,
        new AddedTokenMatcher(List.of()),
        false,
        spaces,
        splitters,
        model);
  }

  private SpecialTokens special(boolean addBos, boolean addEos, boolean sentencePiece) {
    OptionalInt bos = specialId("bos_token_id", sentencePiece ? 1 : -1);
    OptionalInt eos = specialId("eos_token_id", sentencePiece ? 2 : -1);
    OptionalInt unknown = specialId("unknown_token_id", sentencePiece ? 0 : -1);
    OptionalInt endOfTurn = specialId("eot_token_id", -1);
    OptionalInt endOfMessage = specialId("eom_token_id", -1);
    boolean before = metadata.bool(PREFIX + "add_bos_token").orElse(addBos);
    boolean after = metadata.bool(PREFIX + "add_eos_token").orElse(addEos);
    return new SpecialTokens(
        bos,
        eos,
        unknown,
        specialId("padding_token_id", -1),
        endOfTurn.isPresent() ? endOfTurn : SpecialTokens.endOfTurn(vocabulary),
        SpecialTokens.endOfGeneration(vocabulary, eos, endOfTurn, endOfMessage),
        before && bos.isPresent() ? List.of(bos.getAsInt()) : List.of(),
        after && eos.isPresent() ? List.of(eos.getAsInt()) : List.of());
  }

  private OptionalInt specialId(String key, int otherwise) {
    OptionalLong given = metadata.integer(PREFIX + key);
    if (given.isEmpty()) {
      return vocabulary.contains(otherwise) ? OptionalInt.of(otherwise) : OptionalInt.empty();
    }
    long id = given.getAsLong();
    if (id == -1 || id == NO_ID) {
      return OptionalInt.empty();
    }
    if (id < 0 || id >= tokens.length) {
      throw new ModelException(
          "%s%s is %d, but the vocabulary has ids 0 to %d only"
              .formatted(PREFIX, key, id, tokens.length - 1));
    }
    return OptionalInt.of((int) id);
  }

  private static <T> T required(String key, Optional<T> value) {
    return value.orElseThrow(() ->
        new ModelException(PREFIX + key + " is missing; the file has no complete tokenizer in it"));
  }

  private void requireSameLength(String key, int length) {
    if (length != tokens.length) {
      throw new ModelException(
          "%s%s has %d entries, but %stokens has %d; they must be the same"
              .formatted(PREFIX, key, length, PREFIX, tokens.length));
    }
  }
}
