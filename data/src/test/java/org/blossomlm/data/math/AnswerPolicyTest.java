package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.math.SameAnswerTest.verifier;

import org.junit.jupiter.api.Test;

/** Where the sources contradict each other, each has its own rule. */
class AnswerPolicyTest {
  @Test
  void perCentIsAUnitInSomeSourcesAndAValueInOthers() {
    assertThat(verifier("math").same("10", "10\\%")).isTrue();
    assertThat(verifier("math").same("0.1", "10\\%")).isFalse();
    assertThat(verifier("cmath").same("10%", "0.1")).isTrue();
    assertThat(verifier("cmath").same("10%", "10")).isFalse();
  }

  @Test
  void orderOfAnswersMattersInMathOnly() {
    assertThat(verifier("math").same("1,2", "2,1")).isFalse();
    assertThat(verifier("math").same("1,2", "1, 2")).isTrue();
    assertThat(verifier("generic").same("1,2", "2,1")).isTrue();
  }

  @Test
  void unitsConvertOnlyWhereTheyCount() {
    assertThat(verifier("gsm8k").same("5 km", "5 m")).isTrue();
    assertThat(verifier("generic").same("5 km", "5 m")).isFalse();
    assertThat(verifier("generic").same("5 km", "5000 m")).isTrue();
    assertThat(verifier("generic").same("5 km", "5")).isTrue();
  }

  @Test
  void lettersAreUnitsInArithmeticAndVariablesInAlgebra() {
    assertThat(verifier("gsm8k").same("5m", "5")).isTrue();
    assertThat(verifier("math").same("5m", "5")).isFalse();
    assertThat(verifier("math").same("5m", "m*5")).isTrue();
  }

  @Test
  void aNumberBeforeABracketedFractionIsMixedInChineseSources() {
    assertThat(verifier("math23k").same("4(5/11)", "49/11")).isTrue();
    assertThat(verifier("math").same("4(5/11)", "20/11")).isTrue();
  }

  @Test
  void roundingIsAllowedWhereThePolicySaysSoAndOnlyForDecimals() {
    assertThat(verifier("cmath").same("250/3", "83.333")).isTrue();
    assertThat(verifier("gsm8k").same("250/3", "83.333")).isFalse();
    assertThat(verifier("cmath").same("100000", "100001")).isFalse();
    assertThat(verifier("generic").same("1/3", "33333/100000")).isFalse();
  }

  @Test
  void onlySourcesOfPlainNumbersGuessTheLastOne() {
    String solution = "He has 3 and then 4";
    assertThat(verifier("mgsm").extract(solution)).contains("4");
    assertThat(verifier("gsm8k").extract(solution)).isEmpty();
    assertThat(verifier("generic").extract(solution)).isEmpty();
  }

  @Test
  void namesAreThoseOfTheTable() {
    assertThat(AnswerPolicy.names())
        .containsExactlyInAnyOrder(
            "generic", "gsm8k", "math", "mgsm", "cmath", "math23k", "tal_scq5k");
    assertThat(AnswerPolicy.named("gsm9k")).isEmpty();
  }
}
