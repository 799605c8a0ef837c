package org.blossomlm.model.tokenizer;

/**
 * The way from ids to text.
 *
 * @param spelling the bytes of each token
 * @param separator put between tokens; usually empty
 * @param strip this ASCII character is taken off the start of a text ...
 * @param stripCount ... so many times at most
 */
record TokenDecoder(
    Vocabulary vocabulary, TokenSpelling spelling, byte[] separator, char strip, int stripCount) {

  /** A decoder that has seen no token yet. */
  TokenStreamDecoder stream(boolean withSpecial) {
    return new Stream(this, withSpecial);
  }

  private static final class Stream implements TokenStreamDecoder {
    private final TokenDecoder decoder;
    private final boolean withSpecial;
    private final Utf8Decoder utf8 = new Utf8Decoder();
    private final StringBuilder text = new StringBuilder();
    private boolean first = true;
    private int toStrip;

    Stream(TokenDecoder decoder, boolean withSpecial) {
      this.decoder = decoder;
      this.withSpecial = withSpecial;
      this.toStrip = decoder.stripCount;
    }

    @Override
    public String accept(int id) {
      if (!withSpecial && decoder.vocabulary.kind(id).special()) {
        return "";
      }
      if (!first) {
        utf8.accept(decoder.separator, 0, text);
      }
      byte[] bytes = decoder.spelling.bytes(id, first);
      first = false;
      int from = 0;
      while (from < bytes.length && toStrip > 0) {
        if (bytes[from] == decoder.strip) {
          from++;
          toStrip--;
        } else {
          toStrip = 0;
        }
      }
      utf8.accept(bytes, from, text);
      return taken();
    }

    @Override
    public String finish() {
      utf8.finish(text);
      first = true;
      toStrip = decoder.stripCount;
      return taken();
    }

    private String taken() {
      String taken = text.toString();
      text.setLength(0);
      return taken;
    }
  }
}
