package org.blossomlm.data.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.blossomlm.data.run.SmallOperators;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("What is made from the catalogue of operators")
class OperatorReferenceTest {
  @Test
  void the_page_in_docs_is_up_to_date() throws IOException {
    Path page = Path.of("..", "docs", "operators.md");
    assertThat(Files.readString(page))
        .as("docs/operators.md is made by: ./blossom data operators > docs/operators.md")
        .isEqualTo(OperatorReference.markdown(BuiltInOperators.catalog()));
  }

  @Test
  void the_page_has_kinds_choices_and_defaults() {
    assertThat(OperatorReference.markdown(SmallOperators.catalog()))
        .contains("| [`shout`](#shout) | Capitals. |")
        .contains("## length_filter\n\nDrops long texts.\n")
        .contains("| `max` | whole number |  | characters |")
        .contains("| `mark` | text | `\"!\"` | put behind the text |")
        .contains("| `place` | `end`, `both` | `\"end\"` | where marks go |")
        .contains("| `roles` | list of texts | optional | whose texts |");
  }

  @Test
  @SuppressWarnings({"unchecked", "NullAway"}) // A missing key fails the test either way.
  void the_schema_knows_operators_their_parameters_and_references() {
    Map<String, Object> schema =
        JsonMapper.builder()
            .build()
            .readValue(RecipeSchema.of(SmallOperators.catalog()), Map.class);
    assertThat((Map<String, Object>) schema.get("properties")).containsOnlyKeys(RecipeChecker.KEYS);
    String step = String.valueOf(schema.get("$defs"));
    assertThat(step)
        .contains("enum=[dice, shout, shuffle, slowly, twice, unique]")
        .contains("length_filter={description=Drops long texts., type=object")
        .contains("required=[max], properties={max={description=characters, anyOf=[{type=integer}")
        .contains("place={description=where marks go, anyOf=[{enum=[end, both]}")
        .contains("default=end");
  }
}
