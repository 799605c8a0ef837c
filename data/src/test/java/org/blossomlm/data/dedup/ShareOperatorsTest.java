package org.blossomlm.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.filter.OneOperator.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.OneOperator;
import org.blossomlm.data.filter.RecordField;
import org.junit.jupiter.api.Test;

class ShareOperatorsTest {
  private static List<DataRecord> records(int chinese, int english, int french) {
    List<DataRecord> records = new ArrayList<>();
    IntStream.range(0, chinese).forEach(i -> records.add(row("zh" + i, "language", "zh")));
    IntStream.range(0, english).forEach(i -> records.add(row("en" + i, "language", "en")));
    IntStream.range(0, french).forEach(i -> records.add(row("fr" + i, "language", "fr")));
    return records;
  }

  private static Map<String, Long> groups(OneOperator.Result result) {
    RecordField field = RecordField.of("language");
    return result.kept().stream()
        .collect(Collectors.groupingBy(field::group, Collectors.counting()));
  }

  @Test
  void shuffleDependsOnTheSeedAndLosesNothing() {
    List<DataRecord> records = records(50, 0, 0);
    List<String> once = OneOperator.seeded(1, "shuffle").run(records).keptIds();
    assertThat(once)
        .isEqualTo(OneOperator.seeded(1, "shuffle").run(records).keptIds())
        .isNotEqualTo(OneOperator.seeded(2, "shuffle").run(records).keptIds())
        .containsExactlyInAnyOrderElementsOf(records.stream().map(DataRecord::id).toList());
  }

  @Test
  void sampleKeepsTheOrder() {
    List<DataRecord> records = records(100, 0, 0);
    OneOperator.Result result = OneOperator.of("sample", "fraction", 0.25).run(records);
    assertThat(result.kept()).hasSize(25);
    List<Integer> numbers =
        result.keptIds().stream().map(id -> Integer.parseInt(id.substring(2))).toList();
    assertThat(numbers).isSorted();
    assertThat(result.reasons()).hasSize(75).containsOnly("not in the sample");
    assertThat(OneOperator.of("sample", "count", 1000).run(records).kept()).hasSize(100);
    assertThatThrownBy(() -> OneOperator.of("sample"))
        .hasMessageContaining("either count or fraction");
  }

  @Test
  void balanceLeavesOneToOne() {
    OneOperator.Result result =
        OneOperator.of("balance", "field", "language", "groups", List.of("zh", "en"))
            .run(records(30, 12, 5));
    assertThat(groups(result)).isEqualTo(Map.of("zh", 12L, "en", 12L));
    assertThat(result.reasons())
        .contains("its group is not wanted", "beyond the share of its group");
    assertThat(groups(OneOperator.of("balance", "field", "language").run(records(30, 12, 5))))
        .isEqualTo(Map.of("zh", 5L, "en", 5L, "fr", 5L));
    assertThatThrownBy(() ->
            OneOperator.of("balance", "field", "language", "groups", List.of("zh", "de"))
                .run(records(1, 1, 0)))
        .hasMessageContaining("no record has language = de; there are: en, zh");
  }

  @Test
  void mixFollowsWeightsAndRepeatsOnlyWhereAskedTo() {
    Map<String, Object> weights = Map.of("zh", 2, "en", 1);
    assertThat(
            groups(
                OneOperator.of("mix", "field", "language", "weights", weights)
                    .run(records(100, 20, 0))))
        .isEqualTo(Map.of("zh", 40L, "en", 20L));
    assertThat(
            groups(
                OneOperator.of("mix", "field", "language", "weights", weights, "size", 30)
                    .run(records(100, 20, 0))))
        .isEqualTo(Map.of("zh", 20L, "en", 10L));
    OneOperator.Result repeated =
        OneOperator.of("mix", "field", "language", "weights", weights, "size", 90, "repeat", true)
            .run(records(40, 20, 0));
    assertThat(groups(repeated)).isEqualTo(Map.of("zh", 60L, "en", 30L));
    assertThat(repeated.keptIds()).doesNotHaveDuplicates().anyMatch(id -> id.endsWith("#2"));
    assertThatThrownBy(
            () -> OneOperator.of("mix", "field", "language", "weights", Map.of("zh", -1)))
        .hasMessageContaining("a weight is a number above 0");
  }

  @Test
  void failedRecordsPassBy() {
    List<DataRecord> records = new ArrayList<>(records(2, 1, 0));
    records.add(row("bad", "language", "fr").failed("x"));
    for (OneOperator operator :
        List.of(
            OneOperator.of("sample", "count", 1),
            OneOperator.of("balance", "field", "language"),
            OneOperator.of("shuffle"))) {
      assertThat(operator.run(records).keptIds()).contains("bad");
    }
  }
}
