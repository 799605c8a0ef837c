package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** JSON of a wanted shape, from a model that is only asked for it. */
class SchemaDialogueTest {
  private static final Map<String, Object> SCHEMA =
      Map.of(
          "type",
          "object",
          "properties",
          Map.of("score", Map.of("type", "integer", "minimum", 1, "maximum", 10)),
          "required",
          List.of("score"),
          "additionalProperties",
          false);

  private static SchemaDialogue dialogue() {
    return SchemaDialogue.of(SCHEMA, List.of(ChatMessage.user("How good is it?"))).orElseThrow();
  }

  @Test
  void theSchemaStandsInTheQuestion() {
    assertThat(dialogue().question()).hasSize(1);
    assertThat(dialogue().question().getFirst().content())
        .startsWith("How good is it?")
        .contains("\"maximum\":10");
    assertThat(SchemaDialogue.of(null, List.of())).isEmpty();
  }

  @Test
  void jsonIsTakenOutOfWhatStandsAroundIt() {
    assertThat(dialogue().read("Sure {here}:\n```json\n{\"score\": 7,}\n```\nDone.").json())
        .contains("{\"score\": 7,}");
    assertThat(dialogue().read("{\"score\": 1} or better {\"score\": 2.0}").json())
        .contains("{\"score\": 2.0}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "seven | there is no JSON",
        "{\"score\": 7 | cannot be read",
        "{\"points\": 7} | lacks \"score\"",
        "{\"score\": 70} | too large",
        "{\"score\": \"7\"} | must be of type integer",
        "{\"score\": 7, \"why\": \"\"} | \"why\" is not allowed",
        "[7] | must be of type object",
      })
  void aFaultIsToldSoThatItCanBeMended(String answer, String fault) {
    SchemaDialogue.Reading reading = dialogue().read(answer);
    assertThat(reading.json()).isEmpty();
    assertThat(reading.fault()).contains(fault);
    List<ChatMessage> again = dialogue().again(answer, reading.fault());
    assertThat(again)
        .extracting(ChatMessage::role)
        .containsExactly(Role.USER, Role.ASSISTANT, Role.USER);
    assertThat(again.getLast().content()).contains(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'type':'array','items':{'type':'string'},'minItems':2} | ['a','b'] | true",
        "{'type':'array','items':{'type':'string'},'minItems':2} | ['a'] | false",
        "{'type':'array','items':{'type':'string'}} | ['a',1] | false",
        "{'enum':['a',1]} | 1.0 | true",
        "{'enum':['a',1]} | 'b' | false",
        "{'const':null} | null | true",
        "{'const':null} | 0 | false",
        "{'type':['string','null']} | null | true",
        "{'anyOf':[{'type':'string'},{'type':'integer'}]} | 1.5 | false",
        "{'anyOf':[{'type':'string'},{'type':'integer'}]} | 15 | true",
        "{'oneOf':[{'type':'number'},{'type':'integer'}]} | 1 | false",
        "{'allOf':[{'minLength':2},{'maxLength':3}]} | 'abcd' | false",
        "{'type':'string','pattern':'^a+$'} | 'aaa' | true",
        "{'type':'string','pattern':'^a+$'} | 'ab' | false",
        "{'exclusiveMinimum':1} | 1 | false",
        "{'properties':{'a':{'properties':{'b':{'type':'boolean'}}}}} | {'a':{'b':1}} | false",
      })
  void wordsOfJsonSchemaAreUnderstood(String schema, String value, boolean fits) {
    JsonMapper json = JsonMapper.builder().build();
    Map<?, ?> rules = json.readValue(schema.replace('\'', '"'), Map.class);
    Object tree = json.readValue(value.replace('\'', '"'), Object.class);
    assertThat(JsonSchema.fault(tree, rules).isEmpty()).isEqualTo(fits);
  }
}
