package org.blossomlm.model.tokenizer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.json.JsonTree;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Builds a tokenizer from a Hugging Face {@code tokenizer.json} with a BPE model, and from {@code
 * tokenizer_config.json} beside it if there is one.
 */
final class TokenizerJsonReader {
  private static final Logger LOG = System.getLogger(TokenizerJsonReader.class.getName());

  /** The largest {@code tokenizer_config.json}: some have a hundred kilobytes of chat templates. */
  private static final long LARGEST_CONFIG = 64L << 20;

  /** Ids that no token has may make up at most this many, or half of all. */
  private static final int MOST_HOLES = 1 << 16;

  private final TokenizerDocument document;
  private final JsonView root;
  private final JsonView model;
  private final Optional<JsonView> config;
  private final List<AddedToken> added = new ArrayList<>();
  private final BitSet inModel = new BitSet();
  private final Vocabulary vocabulary;

  private TokenizerJsonReader(TokenizerDocument document, Optional<JsonView> config) {
    this.document = document;
    this.root = view(document.path(), document.root());
    this.config = config;
    this.model = root.get("model");
    requireSupportedModel();
    this.vocabulary = vocabulary();
  }

  static Tokenizer read(TokenizerDocument document) {
    Path config = document.path().resolveSibling("tokenizer_config.json");
    return new TokenizerJsonReader(
            document,
            Files.isRegularFile(config)
                ? Optional.of(view(config, parse(config)))
                : Optional.empty())
        .tokenizer();
  }

  private static JsonView view(Path file, JsonNode root) {
    JsonView view = new JsonView(file.toString(), "", root);
    if (!root.isObject()) {
      throw view.mustBe("an object");
    }
    return view;
  }

  private static JsonNode parse(Path file) {
    try {
      long size = Files.size(file);
      if (size > LARGEST_CONFIG) {
        throw new ModelException(
            "%s has %d bytes; at most %d are allowed".formatted(file, size, LARGEST_CONFIG));
      }
      return JsonTree.read(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    } catch (JacksonException e) {
      throw new ModelException(
          "%s is not valid JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private Tokenizer tokenizer() {
    JsonPreTokenizer preTokenizer = new JsonPreTokenizer(root.get("pre_tokenizer"));
    List<Normalizer> normalizers = JsonNormalizers.read(root.get("normalizer"));
    List<AddedToken> raw = added.stream().filter(token -> !token.normalized()).toList();
    List<AddedToken> normalized =
        added.stream()
            .filter(AddedToken::normalized)
            .map(token -> token.withContent(normalize(normalizers, token.content())))
            .toList();
    EncodingPipeline encoding =
        new EncodingPipeline(
            new AddedTokenMatcher(raw),
            normalizers,
            new AddedTokenMatcher(normalized),
            normalized.stream().anyMatch(AddedToken::special),
            preTokenizer.spacePrefix(),
            preTokenizer.splitters(),
            subwordModel(preTokenizer.byteLevel()));
    String kind = preTokenizer.byteLevel() ? "byte-level BPE" : "character BPE";
    return new SubwordTokenizer(
        kind + " (tokenizer.json)",
        vocabulary,
        encoding,
        JsonDecoder.read(root.get("decoder"), vocabulary),
        special());
  }

  private static String normalize(List<Normalizer> normalizers, String text) {
    String normalized = text;
    for (Normalizer normalizer : normalizers) {
      normalized = normalizer.apply(normalized);
    }
    return normalized;
  }

  private void requireSupportedModel() {
    String type = model.get("type").stringOr(document.hasMerges() ? "BPE" : "unnamed");
    if (!type.equals("BPE")) {
      throw model.get("type").unsupported(type, "BPE");
    }
    for (String name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.get(name).stringOr("").isEmpty()) {
        throw model.get(name).unsupported(model.get(name).string(), "none");
      }
    }
    JsonView dropout = model.get("dropout");
    if (dropout.present() && dropout.node().doubleValue(1) != 0) {
      throw dropout.fail("is set: it makes encodings random and is meant for training only");
    }
  }

  private Vocabulary vocabulary() {
    JsonView vocab = model.get("vocab");
    if (!document.hasVocabulary()) {
      throw vocab.mustBe("an object");
    }
    List<JsonView> addedTokens = root.get("added_tokens").elements();
    Set<String> addedContents = HashSet.newHashSet(addedTokens.size());
    addedTokens.forEach(token -> addedContents.add(token.get("content").string()));
    Map<String, Integer> idsInModel = HashMap.newHashMap(addedTokens.size());
    int entries = document.size() + addedTokens.size();
    int limit = (int) Math.min(Integer.MAX_VALUE - 8, 2L * entries + MOST_HOLES);
    String[] tokens = new String[Math.max(1, entries)];
    int size = 0;
    for (int entry = 0; entry < document.size(); entry++) {
      int id = document.id(entry);
      String token = document.token(entry);
      if (id < 0 || id >= limit) {
        throw vocab.fail(
            "has '%s' with id %d; ids of this vocabulary are 0 to %d"
                .formatted(token, id, limit - 1));
      }
      tokens = ensure(tokens, id);
      if (tokens[id] != null) {
        throw vocab.fail("has id %d twice, for '%s' and '%s'".formatted(id, tokens[id], token));
      }
      tokens[id] = token;
      inModel.set(id);
      if (addedContents.contains(token)) {
        idsInModel.put(token, id);
      }
      size = Math.max(size, id + 1);
    }
    for (JsonView token : addedTokens) {
      int id = addedId(token, idsInModel, limit);
      String content = token.get("content").string();
      tokens = ensure(tokens, id);
      if (tokens[id] != null && !tokens[id].equals(content)) {
        throw token.fail("has id %d, which is that of '%s'".formatted(id, tokens[id]));
      }
      tokens[id] = content;
      size = Math.max(size, id + 1);
      added.add(
          new AddedToken(
              id,
              content,
              token.get("special").boolOr(false),
              token.get("normalized").boolOr(!token.get("special").boolOr(false)),
              token.get("lstrip").boolOr(false),
              token.get("rstrip").boolOr(false),
              token.get("single_word").boolOr(false)));
    }
    if (size == 0) {
      throw vocab.fail("is empty");
    }
    return index(Arrays.copyOf(tokens, size));
  }

  private Vocabulary index(String[] tokens) {
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id] == null) {
        tokens[id] = "";
      }
    }
    TokenKind[] kinds = new TokenKind[tokens.length];
    Arrays.fill(kinds, TokenKind.NORMAL);
    for (AddedToken token : added) {
      kinds[token.id()] = token.special() ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
    }
    return Vocabulary.of(
        tokens,
        kinds,
        (first, second) ->
            root.get("added_tokens")
                .fail("has '%s' as ids %d and %d".formatted(tokens[second], first, second)));
  }

  /** The id of an added token; that of the model wins, as it does in the Hugging Face library. */
  private static int addedId(JsonView token, Map<String, Integer> idsInModel, int limit) {
    int id = token.get("id").index();
    Integer known = idsInModel.get(token.get("content").string());
    if (known != null && known != id) {
      LOG.log(
          Level.WARNING,
          "{0}: {1} has id {2}, but in model.vocab it is {3}, which is used",
          token.file(),
          token.path(),
          Integer.toString(id),
          known.toString());
      return known;
    }
    if (id >= limit) {
      throw token.fail("has id %d; ids of this vocabulary are 0 to %d".formatted(id, limit - 1));
    }
    return id;
  }

  private static String[] ensure(String[] tokens, int id) {
    return id < tokens.length ? tokens : Arrays.copyOf(tokens, Math.max(id + 1, id + (id >> 1)));
  }

  private SubwordModel subwordModel(boolean byteLevel) {
    BytePairMerges merges =
        new BytePairMerges(vocabulary, inModel::get, byteLevel, root.file() + ": model.merges");
    if (!document.hasMerges()) {
      throw model.get("merges").mustBe("an array");
    }
    for (int rank = 0; rank < document.mergeCount(); rank++) {
      merges.add(rank, document.left(rank), document.right(rank), true);
    }
    boolean ignoreMerges = model.get("ignore_merges").boolOr(false);
    boolean fuse = model.get("fuse_unk").boolOr(false);
    boolean byteFallback = model.get("byte_fallback").boolOr(false);
    int unknown = unknown();
    return byteLevel
        ? merges.byteLevel(ignoreMerges, unknown, fuse)
        : merges.characters(
            ignoreMerges,
            new UnknownText(
                byteFallback ? Optional.of(byteTokens()) : Optional.empty(), unknown, fuse));
  }

  private int[] byteTokens() {
    int[] ids = ByteTokens.ids(vocabulary);
    for (int b = 0; b < ids.length; b++) {
      ids[b] = ids[b] >= 0 && inModel.get(ids[b]) ? ids[b] : -1;
    }
    return ids;
  }

  private int unknown() {
    JsonView token = model.get("unk_token");
    if (!token.present()) {
      return -1;
    }
    int id = vocabulary.find(token.string());
    if (id < 0 || !inModel.get(id)) {
      throw token.fail("is '" + token.string() + "', which is not in model.vocab");
    }
    return id;
  }

  private SpecialTokens special() {
    JsonPostProcessor around = new JsonPostProcessor(root.get("post_processor"), vocabulary);
    OptionalInt bos = configured("bos_token");
    OptionalInt eos = configured("eos_token");
    List<Integer> prefix = around.prefix();
    List<Integer> suffix = around.suffix();
    if (!around.present()) {
      prefix = configuredFlag("add_bos_token") ? asList(bos) : List.of();
      suffix = configuredFlag("add_eos_token") ? asList(eos) : List.of();
    }
    if (bos.isEmpty() && !prefix.isEmpty()) {
      bos = OptionalInt.of(prefix.getFirst());
    }
    if (eos.isEmpty() && !suffix.isEmpty()) {
      eos = OptionalInt.of(suffix.getLast());
    }
    int unknown = unknown();
    return new SpecialTokens(
        bos,
        eos,
        unknown >= 0 ? OptionalInt.of(unknown) : configured("unk_token"),
        configured("pad_token"),
        SpecialTokens.endOfTurn(vocabulary),
        SpecialTokens.endOfGeneration(vocabulary, eos),
        prefix,
        suffix);
  }

  private static List<Integer> asList(OptionalInt id) {
    return id.stream().boxed().toList();
  }

  private boolean configuredFlag(String name) {
    return config.isPresent() && config.get().get(name).boolOr(false);
  }

  /** A token that the configuration names, as a string or as an object with its content. */
  private OptionalInt configured(String name) {
    Optional<JsonView> token = config.map(view -> view.get(name)).filter(JsonView::present);
    if (token.isEmpty()) {
      return OptionalInt.empty();
    }
    JsonView content = token.get().node().isObject() ? token.get().get("content") : token.get();
    return vocabulary.id(content.string());
  }
}
