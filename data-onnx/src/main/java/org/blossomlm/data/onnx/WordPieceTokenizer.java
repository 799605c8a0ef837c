package org.blossomlm.data.onnx;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * BERT's tokenizer, as {@code tokenizer.json} describes it: text is cleaned, Chinese characters and
 * punctuation stand alone, and words become the longest pieces that the vocabulary has, from the
 * left. Special tokens in a text are plain characters.
 */
final class WordPieceTokenizer {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, Integer> vocabulary;
  private final String prefix;
  private final int longestWord;
  private final int unknown;
  private final boolean lowercase;

  private WordPieceTokenizer(
      Map<String, Integer> vocabulary,
      String prefix,
      int longestWord,
      int unknown,
      boolean lowercase) {
    this.vocabulary = vocabulary;
    this.prefix = prefix;
    this.longestWord = longestWord;
    this.unknown = unknown;
    this.lowercase = lowercase;
  }

  /**
   * Reads {@code tokenizer.json}.
   *
   * @throws DataException if it describes another kind of tokenizer
   */
  static WordPieceTokenizer read(String name, byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new DataException(name + ": its tokenizer.json is damaged: " + e.getMessage(), e);
    }
    JsonNode model = root.path("model");
    JsonNode normalizer = root.path("normalizer");
    boolean known =
        model.path("type").asString("").equals("WordPiece")
            && normalizer.path("type").asString("").equals("BertNormalizer")
            && normalizer.path("clean_text").asBoolean(false)
            && normalizer.path("handle_chinese_chars").asBoolean(false)
            && normalizer.path("strip_accents").isNull()
            && root.path("pre_tokenizer").path("type").asString("").equals("BertPreTokenizer");
    Map<String, Integer> vocabulary = new HashMap<>();
    model
        .path("vocab")
        .properties()
        .forEach(entry -> vocabulary.put(entry.getKey(), entry.getValue().asInt()));
    Integer unknown = vocabulary.get(model.path("unk_token").asString(""));
    if (!known
        || unknown == null
        || !vocabulary.containsKey("[CLS]")
        || !vocabulary.containsKey("[SEP]")) {
      throw new DataException(name + ": its tokenizer.json is not that of a BERT model");
    }
    return new WordPieceTokenizer(
        vocabulary,
        model.path("continuing_subword_prefix").asString("##"),
        model.path("max_input_chars_per_word").asInt(100),
        unknown,
        normalizer.path("lowercase").asBoolean(false));
  }

  /** The token that stands before a text. */
  int first() {
    return vocabulary.getOrDefault("[CLS]", unknown);
  }

  /** The token that stands behind a text. */
  int last() {
    return vocabulary.getOrDefault("[SEP]", unknown);
  }

  /**
   * The tokens of a text, without those that stand around it.
   *
   * @param most further tokens are left out
   */
  int[] encode(String text, int most) {
    int[] tokens = new int[Math.min(most, 64)];
    int count = 0;
    for (String word : words(text)) {
      for (int piece : pieces(word)) {
        if (count == most) {
          return tokens;
        }
        if (count == tokens.length) {
          tokens = Arrays.copyOf(tokens, Math.min(most, 2 * count));
        }
        tokens[count++] = piece;
      }
    }
    return Arrays.copyOf(tokens, count);
  }

  private List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    normalised(text)
        .codePoints()
        .forEach(c -> {
          boolean space = isSpace(c);
          boolean alone = isIdeograph(c) || isPunctuation(c);
          if ((space || alone) && !word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
          }
          if (alone) {
            words.add(Character.toString(c));
          } else if (!space) {
            word.appendCodePoint(c);
          }
        });
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /** Where case does not count, accents do not either. */
  private String normalised(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().filter(c -> c != 0xFFFD && !isControl(c)).forEach(clean::appendCodePoint);
    if (!lowercase) {
      return clean.toString();
    }
    StringBuilder lower = new StringBuilder(clean.length());
    Normalizer.normalize(clean, Normalizer.Form.NFD)
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        // One by one: the final sigma of a word is no other letter here.
        .forEach(c -> lower.append(lowerCase(c)));
    return lower.toString();
  }

  private static String lowerCase(int c) {
    // The only character whose lower case are two.
    return c == 0x130 ? "i\u0307" : Character.toString(Character.toLowerCase(c));
  }

  private List<Integer> pieces(String word) {
    if (word.codePointCount(0, word.length()) > longestWord) {
      return List.of(unknown);
    }
    List<Integer> pieces = new ArrayList<>();
    int from = 0;
    while (from < word.length()) {
      int to = word.length();
      Integer piece = null;
      while (to > from) {
        String candidate = word.substring(from, to);
        piece = vocabulary.get(from == 0 ? candidate : prefix + candidate);
        if (piece != null) {
          break;
        }
        to = word.offsetByCodePoints(to, -1);
      }
      if (piece == null) {
        return List.of(unknown);
      }
      pieces.add(piece);
      from = to;
    }
    return pieces;
  }

  private static boolean isControl(int c) {
    if (c == '\t' || c == '\n' || c == '\r') {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The blocks that BERT names; Japanese and Korean letters are not among them. */
  private static boolean isIdeograph(int c) {
    return c >= 0x4E00 && c <= 0x9FFF
        || c >= 0x3400 && c <= 0x4DBF
        || c >= 0x20000 && c <= 0x2A6DF
        || c >= 0x2A700 && c <= 0x2B73F
        || c >= 0x2B740 && c <= 0x2B81F
        || c >= 0x2B920 && c <= 0x2CEAF
        || c >= 0xF900 && c <= 0xFAFF
        || c >= 0x2F800 && c <= 0x2FA1F;
  }
}
