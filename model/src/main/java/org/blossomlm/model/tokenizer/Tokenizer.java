package org.blossomlm.model.tokenizer;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.text.MarkedText;

/** Text to token ids and back. Immutable and safe for use by many threads. */
public interface Tokenizer {
  /**
   * From the {@code tokenizer.ggml.*} keys of a GGUF file.
   *
   * @throws org.blossomlm.model.ModelException if the kind of tokenizer is not supported or the
   *     values do not fit together; the message names the key
   */
  static Tokenizer fromGguf(GgufMetadata metadata) {
    return new GgufTokenizerReader(metadata).read();
  }

  /**
   * From a Hugging Face {@code tokenizer.json}; {@code tokenizer_config.json} beside it is read for
   * bos/eos.
   *
   * @throws org.blossomlm.model.ModelException if the file cannot be read, a part of it is not
   *     supported, or its values do not fit together; the message names the file and the field
   */
  static Tokenizer fromJson(Path tokenizerJson) {
    return fromJson(TokenizerDocument.read(tokenizerJson));
  }

  /** As {@link #fromJson(Path)}, where the file has been read already. */
  static Tokenizer fromJson(TokenizerDocument document) {
    return TokenizerJsonReader.read(document);
  }

  /** For people: kind and pre-tokenizer, e.g. {@code BPE (qwen2)}. */
  String description();

  int vocabularySize();

  /** The token's own text as the vocabulary spells it (not decoded). */
  String token(int id);

  /** The id of a vocabulary entry spelt exactly so. */
  OptionalInt id(String token);

  /** Control, unknown and other tokens that decode to no text of their own. */
  boolean isSpecial(int id);

  OptionalInt bos();

  OptionalInt eos();

  /** The token for text that the vocabulary cannot spell. */
  default OptionalInt unknown() {
    return OptionalInt.empty();
  }

  default OptionalInt padding() {
    return OptionalInt.empty();
  }

  /** The token that ends a turn, where the model has one besides EOS. */
  default OptionalInt endOfTurn() {
    return OptionalInt.empty();
  }

  /** Every token that ends a turn: eos, eot, and the names that chat models use for them. */
  Set<Integer> endOfGeneration();

  /** Whether the model asks for BOS before (EOS after) a prompt. */
  boolean addBos();

  boolean addEos();

  /**
   * Encodes {@code text}. Special tokens are recognised only inside trusted text.
   *
   * @param addSpecial put BOS before and EOS after as the model asks for
   * @throws IllegalArgumentException if the text holds an unpaired surrogate
   */
  int[] encode(MarkedText text, boolean addSpecial);

  /** Encodes text as plain characters: no special tokens, none recognised. */
  default int[] encode(String text) {
    return encode(MarkedText.data(text), false);
  }

  /**
   * The text of {@code ids}; invalid UTF-8 becomes U+FFFD. Special tokens are left out unless asked
   * for.
   */
  String decode(int[] ids, boolean withSpecial);

  /** The raw bytes that {@code id} stands for. */
  byte[] bytes(int id);

  /** A decoder for ids that arrive one by one and are a text of their own. */
  TokenStreamDecoder streamDecoder(boolean withSpecial);

  /**
   * A decoder for ids that follow {@code before}, which is not given out again. The difference to a
   * text of its own: the space that SentencePiece vocabularies put before a text is kept, because
   * here it is a space between two words.
   */
  default TokenStreamDecoder streamDecoder(int[] before, boolean withSpecial) {
    TokenStreamDecoder decoder = streamDecoder(withSpecial);
    for (int id : before) {
      decoder.accept(id);
    }
    return decoder;
  }
}
