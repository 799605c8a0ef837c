package org.blossomlm.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.model.files.Sha256;
import org.blossomlm.model.text.MarkedText;
import tools.jackson.databind.JsonNode;

/**
 * A pre-tokenizer that {@code tokenizer.ggml.pre} has a name for. A GGUF file holds nothing but
 * this name, so whoever makes one must find the name that means what {@code tokenizer.json} spells
 * out. There are two ways, and a converter uses both: the patterns themselves, and the fingerprint
 * that llama.cpp's converters publish, which is the SHA-256 of the ids of one fixed text and so
 * tells vocabularies apart as well.
 *
 * @param name as in {@code tokenizer.ggml.pre}
 * @param patterns regular expressions that cut the text, one after the other
 * @param ignoreMerges whether a word that is in the vocabulary as a whole is taken unmerged
 * @param nfc whether text is brought to normalisation form C first
 */
public record KnownPreTokenizer(
    String name, List<String> patterns, boolean ignoreMerges, boolean nfc) {

  /** The text whose ids make the fingerprint; every character of it counts. */
  public static final String FINGERPRINT_TEXT =
      "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n"
          + "\uD83D\uDE80 (normal) \uD83D\uDE36\u200D\uD83C\uDF2B\uFE0F (multiple emojis concatenated)"
          + " \u2705 \uD83E\uDD99\uD83E\uDD99 3 33 333 3333 33333 333333 3333333 33333333"
          + " 3.3 3..3 3...3 កាន់តែពិសេសអាច\uD83D\uDE01 ?我想在apple工作1314151天～ ------======="
          + " нещо на Български ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's there,"
          + " 'RE you sure? 'M not sure I'll make it, 'D you like some tea? We'Ve a'lL";

  /** Fingerprints of published models, with the name they stand for. */
  private static final Map<String, String> FINGERPRINTS =
      Map.ofEntries(
          Map.entry(
              "0ef9807a4087ebef797fc749390439009c3b9eda9ad1a097abbe738f486c01e5", "llama-bpe"),
          Map.entry("e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea", "qwen2"),
          Map.entry("d4540891389ea895b53b399da6ac824becc30f2fba0e9ddbb98f92e55ca0e97c", "qwen2"),
          Map.entry("d30d75d9059f1aa2c19359de71047b3ae408c70875e8a3ccf8c5fba56c9d8af4", "qwen35"),
          Map.entry("1444df51289cfa8063b96f0e62b1125440111bc79a52003ea14b6eac7016fd5f", "qwen35"),
          Map.entry(
              "b3f499bb4255f8ca19fccd664443283318f2fd2414d5e0b040fbdd0cc195d6c5",
              "deepseek-r1-qwen"),
          Map.entry(
              "049ecf7629871e3041641907f3de7c733e4dbfdc736f57d882ba0b0845599754", "deepseek-llm"),
          Map.entry(
              "347715f544604f9118bb75ed199f68779f423cabb20db6de6f31b908d04d7821", "deepseek-coder"),
          Map.entry(
              "877081d19cf6996e2c4ff0e1236341e9b7bde288f5311a56a937f0afbbb3aeb5", "deepseek-v3"),
          Map.entry("63b97e4253352e6f357cc59ea5b583e3a680eaeaf2632188c2b952de2588485e", "tekken"),
          Map.entry("855059429035d75a914d1eda9f10a876752e281a054a7a3d421ef0533e5b6249", "smollm"),
          Map.entry("3ce83efda5659b07b1ad37ca97ca5797ea4285d9b9ab0dc679e4a720c9da7454", "gpt-2"),
          Map.entry(
              "c136ed14d01c2745d4f60a9596ae66800e2b61fa45643e72436041855ad4089d", "smaug-bpe"),
          Map.entry(
              "35d91631860c815f952d711435f48d356ebac988362536bed955d43bfa436e34", "starcoder"),
          Map.entry("9d032fcbd5501f4a38150912590928bfb36091efb5df11b8e2124b0390e3fb1e", "falcon3"),
          Map.entry("d4c8f286ea6b520b3d495c4455483cfa2302c0cfcd4be05d781b6a8a0a7cdaf1", "megrez"),
          Map.entry(
              "32d85c31273f8019248f2559fed492d929ea28b17e51d81d3bb36fff23ca72b3", "stablelm2"),
          Map.entry("ccc2ef013c104be7bae2965776d611e1d7a8a2a9c547dd93a682c9a9fc80352e", "gpt-4o"));

  public KnownPreTokenizer {
    patterns = List.copyOf(patterns);
  }

  /** The pre-tokenizer of that name, if it is known. */
  public static Optional<KnownPreTokenizer> named(String name) {
    return PreTokenizer.named(name)
        .map(known ->
            new KnownPreTokenizer(name, known.patterns(), known.ignoreMerges(), known.nfc()));
  }

  /** Every known name. */
  public static List<String> names() {
    return PreTokenizer.names();
  }

  /** The SHA-256 of the ids of {@link #FINGERPRINT_TEXT}, in hexadecimal digits. */
  public static String fingerprint(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(MarkedText.data(FINGERPRINT_TEXT), true);
    byte[] listed = Arrays.toString(ids).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Sha256.start().digest(listed));
  }

  /** The pre-tokenizer that a published fingerprint stands for. */
  public static Optional<KnownPreTokenizer> byFingerprint(String fingerprint) {
    return Optional.ofNullable(FINGERPRINTS.get(fingerprint)).flatMap(KnownPreTokenizer::named);
  }

  /**
   * The first pre-tokenizer that cuts as the {@code tokenizer.json} does.
   *
   * @param tokenizerJson its root
   */
  public static Optional<KnownPreTokenizer> byPatterns(JsonNode tokenizerJson) {
    List<String> patterns = new ArrayList<>();
    if (!collect(tokenizerJson.path("pre_tokenizer"), patterns)) {
      return Optional.empty();
    }
    boolean ignoreMerges = tokenizerJson.path("model").path("ignore_merges").booleanValue(false);
    boolean nfc = hasNfc(tokenizerJson.path("normalizer"));
    return names().stream()
        .flatMap(name -> named(name).stream())
        .filter(known ->
            known.patterns().equals(patterns)
                && known.ignoreMerges() == ignoreMerges
                && known.nfc() == nfc)
        .findFirst();
  }

  /** Adds the patterns of a step; false if it is of a kind that has none. */
  private static boolean collect(JsonNode step, List<String> patterns) {
    return switch (step.path("type").stringValue("")) {
      case "Sequence" ->
          step.path("pretokenizers").valueStream().allMatch(inner -> collect(inner, patterns));
      case "ByteLevel" -> {
        if (step.path("use_regex").booleanValue(true)) {
          patterns.add(SplitPatterns.GPT2);
        }
        yield !step.path("add_prefix_space").booleanValue(true);
      }
      case "Digits" -> {
        patterns.add(PreTokenizer.DIGIT);
        yield step.path("individual_digits").booleanValue(false);
      }
      case "Split" -> {
        boolean invert = step.path("invert").booleanValue(false);
        patterns.add(SplitPatterns.canonical(step.path("pattern").path("Regex").stringValue("")));
        yield step.path("behavior").stringValue("").equals(invert ? "Removed" : "Isolated");
      }
      default -> false;
    };
  }

  private static boolean hasNfc(JsonNode normalizer) {
    return Stream.concat(Stream.of(normalizer), normalizer.path("normalizers").valueStream())
        .anyMatch(step -> step.path("type").stringValue("").equals("NFC"));
  }
}
