package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChineseNumeralsTest {
  private static final String DIGITS = "零一二三四五六七八九";

  @RepeatedTest(100)
  void everyNumberIsReadAsItIsSpoken() {
    long seed = System.nanoTime();
    System.out.println("ChineseNumeralsTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    long number = random.nextLong(1, 1L << random.nextInt(2, 39));
    String spoken = spoken(number);
    assertThat(ChineseNumerals.parse(spoken))
        .as("seed %d: %d is %s", seed, number, spoken)
        .hasValueSatisfying(value -> assertThat(value.value()).isEqualTo(Rational.of(number)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "又", "分之", "三分之", "零分之一", "百百", "十千", "三一十", "点", "一点", "负", "万", "三月"})
  void whatIsNoNumberIsNotRead(String text) {
    assertThat(ChineseNumerals.parse(text)).isEmpty();
  }

  /** A number below a million million, by the grammar: fours of digits, zeros between them once. */
  private static String spoken(long number) {
    StringBuilder text = new StringBuilder();
    long[] units = {100_000_000L, 10_000L, 1L};
    String[] names = {"亿", "万", ""};
    long rest = number;
    for (int i = 0; i < units.length; i++) {
      long part = rest / units[i];
      rest %= units[i];
      if (part > 0) {
        if (!text.isEmpty() && part < 1000) {
          text.append('零');
        }
        text.append(four((int) part)).append(names[i]);
      } else if (!text.isEmpty()
          && rest > 0
          && text.charAt(text.length() - 1) != '零'
          && i == 1
          && rest >= 1000) {
        text.append('零');
      }
    }
    return text.toString();
  }

  private static String four(int number) {
    StringBuilder text = new StringBuilder();
    int[] units = {1000, 100, 10, 1};
    String names = "千百十";
    boolean zero = false;
    int rest = number;
    for (int i = 0; i < 4; i++) {
      int digit = rest / units[i];
      rest %= units[i];
      if (digit == 0) {
        zero = !text.isEmpty();
      } else {
        if (zero) {
          text.append('零');
        }
        zero = false;
        text.append(DIGITS.charAt(digit));
        if (i < 3) {
          text.append(names.charAt(i));
        }
      }
    }
    return text.toString();
  }
}
