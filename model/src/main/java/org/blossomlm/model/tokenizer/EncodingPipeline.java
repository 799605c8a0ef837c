package org.blossomlm.model.tokenizer;

import java.util.List;
import java.util.Optional;
import org.blossomlm.model.text.MarkedText;

/**
 * The way from text to ids, in the order of the Hugging Face library: added tokens are cut out, the
 * rest is normalised, added tokens that are spelt in normalised text are cut out, spaces are
 * written, and what is left is split and merged.
 *
 * @param added tokens looked for in the text as it is
 * @param addedNormalized tokens looked for after normalising
 * @param marksMatter whether one of those is special, so that normalising must keep the marks
 */
record EncodingPipeline(
    AddedTokenMatcher added,
    List<Normalizer> normalizers,
    AddedTokenMatcher addedNormalized,
    boolean marksMatter,
    Optional<SpacePrefix> spacePrefix,
    SplitterChain splitters,
    SubwordModel model) {

  void encode(MarkedText text, Scratch scratch, IntSink sink) {
    boolean afterToken = false;
    for (AddedTokenMatcher.Fragment fragment : added.split(text)) {
      AddedToken token = fragment.token();
      if (token != null) {
        sink.add(token.id());
      } else {
        MarkedText rest = part(text, fragment.start(), fragment.end());
        encodeFragment(rest, fragment.start() == 0, afterToken, scratch, sink);
      }
      afterToken = token != null;
    }
  }

  private void encodeFragment(
      MarkedText raw, boolean atStart, boolean afterToken, Scratch scratch, IntSink sink) {
    MarkedText normalized = normalize(raw);
    if (addedNormalized.isEmpty()) {
      encodePlain(normalized.text(), atStart, afterToken, scratch, sink);
      return;
    }
    boolean after = afterToken;
    for (AddedTokenMatcher.Fragment fragment : addedNormalized.split(normalized)) {
      AddedToken token = fragment.token();
      if (token != null) {
        sink.add(token.id());
      } else {
        String plain = normalized.text().substring(fragment.start(), fragment.end());
        encodePlain(plain, atStart && fragment.start() == 0, after, scratch, sink);
      }
      after = token != null;
    }
  }

  private MarkedText normalize(MarkedText raw) {
    if (normalizers.isEmpty()) {
      return raw;
    }
    if (marksMatter && !raw.isTrusted(0, raw.length())) {
      MarkedText text = raw;
      for (Normalizer normalizer : normalizers) {
        text = normalizer.apply(text);
      }
      return text;
    }
    String text = raw.text();
    for (Normalizer normalizer : normalizers) {
      text = normalizer.apply(text);
    }
    return MarkedText.trusted(text);
  }

  private void encodePlain(
      String text, boolean atStart, boolean afterToken, Scratch scratch, IntSink sink) {
    String spelt =
        spacePrefix.isPresent() ? spacePrefix.get().apply(text, atStart, afterToken) : text;
    char[] chars = scratch.chars(spelt);
    splitters.split(
        chars, 0, spelt.length(), (s, from, to) -> model.encode(s, from, to, scratch, sink));
  }

  private static MarkedText part(MarkedText text, int from, int to) {
    return from == 0 && to == text.length() ? text : text.subText(from, to);
  }
}
