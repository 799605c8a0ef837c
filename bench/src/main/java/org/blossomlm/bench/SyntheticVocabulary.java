package org.blossomlm.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;

/*
 * Byte pair encoding (Sennrich et al. 2016) grows a vocabulary from atoms by merges of two tokens into a third. Here the
 * merges come from random words: the atoms of a syllable merge from left to right, then the syllables do. So every token
 * can be reached, as in a trained vocabulary, and reading the file costs what reading a real one costs.
 */
/** A vocabulary of the size and form of a published one, of random words. */
final class SyntheticVocabulary {
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;
  private static final String LOWER_BLOCK = "▁";
  private static final String SPACE = String.valueOf(ByteSpelling.charOf(' '));

  private final VocabularyKind kind;
  private final RandomWords words;
  private final List<String> tokens = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final int[] types;

  /**
   * @param size of the whole, special and unused tokens included
   */
  SyntheticVocabulary(VocabularyKind kind, int size, long seed) {
    this.kind = kind;
    this.words = new RandomWords(new SplittableRandom(seed));
    this.types = new int[size];
    Arrays.fill(types, NORMAL);
    if (kind.isByteLevel()) {
      byteLevel(size);
    } else {
      sentencePiece(size);
    }
  }

  private void byteLevel(int size) {
    for (int b = 0; b < 256; b++) {
      add(String.valueOf(ByteSpelling.charOf(b)));
    }
    grow(Math.min(kind.plainTokens(), size - kind.specials().size()), SPACE);
    addFurtherMerges();
    for (String special : kind.specials()) {
      types[tokens.size()] = CONTROL;
      add(special);
    }
    while (tokens.size() < size) {
      types[tokens.size()] = UNUSED;
      add("[PAD" + tokens.size() + "]");
    }
  }

  private void sentencePiece(int size) {
    types[0] = UNKNOWN;
    add("<unk>");
    types[1] = CONTROL;
    add(kind.bos());
    types[2] = CONTROL;
    add(kind.eos());
    for (int b = 0; b < 256; b++) {
      types[tokens.size()] = BYTE;
      add("<0x%02X>".formatted(b));
    }
    // Trained vocabularies have the characters last, as the likeliest pieces come first. Which
    // there
    // are shows only when the words are there, so the characters of the usual scripts are taken.
    List<String> characters = new ArrayList<>();
    characters.add(LOWER_BLOCK);
    for (char c = '!'; c <= '~'; c++) {
      characters.add(String.valueOf(c));
    }
    for (int c = 0x4E00; c < 0x4E00 + size / 40; c++) {
      characters.add(Character.toString(c));
    }
    characters.forEach(character -> ids.put(character, -1));
    grow(size - characters.size(), LOWER_BLOCK);
    characters.forEach(this::add);
  }

  private void add(String token) {
    ids.put(token, tokens.size());
    tokens.add(token);
  }

  private void grow(int size, String space) {
    while (tokens.size() < size) {
      String left = "";
      for (String syllable : words.next(LOWER_BLOCK)) {
        String right = "";
        for (String atom : atoms(syllable, space)) {
          right = merge(right, atom, size);
        }
        left = merge(left, right, size);
      }
    }
  }

  /** Byte-level vocabularies are made of bytes, the others of characters. */
  private List<String> atoms(String syllable, String space) {
    List<String> atoms = new ArrayList<>();
    if (!kind.isByteLevel()) {
      syllable.codePoints().forEach(c -> atoms.add(Character.toString(c)));
      return atoms;
    }
    String text = syllable;
    if (text.startsWith(LOWER_BLOCK)) {
      atoms.add(space);
      text = text.substring(LOWER_BLOCK.length());
    }
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      atoms.add(String.valueOf(ByteSpelling.charOf(b & 0xFF)));
    }
    return atoms;
  }

  private String merge(String left, String right, int size) {
    String merged = left + right;
    if (!left.isEmpty()
        && !right.isEmpty()
        && tokens.size() < size
        && !ids.containsKey(merged)
        && ids.containsKey(left)
        && ids.containsKey(right)) {
      add(merged);
      merges.add(left + " " + right);
    }
    return merged;
  }

  /**
   * Other ways to come to the same tokens. Vocabularies that were made from ranked tokens, as Llama
   * 3's was, list all of them.
   */
  private void addFurtherMerges() {
    List<String> known = List.copyOf(merges);
    for (int i = 0; i < known.size() && merges.size() < kind.merges(); i++) {
      String pair = known.get(i);
      String token = pair.replace(" ", "");
      for (int at = 1; at < token.length() && merges.size() < kind.merges(); at++) {
        String left = token.substring(0, at);
        String right = token.substring(at);
        if (at != pair.indexOf(' ') && ids.containsKey(left) && ids.containsKey(right)) {
          merges.add(left + " " + right);
        }
      }
    }
  }

  int size() {
    return tokens.size();
  }

  /** Adds the {@code tokenizer.*} keys. */
  void describe(GgufMetadata.Builder metadata) {
    metadata.put("tokenizer.ggml.model", kind.model());
    metadata.put("tokenizer.ggml.tokens", GgufArray.ofStrings(tokens));
    metadata.put("tokenizer.ggml.token_type", GgufArray.ofInts(types));
    if (kind.isByteLevel()) {
      metadata.put("tokenizer.ggml.pre", kind.preTokenizer());
      metadata.put("tokenizer.ggml.merges", GgufArray.ofStrings(merges));
    } else {
      float[] scores = new float[tokens.size()];
      for (int i = 259; i < scores.length; i++) {
        scores[i] = 259 - i;
      }
      metadata.put("tokenizer.ggml.scores", GgufArray.ofFloats(scores));
      metadata.put("tokenizer.ggml.unknown_token_id", GgufValue.uint32(0));
    }
    metadata.put("tokenizer.ggml.bos_token_id", GgufValue.uint32(id(kind.bos())));
    metadata.put("tokenizer.ggml.eos_token_id", GgufValue.uint32(id(kind.eos())));
    metadata.put("tokenizer.ggml.add_bos_token", GgufValue.bool(kind.addsBos()));
    metadata.put("tokenizer.chat_template", kind.template());
  }

  private int id(String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new IllegalStateException(token);
    }
    return id;
  }
}
