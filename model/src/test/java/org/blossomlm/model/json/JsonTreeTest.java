package org.blossomlm.model.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonTreeTest {
  private static JsonNode read(String json) {
    return JsonTree.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": [1, -2.5e3, 12345678901, 123456789012345678901234567890, true, false, null, \"\u00e9\\n\"]}",
        "{\"a\": {\"b\": {}, \"c\": []}, \"a\": 1}",
        "\"text\"",
        " 7 ",
      })
  void trees_are_those_of_an_object_mapper(String json) {
    assertThat(read(json)).isEqualTo(new JsonMapper().readTree(json));
  }

  @Test
  void nothing_is_a_missing_node() {
    assertThat(read(" ").isMissingNode()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1, 2", "{\"a\" 1}", "{} {}", "nope", "]"})
  void what_is_no_json_is_refused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(JacksonException.class);
  }

  @Test
  void bytes_that_are_no_utf_8_are_refused() {
    byte[] latin = "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> JsonTree.read(latin)).isInstanceOf(JacksonException.class);
  }

  @Test
  void nesting_is_bounded() {
    assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(JacksonException.class);
  }
}
