package org.blossomlm.data.generate;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the last number of the answer with the last one of the reference, exactly: {@code 1,234}
 * is 1234, {@code 1/2} is 0.5, {@code 2.50} is 2.5. In {@code 10-3} the hyphen belongs to no
 * number. A percent sign counts on both sides or on neither: {@code 50%} is {@code 50 %} and is not
 * 50, as whether a bare 50 means percent only the question says.
 */
final class NumberCheck implements AnswerCheck {
  /** Longer digits are data, not a result. */
  private static final int LONGEST = 60;

  private static final String UNSIGNED = "(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?";
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<sign>(?<![\\w)%])[-−])?(?<top>"
              + UNSIGNED
              + ")(?:\\s*/\\s*(?<bottom>"
              + UNSIGNED
              + "))?(?<percent>\\s*%)?");

  /** A fraction, unreduced. */
  private record Value(BigDecimal top, BigDecimal bottom, boolean percent, String text) {
    boolean equalTo(Value other) {
      return percent == other.percent
          && top.multiply(other.bottom).compareTo(other.top.multiply(bottom)) == 0;
    }
  }

  @Override
  public Verdict check(String question, String reference, String answer) {
    Optional<Value> expected = last(reference);
    Optional<Value> found = last(answer);
    if (expected.isEmpty() || found.isEmpty()) {
      return new Verdict(
          Result.UNREADABLE, "no number in the " + (expected.isEmpty() ? "reference" : "answer"));
    }
    boolean equal = expected.get().equalTo(found.get());
    return new Verdict(
        equal ? Result.CORRECT : Result.WRONG,
        "%s beside %s".formatted(found.get().text(), expected.get().text()));
  }

  private static Optional<Value> last(String text) {
    Matcher matcher = NUMBER.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC));
    Optional<Value> last = Optional.empty();
    while (matcher.find()) {
      Optional<Value> value = value(matcher);
      last = value.isPresent() ? value : last;
    }
    return last;
  }

  private static Optional<Value> value(Matcher matcher) {
    if (matcher.group().length() > LONGEST) {
      return Optional.empty();
    }
    BigDecimal top = new BigDecimal(matcher.group("top").replace(",", ""));
    String below = matcher.group("bottom");
    BigDecimal bottom = below == null ? BigDecimal.ONE : new BigDecimal(below.replace(",", ""));
    if (bottom.signum() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Value(
            matcher.group("sign") == null ? top : top.negate(),
            bottom,
            matcher.group("percent") != null,
            matcher.group().strip()));
  }
}
