package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers mean the same. */
class SameAnswerTest {
  @ParameterizedTest(name = "{0}: {1} is {2}")
  @DisplayName("numbers are their values, however they are written")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gsm8k   | 18              | 18.00",
        "gsm8k   | 1,234           | 1234",
        "gsm8k   | 1,234,567       | $1,234,567.0",
        "gsm8k   | -5              | -$5",
        "gsm8k   | -5              | $-5",
        "gsm8k   | 18              | 18 dollars per day",
        "gsm8k   | 18              | **18**",
        "gsm8k   | 18              | \\$18",
        "gsm8k   | 25              | 25%",
        "gsm8k   | 5               | 5 m",
        "gsm8k   | 1200            | 1.2e3",
        "mgsm    | 114,200         | 114200美元",
        "cmath   | 2/6             | \\frac{1}{3}",
        "cmath   | 12%             | 0.12",
        "cmath   | 12%             | 百分之十二",
        "cmath   | 28.26           | 28.26平方厘米",
        "cmath   | 28.26           | ２８．２６",
        "cmath   | 3/4             | 四分之三",
        "cmath   | 5/2             | 2又1/2",
        "cmath   | 1/3             | 0.33333",
        "cmath   | 5               | 5个苹果",
        "cmath   | 60              | 60千米/小时",
        "cmath   | 12              | 12cm²",
        "cmath   | 12              | 12 cm^2",
        "math23k | ((2)/(3))       | 2/3",
        "math23k | 5((7)/(10))     | 5.7",
        "math23k | 4(5/11)         | 49/11",
        "math23k | 4(5/11)         | 4\\frac{5}{11}",
        "math23k | 29%             | 29\\%",
        "math23k | 0.254+0.63      | 0.884",
        "math23k | 3:4             | 0.75",
        "math    | \\frac{1}{2}    | \\dfrac12",
        "math    | \\frac{1}{2}    | 0.5",
        "math    | 2\\frac{1}{2}   | \\frac{5}{2}",
        "math    | 10              | 10\\%",
        "math    | 10,080          | 10{,}080",
        "math    | 5               | 5 \\text{ cm}",
        "math    | 90              | 90^\\circ",
        "math    | \\frac{1}{3}    | 0.\\overline{3}",
        "math    | \\frac{7}{55}   | 0.1\\overline{27}",
        "math    | 3.2 \\times 10^{5} | 320000",
        "math    | 120             | 5!",
        "math    | 10              | \\binom{5}{2}",
        "generic | 321             | 三百二十一",
        "generic | 10005           | 一万零五",
        "generic | 35000           | 三万五",
        "generic | 120000000       | 一亿二千万",
        "generic | 3.14            | 三点一四",
        "generic | -7              | 负七",
        "generic | 13/4            | 三又四分之一",
        "generic | 300             | 叁佰元",
        "generic | 2               | 两个苹果",
        "generic | ½               | 0.5",
        "generic | 0. 98.          | 0.98",
        "generic | 5               | 约5元",
      })
  void sameNumber(String policy, String reference, String answer) {
    assertThat(verifier(policy).same(reference, answer)).isTrue();
    assertThat(verifier(policy).same(answer, reference)).isTrue();
  }

  @ParameterizedTest(name = "{0}: {1} is not {2}")
  @DisplayName("numbers that differ are not the same, however near they look")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gsm8k   | 18        | 18.0001",
        "gsm8k   | 18        | 81",
        "gsm8k   | 5         | -5",
        "gsm8k   | 1234      | 1,23",
        "cmath   | 12%       | 12",
        "cmath   | 1/3       | 0.33",
        "cmath   | 10000     | 10001",
        "cmath   | 3/4       | 4/3",
        "math23k | 4(5/11)   | 20/11",
        "math    | 4(5/11)   | 49/11",
        "math    | \\frac{1}{3} | 0.3333",
        "generic | 100%      | 100",
        "generic | 四边形     | 4",
        "generic | 一样多     | 1",
        "generic | 3月5日     | 3",
        "generic | 12345678901234567890 | 12345678901234567891",
      })
  void otherNumber(String policy, String reference, String answer) {
    assertThat(verifier(policy).same(reference, answer)).isFalse();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @DisplayName("formulas are the functions they denote")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "2\\sqrt{3}                     | \\sqrt{12}",
        "\\frac{\\sqrt{2}}{2}           | \\frac{1}{\\sqrt{2}}",
        "-\\frac{2\\sqrt{5}}{5}         | -2/sqrt(5)",
        "\\frac{2\\pi}{3}               | 2π/3",
        "40\\sqrt{2}\\pi                | 40π√2",
        "(-2)^{n-1}                     | -\\frac{(-2)^n}{2}",
        "1-\\ln 2                       | 1 + \\ln \\frac12",
        "x^2+2x+1                       | (x+1)^{2}",
        "\\frac{2n}{n+1}                | 2 - \\frac{2}{n+1}",
        "(a+b)(a-b)                     | a^2-b^2",
        "2xy^2                          | 2 x y**2",
        "\\log_2 8                      | 3",
        "\\sin 30^\\circ                | \\frac{1}{2}",
        "\\sin^2 x                      | 1-\\cos^2 x",
        "\\tan x                        | \\frac{\\sin x}{\\cos x}",
        "(1+i)^2                        | 2i",
        "e^{2x}                         | (e^x)^2",
        "\\sqrt[3]{16}                  | 2\\sqrt[3]{2}",
        "\\lvert x \\rvert              | \\sqrt{x^2}",
        "\\frac{a_{1}+a_{10}}{2}        | \\frac{1}{2}(a_1+a_{10})",
        "3.1416                         | \\pi",
      })
  void sameFormula(String reference, String answer) {
    assertThat(verifier("generic").same(reference, answer)).isTrue();
    assertThat(verifier("generic").same(answer, reference)).isTrue();
  }

  @ParameterizedTest(name = "{0} is not {1}")
  @DisplayName("formulas that differ anywhere are not the same")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "2\\sqrt{3}    | 3\\sqrt{2}",
        "x^2           | x^3",
        "2x            | 2y",
        "x+1           | x+1.0001",
        "\\sqrt{x^2}   | x",
        "\\frac{x^2-1}{x-1} | x-1",
        "\\sin x       | \\cos x",
        "\\ln 2        | \\ln 3",
        "\\frac{\\pi}{3} | \\frac{\\pi}{6}",
        "5 \\text{ cm} | 5 \\text{ kg}",
      })
  void otherFormula(String reference, String answer) {
    assertThat(verifier("generic").same(reference, answer)).isFalse();
    assertThat(verifier("generic").same(answer, reference)).isFalse();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @DisplayName("sets, points, intervals, equations, units and choices")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\\{1,2,3\\}                  | \\{3, 2, 1\\}",
        "\\{0.5, 2\\}                 | \\left\\{ 2, \\frac{1}{2} \\right\\}",
        "\\emptyset                   | \\{\\}",
        "(3,\\sqrt{15})               | \\left(3, \\sqrt{15}\\right)",
        "(-1,3)                       | -1 < x < 3",
        "\\left(-\\frac{1}{4},+\\infty\\right) | x > -0.25",
        "(-\\infty, 8]                | x \\leqslant 8",
        "[1,2)                        | 1 \\le x < 2",
        "[1,2)                        | 2 > x \\ge 1",
        "[1,2)                        | x \\in [1, 2)",
        "\\{x \\mid x>3\\}            | (3, \\infty)",
        "(-\\infty,1)\\cup(2,\\infty) | (2,+\\infty) \\cup (-\\infty,1)",
        "1 和 3                       | 3, 1",
        "1 or 3                       | $1$ 或 $3$",
        "\\pm 3                       | 3, -3",
        "1 \\pm \\sqrt{2}             | 1-\\sqrt2, 1+\\sqrt2",
        "x=3                          | 3",
        "5                            | S = 2 + 3 = 5",
        "y=2x-2                       | 2x - y - 2 = 0",
        "y=2x                         | 2x",
        "2x+y+1=0                     | 4x + 2y = -2",
        "\\frac{x^2}{16}+\\frac{y^2}{8}=1 | x^2 + 2y^2 = 16",
        "f(x)=x^2-1                   | (x-1)(x+1)",
        "2x < 4y                      | x - 2y < 0",
        "-x < y                       | x > -y",
        "1 km                         | 1000 m",
        "1.5小时                       | 90分钟",
        "2元                          | 20角",
        "A                            | (A)",
        "BD                           | D、B",
        "(2)(3)                       | ③②",
        "\\frac{3}{10} \\# \\# 0.3    | 0.3",
        "分层抽样.                      | 分层抽样",
      })
  void sameShape(String reference, String answer) {
    assertThat(verifier("generic").same(reference, answer)).isTrue();
  }

  @ParameterizedTest(name = "{0} is not {1}")
  @DisplayName("other sets, points, intervals, equations, units and choices")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\\{1,2,3\\}      | \\{1,2\\}",
        "\\{1,1,2\\}      | \\{1,2,2\\}",
        "(1,2)            | (2,1)",
        "(1,234)          | 1234",
        "[1,2)            | (1,2)",
        "[1,2)            | [1,2]",
        "x \\le 8         | x < 8",
        "x=3              | y=3",
        "y=2x             | y=-2x",
        "2x+y+1=0         | 2x+y-1=0",
        "x < y            | x > y",
        "1 km             | 1 kg",
        "1 km             | 1 m",
        "A                | B",
        "AC               | A",
        "(1)(2)(3)(5)     | (2)(3)(5)",
        "圆锥              | 圆柱",
      })
  void otherShape(String reference, String answer) {
    assertThat(verifier("generic").same(reference, answer)).isFalse();
  }

  static AnswerVerifier verifier(String policy) {
    return new AnswerVerifier(AnswerPolicy.named(policy).orElseThrow());
  }
}
