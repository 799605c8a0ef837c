package org.blossomlm.model.tokenizer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The pre-tokenizers that {@code tokenizer.ggml.pre} names. Each is a chain of the patterns of the
 * model's own {@code tokenizer.json}; the names and which of them mean the same are llama.cpp's.
 *
 * @param patterns the regular expressions that cut the text, one after the other
 * @param chain the scanners that stand for them
 * @param ignoreMerges whether a word that is in the vocabulary as a whole is taken unmerged
 * @param addBos whether BOS goes before a prompt where the file does not say
 * @param nfc whether the model was trained on text in normalisation form C
 */
record PreTokenizer(
    List<String> patterns, SplitterChain chain, boolean ignoreMerges, boolean addBos, boolean nfc) {
  static final String DIGIT = "\\p{N}";
  private static final String KANA_AND_HAN = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
  private static final String DEEPSEEK_CJK = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";
  private static final String DEEPSEEK_PUNCTUATION =
      "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+";

  /** Letters that have case, as DeepSeek's files list them. */
  private static final String DEEPSEEK_WORDS =
      "\\s?["
          + "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293"
          + "\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C"
          + "\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5"
          + "\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77"
          + "\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59"
          + "\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC"
          + "\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107"
          + "\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139"
          + "\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE"
          + "\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E"
          + "\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A"
          + "\uD801\uDC00-\uD801\uDC4F\uD801\uDCB0-\uD801\uDCD3\uD801\uDCD8-\uD801\uDCFB"
          + "\uD803\uDC80-\uD803\uDCB2\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF"
          + "\uD83A\uDD00-\uD83A\uDD43"
          + "]+";

  private static final String BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

  private static final Map<String, Supplier<PreTokenizer>> BY_NAME = new LinkedHashMap<>();

  static {
    plain(
        List.of("default"), "[\\p{P}$+<=>^~|]+", SplitPatterns.GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
    plain(
        List.of(
            "gpt-2",
            "phi-2",
            "jina-es",
            "jina-de",
            "jina-v1-en",
            "jina-v2-es",
            "jina-v2-de",
            "jina-v2-code",
            "gigachat",
            "roberta-bpe",
            "mpt",
            "olmo",
            "jais"),
        SplitPatterns.GPT2);
    for (String name : List.of("llama-bpe", "llama3", "llama-v3", "falcon3")) {
      BY_NAME.put(name, () -> of(true, true, false, SplitPatterns.LLAMA3));
    }
    plain(List.of("dbrx", "smaug-bpe", "chatglm-bpe", "glm4"), SplitPatterns.LLAMA3);
    BY_NAME.put("qwen2", () -> of(false, false, true, SplitPatterns.QWEN2));
    plain(List.of("deepseek-r1-qwen", "megrez", "stablelm2"), SplitPatterns.QWEN2);
    BY_NAME.put("qwen35", () -> of(false, false, true, SplitPatterns.QWEN35));
    plain(
        List.of("deepseek-llm"),
        "[\\r\\n]",
        DEEPSEEK_WORDS,
        DEEPSEEK_PUNCTUATION,
        SplitPatterns.TRAILING_SPACES,
        DEEPSEEK_CJK,
        DIGIT);
    plain(List.of("deepseek-coder"), "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", DEEPSEEK_CJK, DIGIT);
    plain(List.of("deepseek-v3"), "\\p{N}{1,3}", KANA_AND_HAN, SplitPatterns.DEEPSEEK_V3_WORDS);
    plain(
        List.of("starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"),
        DIGIT,
        SplitPatterns.GPT2);
    BY_NAME.put("tekken", () -> of(true, true, false, SplitPatterns.TEKKEN));
    plain(List.of("gpt-4o", "llama4"), SplitPatterns.O200K);
    plain(List.of("falcon"), "[\\p{P}$+<=>^~|`]+", SplitPatterns.GPT2, "[0-9][0-9][0-9]");
    plain(List.of("bloom", "poro-chat", "gpt3-finnish"), BLOOM);
    plain(List.of("viking"), BLOOM, DIGIT);
  }

  /** The pre-tokenizer of that name. */
  static Optional<PreTokenizer> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name)).map(Supplier::get);
  }

  /** Every known name, the main one of each kind first. */
  static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  private static void plain(List<String> names, String... patterns) {
    for (String name : names) {
      BY_NAME.put(name, () -> of(false, false, false, patterns));
    }
  }

  private static PreTokenizer of(
      boolean ignoreMerges, boolean addBos, boolean nfc, String... patterns) {
    var chain = new SplitterChain(Arrays.stream(patterns).map(SplitPatterns::isolated).toList());
    return new PreTokenizer(List.of(patterns), chain, ignoreMerges, addBos, nfc);
  }
}
