package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.math.SameAnswerTest.verifier;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Published references and labels, all of them. */
class ReferenceAnswersTest {
  private static final Path DATASETS =
      Path.of(System.getProperty("blossom.fixtures", "")).resolveSibling("datasets");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void labelsOfGsm8kSampleSolutionsAreReproducedAll() throws IOException {
    AnswerVerifier verifier = verifier("gsm8k");
    int labels = 0;
    int correct = 0;
    for (JsonNode row : lines("gsm8k/example_model_solutions.jsonl")) {
      for (String model :
          List.of("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")) {
        String solution = row.get(model).get("solution").asString();
        boolean label = row.get(model).get("is_correct").asBoolean();
        assertThat(verifier.verify(solution, row.get("ground_truth").asString()).isCorrect())
            .as(solution)
            .isEqualTo(label);
        labels++;
        correct += label ? 1 : 0;
      }
    }
    assertThat(labels).isEqualTo(5276);
    assertThat(correct).isEqualTo(2001);
  }

  @ParameterizedTest
  @CsvSource({"train,7473", "test,1319"})
  void solutionsOfGsm8kVerifyThemselves(String split, int count) throws IOException {
    AnswerVerifier verifier = verifier("gsm8k");
    List<JsonNode> rows = lines("gsm8k/" + split + ".jsonl");
    assertThat(rows).hasSize(count);
    for (JsonNode row : rows) {
      String answer = row.get("answer").asString();
      assertThat(verifier.verify(answer, answer).isCorrect()).as(answer).isTrue();
      assertNumber(verifier, verifier.referenceAnswer(answer));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zh", "en"})
  void answersOfMgsmAreNumbersThatSolutionsState(String language) throws IOException {
    AnswerVerifier verifier = verifier("mgsm");
    int count = 0;
    for (String line : text("mgsm/mgsm_" + language + ".tsv").split("\n")) {
      String reference = line.substring(line.indexOf('\t') + 1).strip();
      assertNumber(verifier, reference);
      String solution =
          language.equals("zh") ? "先算……答案是 " + reference + "。" : "The answer is " + reference + ".";
      assertThat(verifier.verify(solution, reference).isCorrect()).as(line).isTrue();
      count++;
    }
    assertThat(count).isEqualTo(250);
  }

  @Test
  void exemplarsOfMgsmStateTheSameAnswerInBothLanguages() throws IOException {
    AnswerVerifier verifier = verifier("mgsm");
    JsonNode exemplars = JSON.readTree(text("mgsm/exemplars_en_zh.json"));
    for (int i = 1; i <= 8; i++) {
      String english = exemplars.get("en").get(String.valueOf(i)).get("a").asString();
      String chinese = exemplars.get("zh").get(String.valueOf(i)).get("a").asString();
      assertThat(
              verifier.same(
                  verifier.extract(english).orElseThrow(), verifier.extract(chinese).orElseThrow()))
          .as("%s / %s", english, chinese)
          .isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"cmath_dev,600", "cmath_test_from_deepseek_math,1098", "distractor,360"})
  void answersOfCmathAreNumbersThatSolutionsState(String file, int count) throws IOException {
    AnswerVerifier verifier = verifier("cmath");
    List<JsonNode> rows = lines("cmath/" + file + ".jsonl");
    assertThat(rows).hasSize(count);
    for (JsonNode row : rows) {
      String reference = row.get("golden").asString();
      assertNumber(verifier, reference);
      assertThat(verifier.verify("1+1=2，答案是" + reference + "。", reference).isCorrect()).isTrue();
      assertThat(verifier.verify("用了7天。\n答：得到\\boxed{" + reference + "}。", reference).isCorrect())
          .isTrue();
    }
  }

  @Test
  void answersOfSvampAreNumbersThatSolutionsState() throws IOException {
    AnswerVerifier verifier = verifier("gsm8k");
    JsonNode rows = JSON.readTree(text("svamp/SVAMP.json"));
    assertThat(rows).hasSize(1000);
    for (JsonNode row : rows) {
      String reference = row.get("Answer").asString();
      assertNumber(verifier, reference);
      String solution = "So the answer is " + row.get("Answer").asInt() + ".";
      assertThat(verifier.verify(solution, reference).isCorrect()).as(reference).isTrue();
    }
  }

  /**
   * The last number: analyses that name another letter than the reference, because the source
   * contradicts itself, or names the statement that it refutes.
   */
  @ParameterizedTest
  @CsvSource({
    "ch_single_choice_train_3K,3000,1143,3",
    "ch_single_choice_test_2K,2000,733,8",
    "en_single_choice_train_3K,3000,150,8",
    "en_single_choice_test_2K,2000,0,0"
  })
  void analysesOfTalScq5kNameTheLetterOfTheReference(
      String file, int count, int named, int contradicting) throws IOException {
    AnswerVerifier verifier = verifier("tal_scq5k");
    List<JsonNode> rows = lines("tal_scq5k/" + file + ".jsonl");
    assertThat(rows).hasSize(count);
    int found = 0;
    int other = 0;
    for (JsonNode row : rows) {
      String reference = row.get("answer_value").asString();
      assertThat(verifier.parse(reference)).isEqualTo(new MathValue.Choice(reference));
      JsonNode analysis = row.get("answer_analysis");
      if (analysis != null && analysis.isArray() && !analysis.isEmpty()) {
        var verdict = verifier.verify(analysis.get(0).asString(), reference);
        found += verdict.answer().isPresent() ? 1 : 0;
        other += verdict.outcome() == AnswerVerifier.Outcome.WRONG ? 1 : 0;
      }
    }
    assertThat(found).isEqualTo(named);
    assertThat(other).isEqualTo(contradicting);
  }

  @ParameterizedTest
  @CsvSource({"Math_I,214,206,0", "Math_II,218,211,0", "Physics,64,64,0", "Chemistry,124,124,1"})
  void analysesOfGaokaoChoicesNameTheLetterOfTheReference(
      String subject, int count, int named, int contradicting) throws IOException {
    AnswerVerifier verifier = verifier("tal_scq5k");
    JsonNode rows =
        JSON.readTree(
                text("gaokao_bench/Data/Objective_Questions/2010-2022_" + subject + "_MCQs.json"))
            .get("example");
    assertThat(rows).hasSize(count);
    int found = 0;
    int other = 0;
    for (JsonNode row : rows) {
      var verdict =
          verifier.verify(row.get("analysis").asString(), row.get("answer").get(0).asString());
      found += verdict.answer().isPresent() ? 1 : 0;
      other += verdict.outcome() == AnswerVerifier.Outcome.WRONG ? 1 : 0;
    }
    assertThat(found).isEqualTo(named);
    assertThat(other).isEqualTo(contradicting);
  }

  /** Read: has mathematical meaning; the others are words or several blanks. */
  @ParameterizedTest
  @CsvSource({"I,81,78,68", "II,86,81,73"})
  void answersOfGaokaoBlanksEqualThemselvesAndTheirAnalyses(
      String paper, int count, int readable, int analysed) throws IOException {
    AnswerVerifier verifier = verifier("generic");
    JsonNode rows =
        JSON.readTree(
                text(
                    "gaokao_bench/Data/Subjective_Questions/2010-2022_Math_"
                        + paper
                        + "_Fill-in-the-Blank.json"))
            .get("example");
    assertThat(rows).hasSize(count);
    int read = 0;
    int agreed = 0;
    List<String> wrong = new ArrayList<>();
    for (JsonNode row : rows) {
      String reference = row.get("answer").asString();
      assertThat(verifier.same(reference, reference)).as(reference).isTrue();
      read += verifier.parse(reference).isReadable() ? 1 : 0;
      var verdict = verifier.verify(row.get("analysis").asString(), reference);
      agreed += verdict.isCorrect() ? 1 : 0;
      if (verdict.outcome() == AnswerVerifier.Outcome.WRONG) {
        wrong.add(verdict.toString());
      }
    }
    assertThat(read).isEqualTo(readable);
    assertThat(agreed).as("wrong: %s", wrong).isEqualTo(analysed);
  }

  private static void assertNumber(AnswerVerifier verifier, String reference) {
    assertThat(verifier.parse(reference)).as(reference).isInstanceOf(MathValue.Number.class);
    assertThat(verifier.same(reference, reference)).as(reference).isTrue();
  }

  private static List<JsonNode> lines(String file) throws IOException {
    return text(file).lines().filter(line -> !line.isBlank()).map(JSON::readTree).toList();
  }

  private static String text(String file) throws IOException {
    Path path = DATASETS.resolve(file);
    assumeTrue(Files.exists(path), "no data set " + file + " beside the fixtures");
    return Files.readString(path);
  }
}
