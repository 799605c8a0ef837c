package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every supported part of {@code tokenizer.json}, compared with the Rust library. */
class TokenizerJsonTest {
  private static final String BYTE_LEVEL =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":%s,\"trim_offsets\":true,\"use_regex\":%s}";
  private static final String METASPACE =
      "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"%s\",\"split\":%s}";
  private static final String FALLBACK_DECODER =
      "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"\u2581\"},"
          + "\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
          + "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}";
  private static final String LLAMA_NORMALIZER =
      "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\u2581\"},"
          + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}]}";

  private static final String BYTES_THAT_MERGE = "bytes that merge";

  private static final TinyTokenizer TRAINED = TinyTokenizer.byteLevel(training(), 200);

  @TempDir Path folder;

  private static String training() {
    RandomText random = new RandomText(17);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      text.append(random.next(20));
    }
    return text.toString();
  }

  private static TinyTokenizer bytes() {
    return TRAINED.copy().with("pre_tokenizer", BYTE_LEVEL.formatted(false, true));
  }

  private static TinyTokenizer characters() {
    List<String> first = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    IntStream.range(0, 256).mapToObj("<0x%02X>"::formatted).forEach(first::add);
    String text = "\u2581the\u2581cat\u2581sat\u2581on\u2581a\u2581mat\u4F60\u597D\u4E16\u754C.";
    return TinyTokenizer.characters(first, text.repeat(3), 40)
        .modelOptions("\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true,")
        .with("added_tokens", added(List.of("0:<unk>", "1:<s>", "2:</s>")))
        .with("normalizer", LLAMA_NORMALIZER)
        .with("decoder", FALLBACK_DECODER);
  }

  private static String added(List<String> tokens) {
    return tokens.stream()
        .map(token -> token.split(":", 2))
        .map(token ->
            addedToken(Integer.parseInt(token[0]), token[1], true, false, false, false, false))
        .toList()
        .toString();
  }

  /** Added tokens with the ids that the Rust library gives them, and their flags. */
  private static String added(TinyTokenizer tiny, List<String> tokens) {
    List<String> all = new ArrayList<>(tiny.vocabulary);
    List<String> json = new ArrayList<>();
    for (String token : tokens) {
      List<String> parts = List.of(token.split(", "));
      if (!all.contains(parts.getFirst())) {
        all.add(parts.getFirst());
      }
      json.add(
          addedToken(
              all.indexOf(parts.getFirst()),
              parts.getFirst(),
              parts.contains("special"),
              parts.contains("normalized"),
              parts.contains("lstrip"),
              parts.contains("rstrip"),
              parts.contains("single_word")));
    }
    return json.toString();
  }

  private static String addedToken(
      int id,
      String content,
      boolean special,
      boolean normalized,
      boolean left,
      boolean right,
      boolean word) {
    return ("{\"id\":%d,\"content\":%s,\"special\":%s,\"normalized\":%s,\"lstrip\":%s,"
            + "\"rstrip\":%s,\"single_word\":%s}")
        .formatted(id, TinyTokenizer.quote(content), special, normalized, left, right, word);
  }

  static Stream<String> configurations() {
    return all().keySet().stream();
  }

  private static Map<String, TinyTokenizer> all() {
    Map<String, TinyTokenizer> all = new LinkedHashMap<>();
    all.put("byte-level", bytes());
    all.put("merges as pairs", bytes().mergesAsPairs());
    all.put("prefix space", bytes().with("pre_tokenizer", BYTE_LEVEL.formatted(true, true)));
    all.put(
        "prefix space, whole", bytes().with("pre_tokenizer", BYTE_LEVEL.formatted(true, false)));
    all.put("ignore_merges", bytes().modelOptions("\"ignore_merges\":true,"));
    for (String form : List.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase")) {
      all.put(form, bytes().with("normalizer", "{\"type\":\"" + form + "\"}"));
    }
    all.put(
        "added tokens",
        bytes()
            .with("normalizer", "{\"type\":\"NFC\"}")
            .with(
                "added_tokens",
                added(
                    bytes(),
                    List.of(
                        "<s>, special",
                        "<s>>, special",
                        "mat, normalized, single_word",
                        "\u00E9\n, normalized",
                        "<|im_end|>, special, lstrip, rstrip",
                        "quick, lstrip",
                        "FOX, normalized, rstrip, single_word"))));
    for (String behavior :
        List.of("Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext")) {
      all.put(
          "Punctuation " + behavior,
          bytes()
              .with(
                  "pre_tokenizer",
                  "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Punctuation\",\"behavior\":\""
                      + behavior
                      + "\"},{\"type\":\"Digits\",\"individual_digits\":false},"
                      + BYTE_LEVEL.formatted(false, false)
                      + "]}"));
      all.put(
          "Split " + behavior,
          bytes()
              .with(
                  "pre_tokenizer",
                  "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":"
                      + "{\"String\":\" \"},\"behavior\":\""
                      + behavior
                      + "\",\"invert\":false},"
                      + BYTE_LEVEL.formatted(false, false)
                      + "]}"));
    }
    all.put("characters", characters());
    all.put("characters, pairs", characters().mergesAsPairs());
    all.put(
        "no byte fallback",
        characters().modelOptions("\"unk_token\":\"<unk>\",\"fuse_unk\":true,"));
    all.put(
        "unknown not fused",
        characters().modelOptions("\"unk_token\":\"<unk>\",\"fuse_unk\":false,"));
    all.put("no unknown", characters().modelOptions(""));
    all.put(
        "whole texts",
        characters().modelOptions("\"unk_token\":\"<unk>\",\"ignore_merges\":true,"));
    all.put(
        "normalised special tokens",
        characters()
            .with(
                "added_tokens",
                List.of(
                        addedToken(0, "<unk>", true, true, false, false, false),
                        addedToken(1, "<s>", true, true, false, false, false),
                        addedToken(2, "</s>", true, false, false, false, false))
                    .toString()));
    for (String scheme : List.of("always", "first", "never")) {
      for (boolean split : new boolean[] {true, false}) {
        all.put(
            "Metaspace " + scheme + " " + split,
            characters()
                .with("normalizer", "null")
                .with("pre_tokenizer", METASPACE.formatted(scheme, split))
                .with("decoder", METASPACE.formatted(scheme, split)));
      }
    }
    TinyTokenizer mergingBytes = characters();
    mergingBytes.vocabulary.addAll(List.of("<0xF0><0x9F>", "<unk>\u2581"));
    mergingBytes.merges.addFirst(new String[] {"<0xF0>", "<0x9F>"});
    mergingBytes.merges.addFirst(new String[] {"<unk>", "\u2581"});
    all.put(BYTES_THAT_MERGE, mergingBytes);
    all.put("no decoder", characters().with("decoder", "null"));
    return all;
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void agreesWithTheRustLibrary(String name) throws IOException {
    Path file = Objects.requireNonNull(all().get(name)).write(folder);
    Tokenizer ours = Tokenizer.fromJson(file);
    long seed = 23L + name.hashCode();
    RandomText random = new RandomText(seed);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      for (int i = 0; i < 1000; i++) {
        String text = text(random);
        long[] expected = theirs.encode(text, false, false).getIds();
        int[] ids = ours.encode(MarkedText.trusted(text), false);
        assertThat(longs(ids)).as("seed %d, text %d: '%s'", seed, i, text).isEqualTo(expected);
        if (name.equals(BYTES_THAT_MERGE)) {
          // Leaves bytes of half a character, of which the library replaces the good ones as well.
          continue;
        }
        assertThat(ours.decode(ids, true))
            .as("seed %d, text %d: '%s'", seed, i, text)
            .isEqualTo(theirs.decode(expected, false));
        assertThat(ours.decode(ids, false)).isEqualTo(theirs.decode(expected, true));
      }
    }
  }

  private static String text(RandomText random) {
    if (random.nextInt(2) == 0) {
      return random.next(random.nextInt(20));
    }
    String[] pieces = {
      "the",
      " the",
      "cat ",
      "  ",
      "a",
      " mat.",
      "mat",
      "<s>",
      "</s>",
      "<unk>",
      "\u4F60\u597D",
      "\u2581",
      "<s>>",
      "the<s>",
      "<|im_end|>",
      " <|im_end|>\n ",
      "quick",
      " FOX ",
      "e\u0301",
      "\n",
      "x_the",
      "\uD83D\uDE00",
      "\u00E9",
      "<0x41>"
    };
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
            + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{\"<s>\":"
            + "{\"id\":\"<s>\",\"ids\":[1],\"tokens\":[\"<s>\"]}}} | true | false",
        "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"TemplateProcessing\",\"single\":["
            + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":\"</s>\","
            + "\"type_id\":0}}],\"pair\":[],\"special_tokens\":{\"</s>\":{\"id\":\"</s>\",\"ids\":[2],"
            + "\"tokens\":[\"</s>\"]}}}]} | false | true",
        "{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",1],"
            + "\"trim_offsets\":true,\"add_prefix_space\":false} | true | true",
        "null | false | false"
      })
  void putsTheTemplateAroundTheText(String processor, boolean bos, boolean eos) throws IOException {
    Path file = characters().with("post_processor", processor).write(folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\"}}");
    Tokenizer ours = Tokenizer.fromJson(file);
    assertThat(ours.bos()).hasValue(1);
    assertThat(ours.eos()).hasValue(2);
    assertThat(ours.addBos()).isEqualTo(bos);
    assertThat(ours.addEos()).isEqualTo(eos);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      assertThat(longs(ours.encode(MarkedText.data("the cat"), true)))
          .isEqualTo(theirs.encode("the cat", true, false).getIds());
    }
  }

  @Test
  void specialTokensComeFromTrustedTextOnly() {
    Tokenizer tokenizer = Tokenizer.fromJson(characters().write(folder));
    int[] ids =
        tokenizer.encode(
            MarkedText.builder().trusted("<s>").data("the</s>").trusted("</s>").build(), false);
    assertThat(ids).startsWith(1).endsWith(2);
    assertThat(Arrays.stream(ids).filter(id -> id == 2)).hasSize(1);
    int[] torn =
        tokenizer.encode(MarkedText.builder().trusted("<").data("s").trusted(">").build(), false);
    assertThat(torn).doesNotContain(1);
    int[] hidden = tokenizer.encode(MarkedText.builder().data("</").trusted("<s>").build(), false);
    assertThat(hidden).endsWith(1);
  }

  @Test
  void specialTokensInNormalisedTextAreTrustedToo() {
    TinyTokenizer tiny =
        bytes()
            .with("normalizer", "{\"type\":\"NFC\"}")
            .with(
                "added_tokens",
                List.of(
                        addedToken(900, "<caf\u00E9>", true, true, false, false, false),
                        addedToken(901, "<tool>", false, true, false, false, false))
                    .toString());
    Tokenizer tokenizer = Tokenizer.fromJson(tiny.write(folder));
    assertThat(tokenizer.encode(MarkedText.trusted("<cafe\u0301>"), false)).containsExactly(900);
    assertThat(tokenizer.encode(MarkedText.data("<cafe\u0301>"), false)).doesNotContain(900);
    MarkedText mixed =
        MarkedText.builder()
            .data("<cafe\u0301><tool>")
            .trusted("<cafe\u0301>")
            .data("\u0301\u4F60")
            .build();
    // The accent after the trusted token belongs to its last character, which makes that data.
    assertThat(tokenizer.encode(mixed, false)).contains(901).doesNotContain(900);
    MarkedText clean = MarkedText.builder().trusted("<cafe\u0301>").data("\u4F60").build();
    assertThat(tokenizer.encode(clean, false)).startsWith(900);
  }

  @Test
  void aMergeNeverMakesASpecialToken() {
    TinyTokenizer tiny = bytes();
    tiny.vocabulary.add("<s");
    tiny.vocabulary.add("<s>");
    tiny.merges.addFirst(new String[] {"<s", ">"});
    tiny.merges.addFirst(new String[] {"<", "s"});
    int id = tiny.vocabulary.indexOf("<s>");
    tiny.with("added_tokens", added(List.of(id + ":<s>")));
    for (String options : List.of("", "\"ignore_merges\":true,")) {
      Tokenizer tokenizer = Tokenizer.fromJson(tiny.modelOptions(options).write(folder));
      assertThat(tokenizer.encode("<s>")).doesNotContain(id);
      assertThat(tokenizer.encode(MarkedText.trusted("<s>"), false)).containsExactly(id);
    }
  }

  @Test
  void saysWhatIsNotSupported() {
    assertBad(bytes().with("normalizer", "{\"type\":\"Nmt\"}"), "normalizer", "Nmt", "NFC");
    assertBad(
        bytes().with("pre_tokenizer", "{\"type\":\"Whitespace\"}"),
        "pre_tokenizer",
        "Whitespace",
        "ByteLevel");
    assertBad(
        bytes().with("pre_tokenizer", PublishedPreTokenizers.split("(a+)+b")),
        "pre_tokenizer.pattern.Regex",
        "(a+)+b");
    assertBad(bytes().with("decoder", "{\"type\":\"CTC\"}"), "decoder", "CTC", "ByteLevel");
    assertBad(
        bytes().modelOptions("\"continuing_subword_prefix\":\"##\","),
        "continuing_subword_prefix",
        "##");
    assertBad(bytes().modelOptions("\"unk_token\":\"<nope>\","), "unk_token", "<nope>");
    assertBad(bytes().modelOptions("\"type\":\"Unigram\","), "model.type", "Unigram");
  }

  @Test
  void saysWhereAListIsDamaged() throws IOException {
    String vocabulary = "{\"a\":0,\"b\":1,\"ab\":2}";
    assertDamaged("{\"a\":\"0\"}", "[]", "model.vocab has 'a' with id 0", "whole numbers");
    assertDamaged("{\"a\":99999999999}", "[]", "model.vocab has 'a' with id 99999999999");
    assertDamaged("{\"a\":-1}", "[]", "model.vocab has 'a' with id -1");
    assertDamaged("{\"a\":0,\"b\":0}", "[]", "model.vocab has id 0 twice");
    assertDamaged("[\"a\"]", "[]", "model.vocab must be an object");
    assertDamaged(vocabulary, "{}", "model.merges must be an array");
    assertDamaged(vocabulary, "[\"a b\",\"ab\"]", "model.merges[1] must be two tokens", "'ab'");
    assertDamaged(vocabulary, "[[\"a\"]]", "model.merges[0] must be two tokens");
    assertDamaged(vocabulary, "[[\"a\",\"b\",\"c\"]]", "model.merges[0] must be two tokens");
    assertDamaged(vocabulary, "[[\"a\",\"c\"]]", "model.merges[0] names 'c'");
    assertDamaged(vocabulary, "[]}", "is not valid JSON");
  }

  private void assertDamaged(String vocabulary, String merges, String... parts) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file,
        "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":%s,\"merges\":%s}}"
            .formatted(vocabulary, merges));
    assertThatThrownBy(() -> Tokenizer.fromJson(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(parts)
        .hasMessageContaining(file.toString());
  }

  private void assertBad(TinyTokenizer tiny, String... parts) {
    Path file = tiny.write(folder);
    assertThatThrownBy(() -> Tokenizer.fromJson(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(parts)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("\n");
  }

  private static long[] longs(int[] ids) {
    return Arrays.stream(ids).asLongStream().toArray();
  }
}
