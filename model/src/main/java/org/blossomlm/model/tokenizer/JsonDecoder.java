package org.blossomlm.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code decoder} of {@code tokenizer.json}. Every supported decoder works token by token but
 * for what it takes off the start of a text, so that it can stream.
 */
final class JsonDecoder {
  private static final String SUPPORTED =
      "Sequence, ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace";

  private final Vocabulary vocabulary;
  private final List<Step> steps = new ArrayList<>();
  private boolean byteLevel;
  private boolean byteFallback;
  private boolean fused;
  private char strip = ' ';
  private int stripCount;

  /** Rewrites the text of a token. */
  @FunctionalInterface
  private interface Step {
    String apply(String token, boolean first);
  }

  private JsonDecoder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The decoder; without one, tokens are joined by spaces as they are. */
  static TokenDecoder read(JsonView view, Vocabulary vocabulary) {
    if (!view.present()) {
      return new TokenDecoder(
          vocabulary,
          (id, first) -> vocabulary.token(id).getBytes(StandardCharsets.UTF_8),
          new byte[] {' '},
          ' ',
          0);
    }
    JsonDecoder decoder = new JsonDecoder(vocabulary);
    decoder.add(view, 0);
    return new TokenDecoder(
        vocabulary, decoder::bytes, new byte[0], decoder.strip, decoder.stripCount);
  }

  private byte[] bytes(int id, boolean first) {
    String token = vocabulary.token(id);
    for (Step step : steps) {
      token = step.apply(token, first);
    }
    if (byteLevel) {
      Optional<byte[]> bytes = ByteAlphabet.decode(token);
      if (bytes.isPresent()) {
        return bytes.get();
      }
    }
    int single = byteFallback ? ByteTokens.parse(token) : -1;
    return single >= 0 ? new byte[] {(byte) single} : token.getBytes(StandardCharsets.UTF_8);
  }

  private void add(JsonView view, int depth) {
    String type = view.type();
    boolean needsTokens = !type.equals("Sequence") && !type.equals("Fuse") && !type.equals("Strip");
    if (needsTokens && (byteLevel || byteFallback || fused)) {
      throw view.fail(
          "is " + type + " after ByteLevel, ByteFallback or Fuse, which is not supported");
    }
    switch (type) {
      case "Sequence" -> {
        if (depth > 8) {
          throw view.fail("is a Sequence inside more than 8 others");
        }
        view.get("decoders").elements().forEach(step -> add(step, depth + 1));
      }
      case "ByteLevel" -> byteLevel = true;
      case "ByteFallback" -> byteFallback = true;
      case "Fuse" -> fused = true;
      case "Replace" -> {
        String pattern = JsonNormalizers.literal(view.get("pattern"));
        String content = view.get("content").string();
        steps.add((token, first) -> token.replace(pattern, content));
      }
      case "Metaspace" -> {
        String space = view.get("replacement").stringOr(SpacePrefix.LOWER_BLOCK);
        boolean prefixed = JsonPreTokenizer.prependScheme(view) != SpacePrefix.Where.NOWHERE;
        steps.add((token, first) -> token.replace(space, first && prefixed ? "" : " "));
      }
      case "Strip" -> strip(view);
      default -> throw view.unsupported(type, SUPPORTED);
    }
  }

  private void strip(JsonView view) {
    String content = view.get("content").string();
    if (content.length() != 1 || content.charAt(0) >= 0x80) {
      throw view.get("content").mustBe("one ASCII character");
    }
    if (!fused || (view.get("stop").present() && view.get("stop").index() > 0)) {
      throw view.fail("is Strip other than at the start of the whole text, which is not supported");
    }
    strip = content.charAt(0);
    stripCount = view.get("start").index();
  }
}
