package org.blossomlm.data.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Numbers written in Chinese characters: 三百二十一, 一万零五, 二分之一, 三又四分之一, 百分之五, 三点一四, 负七, and the forms
 * of cheques, 叁佰.
 */
final class ChineseNumerals {
  private static final String DIGITS = "零一二三四五六七八九";
  private static final int MAX_LENGTH = 60;

  private ChineseNumerals() {}

  /**
   * What {@code text} says, if it is one number and nothing else.
   *
   * @return the number; percents as their value
   */
  static Optional<MathValue.Number> parse(String text) {
    String plain = plain(text);
    if (plain.isEmpty() || plain.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    if (plain.startsWith("负")) {
      return unsigned(plain.substring(1))
          .map(number ->
              new MathValue.Number(
                  number.value().negate(), number.decimal(), number.percent(), Optional.empty()));
    }
    return unsigned(plain);
  }

  private static Optional<MathValue.Number> unsigned(String text) {
    if (text.startsWith("百分之")) {
      return decimal(text.substring(3))
          .map(value -> number(value.over(Rational.of(100)), text.contains("点"), true));
    }
    int over = text.indexOf("分之");
    if (over < 0) {
      return decimal(text).map(value -> number(value, text.contains("点"), false));
    }
    int and = text.indexOf('又');
    Optional<Rational> whole =
        and < 0 ? Optional.of(Rational.ZERO) : integer(text.substring(0, and));
    Optional<Rational> bottom =
        and < over ? integer(text.substring(and + 1, over)) : Optional.empty();
    Optional<Rational> top = integer(text.substring(over + 2));
    if (whole.isEmpty() || top.isEmpty() || bottom.filter(b -> b.signum() > 0).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(number(whole.get().plus(top.get().over(bottom.get())), false, false));
  }

  private static MathValue.Number number(Rational value, boolean decimal, boolean percent) {
    return new MathValue.Number(value, decimal, percent, Optional.empty());
  }

  private static Optional<Rational> decimal(String text) {
    int point = text.indexOf('点');
    if (point < 0) {
      return integer(text);
    }
    StringBuilder places = new StringBuilder();
    for (char c : text.substring(point + 1).toCharArray()) {
      int digit = DIGITS.indexOf(c);
      if (digit < 0) {
        return Optional.empty();
      }
      places.append(digit);
    }
    return places.isEmpty()
        ? Optional.empty()
        : integer(text.substring(0, point))
            .map(whole -> whole.plus(Rational.of(new BigDecimal("0." + places))));
  }

  private static Optional<Rational> integer(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean placed = text.chars().anyMatch(c -> "十百千万亿".indexOf(c) >= 0);
    Optional<BigInteger> value = placed ? placed(text) : listed(text);
    return value.map(number -> new Rational(number, BigInteger.ONE));
  }

  /** Digits one after another, as years are read: 二零二四. */
  private static Optional<BigInteger> listed(String text) {
    StringBuilder digits = new StringBuilder();
    for (char c : text.toCharArray()) {
      int digit = DIGITS.indexOf(c);
      if (digit < 0) {
        return Optional.empty();
      }
      digits.append(digit);
    }
    return Optional.of(new BigInteger(digits.toString()));
  }

  private static Optional<BigInteger> placed(String text) {
    for (String large : new String[] {"亿", "万"}) {
      int split = text.lastIndexOf(large);
      if (split >= 0) {
        Optional<BigInteger> high =
            split == 0 ? Optional.empty() : placed(text.substring(0, split));
        String rest = text.substring(split + 1);
        Optional<BigInteger> low = rest.isEmpty() ? Optional.of(BigInteger.ZERO) : placed(rest);
        BigInteger unit = BigInteger.valueOf(large.equals("亿") ? 100_000_000L : 10_000L);
        // 三万五 is 35000: a single digit after a large unit counts the next lower one.
        boolean shortened = rest.length() == 1 && DIGITS.indexOf(rest.charAt(0)) > 0;
        BigInteger scale = shortened ? unit.divide(BigInteger.TEN) : BigInteger.ONE;
        return high.flatMap(
            above -> low.map(below -> above.multiply(unit).add(below.multiply(scale))));
      }
    }
    return small(text).map(BigInteger::valueOf);
  }

  /** Below ten thousand. */
  private static Optional<Long> small(String text) {
    long total = 0;
    long lastUnit = 10_000;
    int digit = -1;
    boolean zero = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = DIGITS.indexOf(c);
      if (value == 0) {
        zero = true;
      } else if (value > 0) {
        if (digit > 0) {
          return Optional.empty();
        }
        digit = value;
      } else {
        long unit = c == '十' ? 10 : c == '百' ? 100 : c == '千' ? 1000 : 0;
        if (unit == 0 || unit >= lastUnit || (digit < 0 && unit != 10)) {
          return Optional.empty();
        }
        total += (digit < 0 ? 1 : digit) * unit;
        lastUnit = unit;
        digit = -1;
        zero = false;
      }
    }
    if (digit > 0) {
      // 三百二 is 320, 三百零二 is 302.
      total += lastUnit > 10 && lastUnit < 10_000 && !zero ? digit * lastUnit / 10 : digit;
    }
    return Optional.of(total);
  }

  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (char c : text.strip().toCharArray()) {
      int formal = "壹贰叁肆伍陆柒捌玖拾佰仟〇两萬億負點".indexOf(c);
      plain.append(formal < 0 ? c : "一二三四五六七八九十百千零二万亿负点".charAt(formal));
    }
    return plain.toString();
  }
}
