package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where solutions state their answers. */
class AnswerExtractionTest {
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @DisplayName("the mark of the policy is found and what stands behind it")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gsm8k   | 48/2 = 24.\\n#### 72                              | 72",
        "gsm8k   | so 3 + 4.\\nA: 18                                 | 18",
        "gsm8k   | #### 7\\nQuestion: next\\n#### 9                  | 7",
        "gsm8k   | Thus the answer is $18 for 3 days.                | 18",
        "math    | first \\boxed{1}, finally \\boxed{\\frac{1}{2}}   | \\frac{1}{2}",
        "math    | \\boxed{\\{1, \\sqrt{2}\\}} holds                 | \\{1,\\sqrt{2}\\}",
        "math    | \\boxed 7                                         | 7",
        "math    | The final answer is $x=3$. I hope it is correct.  | 3",
        "math    | the answer is:\\n\\n$$\\frac{3}{4}$$              | 3/4",
        "math    | The answer is \\(2\\sqrt{3}\\).                   | \\sqrt{12}",
        "mgsm    | 答案：18                                          | 18",
        "mgsm    | 他每天赚18美元。                                   | 18",
        "mgsm    | He sold 5-3 eggs                                  | 3",
        "mgsm    | It is 1,234.                                      | 1234",
        "mgsm    | The loss is -20.                                  | -20",
        "cmath   | 2+3=5，答案是5个。                                 | 5",
        "cmath   | 答案是：小明有 5 个苹果。                           | 5",
        "cmath   | 3天用了9元。\\n答：3天后还剩下5元。                 | 5",
        "cmath   | 所以面积是 12 cm^2                                 | 12",
        "cmath   | **答案：** 2/3                                    | 2/3",
        "math23k | 一共是5((7)/(10))千克                              | 5.7",
        "math23k | 占总数的29\\%                                      | 29%",
        "generic | 故答案为: $\\frac{N_{1}}{N}$.                      | \\frac{N_1}{N}",
        "generic | 答案是三百二十一。                                  | 321",
        "generic | The answer to the question is therefore 42.       | 42",
        "generic | **Answer:** $1$ or $3$                            | 3, 1",
      })
  void stated(String policy, String solution, String answer) {
    AnswerVerifier verifier = SameAnswerTest.verifier(policy);
    String text = solution.replace("\\n", "\n");
    assertThat(verifier.extract(text))
        .hasValueSatisfying(
            found -> assertThat(verifier.same(answer, found)).as("found %s", found).isTrue());
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @DisplayName("chosen letters are found in both languages, and an article is none")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "故选：$$\\text{C}$$．                        | C",
        "故选$$\\text{B}$$．                          | B",
        "所以选B                                      | B",
        "故选择：$$\\text{C}$$．                       | C",
        "应选 $A$.                                    | A",
        "答案是D。                                     | D",
        "故选： $A B$ 。                               | AB",
        "选项A错误，选项B正确，故选 BD。                 | BD",
        "A is wrong. Therefore, we choose B.          | B",
        "We choose option $D$.                        | D",
        "The correct option is (C).                   | C",
        "The answer is A.                             | A",
        "So \\boxed{\\text{(E)}}                      | E",
        "B                                            | B",
      })
  void chosen(String solution, String letters) {
    AnswerVerifier verifier = SameAnswerTest.verifier("tal_scq5k");
    assertThat(verifier.extract(solution))
        .hasValueSatisfying(found -> assertThat(verifier.same(letters, found)).isTrue());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("no answer is made up where none is stated")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gsm8k     | For the thirteenth glass he pays 5 * 1",
        "math      | We get 3 and stop",
        "math      | \\boxed{1 + {2",
        "generic   | <think>the answer is 5",
        "generic   | There are 5 of them",
        "tal_scq5k | The answer is A good one",
        "tal_scq5k | Bob chose Candy",
        "tal_scq5k | a有两种可能：选择$$A$$和不选择$$A$$，共44种",
        "cmath     | 我不知道",
      })
  void nothing(String policy, String solution) {
    assertThat(SameAnswerTest.verifier(policy).extract(solution)).isEmpty();
  }

  @Test
  void thoughtsAreNotTheSolution() {
    AnswerVerifier verifier = SameAnswerTest.verifier("generic");
    assertThat(verifier.extract("<think>The answer is 5.</think>The answer is 6.")).contains("6");
  }

  @Test
  void theVerdictTellsWhatWasCompared() {
    AnswerVerifier verifier = SameAnswerTest.verifier("gsm8k");
    assertThat(verifier.verify("#### 18", "9 + 9\n#### 18").isCorrect()).isTrue();
    assertThat(verifier.verify("#### 17", "18"))
        .isEqualTo(
            new AnswerVerifier.Verdict(
                AnswerVerifier.Outcome.WRONG, java.util.Optional.of("17"), "18"));
    assertThat(verifier.verify("cut off", "18").outcome())
        .isEqualTo(AnswerVerifier.Outcome.NO_ANSWER);
    assertThat(verifier.verify("#### 17", " ").outcome())
        .isEqualTo(AnswerVerifier.Outcome.NO_REFERENCE);
  }
}
