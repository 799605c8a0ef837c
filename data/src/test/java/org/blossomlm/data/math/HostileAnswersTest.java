package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers from models and from the net may be anything. Nothing throws, hangs, or fills the memory;
 * the time-out only turns a hang into a failure.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileAnswersTest {
  static List<String> hostile() {
    return List.of(
        "9^9^9^9",
        "9^{9^{9^{9}}}",
        "2^{999999999999}",
        "(1+x)^{99999999}",
        "10^{-999999999}",
        "1e9999 * 1e9999",
        "1e999999999",
        "e^{e^{e^{e^{e}}}}",
        "\\sqrt{2}^{10^{50}}",
        "1000000!",
        "((((((500!)!)!)!)!)!)",
        "\\binom{500}{250}",
        "\\binom{999999}{500000}",
        "\\ln\\ln\\ln\\ln 2",
        "1/0",
        "0^0",
        "0^{-1}",
        "\\frac{1}{x-x}",
        "\\sqrt[0]{2}",
        "\\sqrt[99999999999]{2}",
        "\\sin 10^{100}",
        "(".repeat(3_900),
        "(".repeat(1_900) + "1" + ")".repeat(1_900),
        "{".repeat(500) + "1" + "}".repeat(500),
        "\\frac".repeat(700),
        "\\sqrt".repeat(600) + "2",
        "-".repeat(3_999) + "1",
        "2^".repeat(900) + "2",
        "sin ".repeat(900) + "x",
        "1,".repeat(1_900),
        "9".repeat(3_999),
        "0." + "3".repeat(3_900),
        "1" + ",000".repeat(900),
        "\\text{".repeat(600),
        "\\pm".repeat(900),
        "|".repeat(999),
        "x=".repeat(900) + "1",
        "一".repeat(3_000),
        "万".repeat(59),
        "亿亿亿亿亿亿亿亿万",
        "\\boxed{".repeat(20_000),
        "$".repeat(3_999),
        "答案是".repeat(30_000),
        "answer to ".repeat(20_000),
        "1".repeat(1_000_000),
        "\uE000\uE001\uE002\uE003\uE004\uD800",
        "");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void isReadExtractedAndComparedUnderEveryPolicy(String text) {
    for (AnswerPolicy policy : AnswerPolicy.ALL) {
      AnswerVerifier verifier = new AnswerVerifier(policy);
      assertThat(verifier.parse(text)).isNotNull();
      assertThat(verifier.extract(text)).isNotNull();
      assertThat(verifier.same(text, text)).as("equal to itself under %s", policy.name()).isTrue();
      assertThat(verifier.same(text, "12345.678")).isFalse();
      assertThat(verifier.verify("The answer is " + text, text)).isNotNull();
    }
  }

  @Test
  void towersThatDifferAreNotCalledEqual() {
    AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.MATH);
    assertThat(verifier.same("9^{9^{9^{9}}}", "9^{9^{9^{8}}}")).isFalse();
    assertThat(verifier.same("9^{9^{9^{9}}}", "9^{9^{9^{9}}}")).isTrue();
  }

  private static final List<String> PIECES =
      List.of(
          "1",
          "2",
          "10",
          "3.5",
          "1,234",
          "x",
          "y",
          "n",
          "\\pi",
          "e",
          "i",
          "+",
          "-",
          "*",
          "/",
          "^",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          "\\{",
          "\\}",
          "\\frac",
          "\\sqrt",
          "\\sqrt[3]",
          "\\sin",
          "\\ln",
          "\\log_2",
          "=",
          "<",
          "\\leq",
          ",",
          "，",
          " ",
          "%",
          "\\%",
          "$",
          "\\infty",
          "\\cup",
          "\\in",
          "\\pm",
          "!",
          "|",
          "°",
          "\\text{cm}",
          "cm",
          "元",
          "三百",
          "分之",
          "又",
          "或",
          "or",
          "A",
          "BD",
          "\\boxed{",
          "####",
          "the answer is ",
          "答案是",
          "故选",
          "。",
          ".\n",
          "_1",
          "①",
          "½",
          "²",
          "<think>",
          "</think>",
          "##",
          ":",
          "\\mid",
          "\\overline{3}",
          "0.");

  @RepeatedTest(60)
  void randomPiecesNeverThrowAndEqualThemselves() {
    long seed = System.nanoTime();
    System.out.println("HostileAnswersTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(1, 25); i > 0; i--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      AnswerPolicy policy = AnswerPolicy.ALL.get(random.nextInt(AnswerPolicy.ALL.size()));
      AnswerVerifier verifier = new AnswerVerifier(policy);
      String answer = text.toString();
      assertThat(verifier.same(answer, answer))
          .as("seed %d, %s: %s", seed, policy.name(), answer)
          .isTrue();
      assertThat(verifier.extract(answer)).isNotNull();
    }
  }

  @RepeatedTest(40)
  void numbersSurviveEveryWayOfWritingThem() {
    long seed = System.nanoTime();
    System.out.println("HostileAnswersTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.CMATH);
    long top = random.nextLong(-99_999, 99_999);
    long bottom = random.nextLong(1, 999);
    Rational value = Rational.of(top, bottom);
    String plain = value.toString();
    for (String form :
        List.of(
            "\\frac{" + top + "}{" + bottom + "}",
            "((" + top + ")/(" + bottom + "))",
            "$\\dfrac{" + 3 * top + "}{" + 3 * bottom + "}$",
            "x = " + top + "/" + bottom,
            "(" + top + ") \\div " + bottom,
            plain + "千克")) {
      assertThat(verifier.same(plain, form)).as("seed %d: %s and %s", seed, plain, form).isTrue();
      assertThat(verifier.same(value.plus(Rational.ONE).toString(), form))
          .as("seed %d: %s plus one and %s", seed, plain, form)
          .isFalse();
    }
    long whole = Math.abs(top);
    assertThat(
            verifier.same(
                String.valueOf(whole), String.format(java.util.Locale.ROOT, "%,d", whole)))
        .as("seed %d", seed)
        .isTrue();
    assertThat(verifier.extract("算得。答案是" + plain + "千克。").orElseThrow())
        .satisfies(found -> assertThat(verifier.same(plain, found)).as("seed %d", seed).isTrue());
  }

  @RepeatedTest(40)
  void expandedPolynomialsEqualTheirFactorsAndNoNeighbour() {
    long seed = System.nanoTime();
    System.out.println("HostileAnswersTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.MATH);
    int a = random.nextInt(-9, 10);
    int b = random.nextInt(-9, 10);
    int c = random.nextInt(1, 10);
    String factors = "%d(x+(%d))(x+(%d))".formatted(c, a, b);
    String sum = "%dx^2+(%d)x+(%d)".formatted(c, c * (a + b), c * a * b);
    String neighbour = "%dx^2+(%d)x+(%d)".formatted(c, c * (a + b), c * a * b + 1);
    assertThat(verifier.same(factors, sum)).as("seed %d: %s, %s", seed, factors, sum).isTrue();
    assertThat(verifier.same(factors, neighbour)).as("seed %d: %s", seed, factors).isFalse();
  }
}
