package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The pre-tokenizers of models as their {@code tokenizer.json} spells them, by the GGUF name. */
final class PublishedPreTokenizers {
  private static final String WORDS_BEFORE_DIGITS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String AFTER_DIGITS =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String CASED =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+@"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*@"
          + "|#| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String DEEPSEEK_CJK = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

  /** The patterns of each, applied one after the other. */
  static final Map<String, List<String>> PATTERNS = new LinkedHashMap<>();

  static {
    PATTERNS.put("gpt-2", List.of(GPT2));
    PATTERNS.put("llama-bpe", List.of(WORDS_BEFORE_DIGITS + "\\p{N}{1,3}" + AFTER_DIGITS));
    PATTERNS.put("qwen2", List.of(WORDS_BEFORE_DIGITS + "\\p{N}" + AFTER_DIGITS));
    PATTERNS.put(
        "qwen35",
        List.of(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
                + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"));
    PATTERNS.put("tekken", List.of(CASED.replace("@", "").replace("#", "\\p{N}")));
    PATTERNS.put(
        "gpt-4o",
        List.of(CASED.replace("@", "(?i:'s|'t|'re|'ve|'m|'ll|'d)?").replace("#", "\\p{N}{1,3}")));
    PATTERNS.put("smollm", List.of("\\p{N}", GPT2));
    PATTERNS.put("starcoder", List.of("\\p{N}", GPT2));
    PATTERNS.put(
        "deepseek-coder",
        List.of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", DEEPSEEK_CJK, "\\p{N}"));
    PATTERNS.put(
        "deepseek-llm",
        List.of(
            "[\\r\\n]",
            "\\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293"
                + "\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A"
                + "\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556"
                + "\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF"
                + "\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D"
                + "\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D"
                + "\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3"
                + "\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107"
                + "\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134"
                + "\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B"
                + "\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B"
                + "\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06"
                + "\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\uD801\uDC00-\uD801\uDC4F"
                + "\uD801\uDCB0-\uD801\uDCD3\uD801\uDCD8-\uD801\uDCFB\uD803\uDC80-\uD803\uDCB2"
                + "\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF\uD83A\uDD00-\uD83A\uDD43]+",
            "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+",
            "\\s+$",
            DEEPSEEK_CJK,
            "\\p{N}"));
    PATTERNS.put(
        "deepseek-v3",
        List.of(
            "\\p{N}{1,3}",
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
                + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
                + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"));
    PATTERNS.put("bloom", List.of(" ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+"));
    PATTERNS.put("default", List.of("[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"));
    PATTERNS.put("falcon", List.of("[\\p{P}$+<=>^~|`]+", GPT2, "[0-9][0-9][0-9]"));
  }

  private PublishedPreTokenizers() {}

  static List<String> patterns(String name) {
    return Objects.requireNonNull(PATTERNS.get(name), name);
  }

  static String split(String regex) {
    return "{\"type\":\"Split\",\"pattern\":{\"Regex\":"
        + TinyTokenizer.quote(regex)
        + "},\"behavior\":\"Isolated\",\"invert\":false}";
  }

  /** The step {@code pre_tokenizer} of {@code tokenizer.json} for a GGUF name. */
  static String json(String name) {
    String byteLevel =
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":%s}";
    List<String> patterns = patterns(name);
    if (name.equals("gpt-2")) {
      return byteLevel.formatted(true);
    }
    if (name.equals("smollm") || name.equals("starcoder")) {
      return sequence(
          List.of("{\"type\":\"Digits\",\"individual_digits\":true}", byteLevel.formatted(true)));
    }
    List<String> steps = new ArrayList<>();
    for (String pattern : patterns) {
      steps.add(split(pattern));
    }
    steps.add(byteLevel.formatted(false));
    return sequence(steps);
  }

  private static String sequence(List<String> steps) {
    return "{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", steps) + "]}";
  }
}
