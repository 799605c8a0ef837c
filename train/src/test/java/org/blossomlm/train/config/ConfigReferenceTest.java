package org.blossomlm.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigReferenceTest {
  @Test
  void every_key_says_what_it_does_in_both_languages() {
    for (ConfigKeys.Section section : ConfigKeys.sections()) {
      assertThat(section.keys()).isNotEmpty();
      for (ConfigKey key : section.keys()) {
        assertThat(key.english()).as(key.path()).endsWith(".");
        assertThat(key.chinese()).as(key.path()).endsWith("。");
        key.range()
            .ifPresent(range ->
                key.defaultValue()
                    .ifPresent(value ->
                        assertThat(range.contains(Double.parseDouble(value)))
                            .as(key.path())
                            .isTrue()));
        if (key.kind() == ConfigKey.Kind.CHOICE) {
          assertThat(key.allowed())
              .as(key.path())
              .containsAll(key.defaultValue().stream().toList());
        }
      }
    }
  }

  /** To renew the documents: {@code -Dblossom.docs=write}. */
  @Test
  void the_documents_are_those_of_the_keys() throws IOException {
    for (boolean chinese : new boolean[] {false, true}) {
      Path file = Path.of("..", "docs", chinese ? "train-config.zh-CN.md" : "train-config.md");
      if (System.getProperty("blossom.docs", "").equals("write")) {
        Files.writeString(file, ConfigReference.markdown(chinese));
      }
      assertThat(Files.readString(file)).isEqualTo(ConfigReference.markdown(chinese));
    }
  }

  @Test
  void the_schema_knows_every_key_with_its_range() {
    JsonNode schema = JsonMapper.builder().build().readTree(ConfigReference.schema());
    assertThat(schema.at("/properties/lora/properties/rank/minimum").asInt()).isEqualTo(1);
    assertThat(schema.at("/properties/lora/additionalProperties").booleanValue()).isFalse();
    assertThat(schema.at("/required/0").stringValue()).isEqualTo("name");
    assertThat(schema.at("/properties/label_smoothing/exclusiveMaximum").asInt()).isEqualTo(1);
    JsonNode stage = schema.at("/properties/stages/anyOf/1/items/anyOf/1");
    assertThat(stage.at("/properties/data/anyOf/1/items/anyOf/1/required/0").stringValue())
        .isEqualTo("file");
    assertThat(
            schema
                .at("/properties/compute/properties/gradient_checkpointing/enum/1")
                .booleanValue())
        .isTrue();
    for (ConfigKeys.Section section : ConfigKeys.sections()) {
      for (ConfigKey key : section.keys()) {
        if (!key.path().contains("[]")) {
          String pointer = "/properties/" + key.path().replace(".", "/properties/");
          assertThat(schema.at(pointer).isMissingNode()).as(pointer).isFalse();
        }
      }
    }
  }

  @Test
  void help_lists_what_the_command_line_takes() {
    assertThat(ConfigReference.help(false))
        .contains("--lora.rank  integer [1,4096], default 16\n      Rank of the adapters.");
    assertThat(ConfigReference.help(true)).contains("--lora.rank").contains("适配器的秩。");
  }
}
