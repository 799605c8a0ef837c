package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.blossomlm.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriceTableTest {
  @TempDir Path folder;

  @Test
  void aModelWithADateHasThePriceOfTheOneWithout() {
    PriceTable table = PriceTable.bundled();
    assertThat(table.find("gpt-4o-mini")).contains(Price.of("0.15", "0.15", "0.60"));
    assertThat(table.find("gpt-4o-mini-2024-07-18")).isEqualTo(table.find("gpt-4o-mini"));
    assertThat(table.find("gpt-4o-latest")).isEqualTo(table.find("gpt-4o"));
    assertThat(table.find("gpt-4o-mini-audio")).isEmpty();
    assertThat(table.find("unknown")).isEmpty();
  }

  @Test
  void everyPriceThatIsBroughtSaysWhereAndWhenItWasRead() throws Exception {
    List<String> prices;
    try (InputStream in = PriceTable.class.getResourceAsStream("prices.yaml")) {
      prices =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.contains("{prompt:"))
              .toList();
    }
    assertThat(prices)
        .hasSizeGreaterThan(10)
        .allMatch(line -> line.matches(".* checked: \"20\\d\\d-\\d\\d[-\\d]*\", source: .+}"));
  }

  @Test
  void aFileOverridesAndAdds() throws Exception {
    Path yaml = folder.resolve("prices.yaml");
    Files.writeString(
        yaml,
        """
        models:
          gpt-4o: {prompt: 1, completion: 2}
          mine: {prompt: 0.5, cached_prompt: 0.1, completion: 1.5}
        """);
    PriceTable table = PriceTable.bundled().overriddenBy(PriceTable.read(yaml));
    assertThat(table.find("gpt-4o")).contains(Price.of("1", "1", "2"));
    assertThat(table.find("mine")).contains(Price.of("0.5", "0.1", "1.5"));
    assertThat(table.find("o3")).isPresent();
    Path json = folder.resolve("prices.json");
    Files.writeString(json, "{\"models\": {\"m\": {\"prompt\": 3, \"completion\": 4}}}");
    assertThat(PriceTable.read(json).find("m")).contains(Price.of("3", "3", "4"));
  }

  @Test
  void errorsNameTheFileTheKeyAndTheNearestOne() throws Exception {
    Path yaml = folder.resolve("prices.yaml");
    Files.writeString(yaml, "models:\n  m: {prompt: -1, completion: 2}\n");
    assertThatThrownBy(() -> PriceTable.read(yaml))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prices.yaml.models.m.prompt: found '-1'");
    Files.writeString(yaml, "models:\n  m: {prompt: 1, completion: 2, cache_prompt: 1}\n");
    assertThatThrownBy(() -> PriceTable.read(yaml))
        .hasMessageContaining("'cache_prompt'; did you mean 'cached_prompt'?");
    Files.writeString(yaml, "- a list");
    assertThatThrownBy(() -> PriceTable.read(yaml)).hasMessageContaining("allowed is an object");
  }
}
