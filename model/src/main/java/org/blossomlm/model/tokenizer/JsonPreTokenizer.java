package org.blossomlm.model.tokenizer;

import static org.blossomlm.model.tokenizer.CharClass.NUMBER;
import static org.blossomlm.model.tokenizer.CharClass.PUNCTUATION;
import static org.blossomlm.model.tokenizer.CharClass.SYMBOL;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.model.tokenizer.Matcher.Behavior;

/** Reads {@code pre_tokenizer} of {@code tokenizer.json}. */
final class JsonPreTokenizer {
  private static final String SUPPORTED =
      "Sequence, ByteLevel, Split, Digits, Punctuation, Metaspace";
  private static final int DEEPEST = 8;

  private final List<Splitter> splitters = new ArrayList<>();
  private Optional<SpacePrefix> spacePrefix = Optional.empty();
  private boolean byteLevel;

  /** Reads the steps; there are none if {@code view} is absent. */
  JsonPreTokenizer(JsonView view) {
    view.ifPresent().ifPresent(present -> add(present, 0));
  }

  SplitterChain splitters() {
    return splitters.isEmpty() ? SplitterChain.WHOLE : new SplitterChain(splitters);
  }

  Optional<SpacePrefix> spacePrefix() {
    return spacePrefix;
  }

  /** Whether text is merged as bytes. */
  boolean byteLevel() {
    return byteLevel;
  }

  private void add(JsonView view, int depth) {
    String type = view.type();
    if (byteLevel) {
      throw view.fail("follows ByteLevel, which is supported as the last step only");
    }
    switch (type) {
      case "Sequence" -> {
        if (depth > DEEPEST) {
          throw view.fail("is a Sequence inside more than " + DEEPEST + " others");
        }
        view.get("pretokenizers").elements().forEach(step -> add(step, depth + 1));
      }
      case "ByteLevel" -> byteLevel(view);
      case "Split" -> splitters.add(split(view));
      case "Digits" ->
          splitters.add(
              codePoints(NUMBER, 0)
                  .splitter(
                      view.get("individual_digits").boolOr(false)
                          ? Behavior.ISOLATED
                          : Behavior.CONTIGUOUS));
      case "Punctuation" ->
          splitters.add(
              codePoints(PUNCTUATION, SYMBOL)
                  .splitter(behavior(view.get("behavior"), Behavior.ISOLATED)));
      case "Metaspace" -> metaspace(view);
      default -> throw view.unsupported(type, SUPPORTED);
    }
  }

  private void byteLevel(JsonView view) {
    byteLevel = true;
    if (view.get("add_prefix_space").boolOr(true)) {
      if (!splitters.isEmpty() || spacePrefix.isPresent()) {
        throw view.fail("has add_prefix_space, which is supported in the first step only");
      }
      spacePrefix = Optional.of(new SpacePrefix(SpacePrefix.Where.EVERYWHERE, false, " "));
    }
    if (view.get("use_regex").boolOr(true)) {
      splitters.add(new Gpt2Splitter());
    }
  }

  private void metaspace(JsonView view) {
    if (!splitters.isEmpty() || spacePrefix.isPresent()) {
      throw view.fail("is Metaspace after another step; it is supported as the first step only");
    }
    String space = view.get("replacement").stringOr(SpacePrefix.LOWER_BLOCK);
    if (space.codePointCount(0, space.length()) != 1) {
      throw view.get("replacement").mustBe("one character");
    }
    spacePrefix = Optional.of(new SpacePrefix(prependScheme(view), false, space));
    if (view.get("split").boolOr(true)) {
      splitters.add(literal(space).splitter(Behavior.MERGED_WITH_NEXT));
    }
  }

  /** Where a Metaspace step or decoder puts a space. */
  static SpacePrefix.Where prependScheme(JsonView view) {
    JsonView scheme = view.get("prepend_scheme");
    if (!scheme.present()) {
      return view.get("add_prefix_space").boolOr(true)
          ? SpacePrefix.Where.EVERYWHERE
          : SpacePrefix.Where.NOWHERE;
    }
    return switch (scheme.string()) {
      case "always" -> SpacePrefix.Where.EVERYWHERE;
      case "first" -> SpacePrefix.Where.AT_START;
      case "never" -> SpacePrefix.Where.NOWHERE;
      default -> throw scheme.mustBe("always, first or never");
    };
  }

  private static Splitter split(JsonView view) {
    JsonView pattern = view.get("pattern");
    boolean invert = view.get("invert").boolOr(false);
    JsonView behavior = view.get("behavior");
    if (!pattern.get("Regex").present()) {
      if (invert) {
        throw view.get("invert").fail("is true, which is not supported for this pattern");
      }
      return literal(JsonNormalizers.literal(pattern))
          .splitter(behavior(behavior, Behavior.ISOLATED));
    }
    String regex = pattern.get("Regex").string();
    Optional<Splitter> complete = SplitPatterns.complete(regex);
    boolean keepsMatches = behavior.stringOr("Isolated").equals(invert ? "Removed" : "Isolated");
    if (complete.isPresent() && keepsMatches) {
      return complete.get();
    }
    if (invert) {
      throw view.get("invert").fail("is true, which is not supported for this pattern");
    }
    Behavior supported = behavior(behavior, Behavior.ISOLATED);
    if (regex.equals(SplitPatterns.TRAILING_SPACES) && supported == Behavior.ISOLATED) {
      return new TrailingSpaces();
    }
    return SplitPatterns.partial(regex)
        .orElseThrow(() ->
            pattern
                .get("Regex")
                .fail(
                    "is the regular expression '"
                        + regex
                        + "', which is not one that this program knows; known are the ones of"
                        + " GPT-2, Llama 3, Qwen2, Tekken, o200k and DeepSeek, and plain"
                        + " character classes"))
        .splitter(supported);
  }

  private static Behavior behavior(JsonView view, Behavior otherwise) {
    if (!view.present()) {
      return otherwise;
    }
    return switch (view.string()) {
      case "Isolated" -> Behavior.ISOLATED;
      case "Contiguous" -> Behavior.CONTIGUOUS;
      case "MergedWithPrevious" -> Behavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Behavior.MERGED_WITH_NEXT;
      default ->
          throw view.unsupported(
              view.string(), "Isolated, Contiguous, MergedWithPrevious, MergedWithNext");
    };
  }

  /** One code point with any of {@code flags}, or an ASCII one with any of {@code asciiFlags}. */
  private static Matcher codePoints(int flags, int asciiFlags) {
    return (s, from, end) -> {
      int found = CharClass.at(s, from);
      boolean match = (found & flags) != 0 || (s[from] < 0x80 && (found & asciiFlags) != 0);
      return match ? from + CharClass.width(s, from) : -1;
    };
  }

  private static Matcher literal(String literal) {
    char[] chars = literal.toCharArray();
    return (s, from, end) -> {
      if (end - from < chars.length) {
        return -1;
      }
      for (int i = 0; i < chars.length; i++) {
        if (s[from + i] != chars[i]) {
          return -1;
        }
      }
      return from + chars.length;
    };
  }
}
