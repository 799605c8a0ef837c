package org.blossomlm.data.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sources that the project ships are what their README says. */
class SeedsTest {
  private static final Path SEEDS = Path.of("..", "recipes", "seeds");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @ParameterizedTest
  @CsvSource({
    "prompts,prompt,60,15",
    "problems,problem,40,15",
    "systems,system,20,10",
    "personas,persona,20,10",
    "dialogues,dialogue,20,20"
  })
  void itemsAreUniqueBalancedAndInTheLanguageThatTheySay(
      String file, String name, int each, int categories) throws IOException {
    Map<String, Integer> languages = new HashMap<>();
    Map<String, Set<String>> seen = new HashMap<>();
    Set<String> texts = new HashSet<>();
    for (JsonNode item : items(file)) {
      String language = item.get("language").asString();
      String category = item.get("category").asString();
      int number = languages.merge(language, 1, Integer::sum);
      assertThat(item.get("id").asString())
          .isEqualTo("%s-%s-%03d".formatted(name, language, number));
      assertThat(category).matches("[a-z]+");
      seen.computeIfAbsent(language, _ -> new HashSet<>()).add(category);
      String text = text(item, name);
      assertThat(texts.add(text.replaceAll("[\\p{P}\\s]", ""))).as("twice: %s", text).isTrue();
      assertThat(text).isEqualTo(text.strip()).doesNotContain("\uFFFD");
      double han = hanShare(text);
      if (language.equals("zh")) {
        assertThat(han).as(text).isGreaterThan(0.25);
      } else if (!category.equals("translation")) {
        assertThat(han).as(text).isZero();
      }
    }
    assertThat(languages).isEqualTo(Map.of("zh", each, "en", each));
    assertThat(seen.get("zh")).hasSizeGreaterThanOrEqualTo(categories).isEqualTo(seen.get("en"));
  }

  @Test
  void solutionsAndExpressionsGiveTheAnswersOfTheProblems() throws IOException {
    AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.GENERIC);
    for (JsonNode item : items("problems")) {
      String answer = item.get("answer").asString();
      assertThat(verifier.parse(answer).isReadable()).as("%s", item).isTrue();
      assertThat(verifier.verify(item.get("solution").asString(), answer).isCorrect())
          .as("%s", item)
          .isTrue();
      assertThat(verifier.same(answer, item.get("expression").asString())).as("%s", item).isTrue();
    }
  }

  @Test
  void answersOfNeighboursDiffer() throws IOException {
    // What the verifier lets pass could fail: it tells a solution from its neighbour's.
    AnswerVerifier verifier = new AnswerVerifier(AnswerPolicy.GENERIC);
    List<JsonNode> items = items("problems");
    int same = 0;
    for (int i = 1; i < items.size(); i++) {
      String solution = items.get(i - 1).get("solution").asString();
      same += verifier.verify(solution, items.get(i).get("answer").asString()).isCorrect() ? 1 : 0;
    }
    assertThat(same).isLessThan(3);
  }

  @Test
  void dialoguesAlternateAndEndWithTheAssistant() throws IOException {
    for (JsonNode item : items("dialogues")) {
      List<String> roles = new ArrayList<>();
      item.get("messages").forEach(message -> roles.add(message.get("role").asString()));
      assertThat(roles).containsExactly("user", "assistant", "user", "assistant");
    }
  }

  @Test
  void theyAreInThePublicDomain() throws IOException {
    assertThat(Files.readString(SEEDS.resolve("LICENSE"))).contains("CC0 1.0 Universal");
  }

  private static String text(JsonNode item, String name) {
    if (!item.has("messages")) {
      return item.get(name).asString();
    }
    StringBuilder text = new StringBuilder();
    item.get("messages").forEach(message -> text.append(message.get("content").asString()));
    return text.toString();
  }

  private static double hanShare(String text) {
    long letters = text.codePoints().filter(Character::isLetter).count();
    long han =
        text.codePoints()
            .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
            .count();
    return (double) han / letters;
  }

  private static List<JsonNode> items(String file) throws IOException {
    return Files.readAllLines(SEEDS.resolve(file + ".jsonl")).stream().map(JSON::readTree).toList();
  }
}
