package org.blossomlm.model.tokenizer;

import java.util.OptionalInt;
import java.util.Set;
import org.blossomlm.model.text.MarkedText;

/** The tokenizer of every supported vocabulary: a way in, a way out, and the special ids. */
final class SubwordTokenizer implements Tokenizer {
  private final String description;
  private final Vocabulary vocabulary;
  private final EncodingPipeline encoding;
  private final TokenDecoder decoding;
  private final SpecialTokens special;
  private final Scratch.Pool pool = new Scratch.Pool();

  SubwordTokenizer(
      String description,
      Vocabulary vocabulary,
      EncodingPipeline encoding,
      TokenDecoder decoding,
      SpecialTokens special) {
    this.description = description;
    this.vocabulary = vocabulary;
    this.encoding = encoding;
    this.decoding = decoding;
    this.special = special;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public String token(int id) {
    return vocabulary.token(id);
  }

  @Override
  public OptionalInt id(String token) {
    return vocabulary.id(token);
  }

  @Override
  public boolean isSpecial(int id) {
    return vocabulary.kind(id).special();
  }

  @Override
  public OptionalInt bos() {
    return special.bos();
  }

  @Override
  public OptionalInt eos() {
    return special.eos();
  }

  @Override
  public OptionalInt unknown() {
    return special.unknown();
  }

  @Override
  public OptionalInt padding() {
    return special.padding();
  }

  @Override
  public OptionalInt endOfTurn() {
    return special.endOfTurn();
  }

  @Override
  public Set<Integer> endOfGeneration() {
    return special.endOfGeneration();
  }

  @Override
  public boolean addBos() {
    return bos().isPresent() && special.prefix().contains(bos().getAsInt());
  }

  @Override
  public boolean addEos() {
    return eos().isPresent() && special.suffix().contains(eos().getAsInt());
  }

  @Override
  public int[] encode(MarkedText text, boolean addSpecial) {
    requireWellFormed(text.text());
    IntSink sink = new IntSink(text.length() / 2 + 8);
    if (addSpecial) {
      special.prefix().forEach(sink::add);
    }
    Scratch scratch = pool.take();
    try {
      encoding.encode(text, scratch, sink);
    } finally {
      pool.give(scratch);
    }
    if (addSpecial) {
      special.suffix().forEach(sink::add);
    }
    return sink.toArray();
  }

  @Override
  public String decode(int[] ids, boolean withSpecial) {
    TokenStreamDecoder stream = decoding.stream(withSpecial);
    StringBuilder text = new StringBuilder(ids.length * 4);
    for (int id : ids) {
      text.append(stream.accept(id));
    }
    return text.append(stream.finish()).toString();
  }

  @Override
  public byte[] bytes(int id) {
    return decoding.spelling().bytes(id, false);
  }

  @Override
  public TokenStreamDecoder streamDecoder(boolean withSpecial) {
    return decoding.stream(withSpecial);
  }

  @Override
  public String toString() {
    return description;
  }

  private static void requireWellFormed(String text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException(
            "unpaired surrogate U+%04X at index %d of the text; it is not valid Unicode"
                .formatted(codePoint, i));
      }
      i += Character.charCount(codePoint);
    }
  }
}
