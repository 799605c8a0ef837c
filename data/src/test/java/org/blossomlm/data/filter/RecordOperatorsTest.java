package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.data.filter.OneOperator.row;
import static org.blossomlm.data.filter.OneOperator.text;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RowRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordOperatorsTest {
  @Test
  void failedRecordsGoOnlyWhereTheyAreToGo() {
    List<DataRecord> records = List.of(text("1", "a"), text("2", "b").failed("no answer"));
    assertThat(OneOperator.of("failed_item_filter").run(records).keptIds()).containsExactly("1");
    assertThat(OneOperator.of("failed_item_filter", "reverse", true).run(records).keptIds())
        .containsExactly("2");
  }

  @Test
  void metadataIsClearedRenamedAndSet() {
    DataRecord record = text("1", "a").withMetadata("x", 1).withMetadata("y", 2);
    assertThat(OneOperator.of("metadata_clearer").run(record).only().head().metadata()).isEmpty();
    assertThat(
            OneOperator.of("metadata_clearer", "keep", List.of("y"))
                .run(record)
                .only()
                .head()
                .metadata())
        .containsExactly(entry("y", 2));
    assertThat(
            OneOperator.of("metadata_renamer", "names", Map.of("x", "z"))
                .run(record)
                .only()
                .head()
                .metadata())
        .containsExactly(entry("z", 1), entry("y", 2));
    assertThat(
            OneOperator.of("metadata_renamer", "names", Map.of("x", "y"))
                .run(record)
                .only()
                .failure())
        .contains("metadata already has an entry 'y'");
    assertThat(
            OneOperator.of("metadata_renamer", "names", Map.of("x", "y", "y", "x"))
                .run(record)
                .only()
                .head()
                .metadata())
        .containsExactly(entry("y", 1), entry("x", 2));
    assertThat(
            OneOperator.of("metadata_setter", "values", Map.of("x", 9, "z", 3), "overwrite", false)
                .run(record)
                .only()
                .head()
                .metadata())
        .containsOnly(entry("x", 1), entry("y", 2), entry("z", 3));
  }

  @Test
  void valuesAreFoundInRowsMetadataMapsAndComputed() {
    DataRecord record =
        row("1", "a", "x").withMetadata("judge", Map.of("score", 8)).withMetadata("a", "hidden");
    assertThat(RecordField.of("a").value(record)).contains("x");
    assertThat(RecordField.of("metadata.a").value(record)).contains("hidden");
    assertThat(RecordField.of("judge.score").number(record)).contains(8.0);
    assertThat(RecordField.of("missing").group(record)).isEqualTo("(none)");
    assertThat(RecordField.of("@turns").value(chat("1", "q", "a"))).contains(1L);
    assertThat(RecordField.of("@length").value(chat("1", "问题", "答案"))).contains(4L);
    assertThat(RecordField.of("@language").value(chat("1", "你好吗", "我很好"))).contains("zh-Hans");
    assertThatThrownBy(() -> RecordField.of("@lang")).hasMessageContaining("@language");
  }

  @Test
  void valueFilterKeepsListedValuesAndNumbersWithinBounds() {
    List<DataRecord> records =
        List.of(row("1", "s", 3), row("2", "s", 7.5), row("3", "s", "9"), row("4"));
    assertThat(
            OneOperator.of("value_filter", "field", "s", "min", 5, "max", 8).run(records).keptIds())
        .containsExactly("2");
    assertThat(
            OneOperator.of("value_filter", "field", "s", "values", List.of("3", "9"))
                .run(records)
                .keptIds())
        .containsExactly("1", "3");
    assertThat(OneOperator.of("value_counter", "field", "s").run(records).counts())
        .containsEntry("s = (none)", 1L)
        .containsEntry("s = 9", 1L);
  }

  @Test
  void sortIsStableAndPutsRecordsWithoutAValueLast() {
    List<DataRecord> records =
        List.of(
            row("none"), row("b", "s", 2), row("c", "s", 1), row("d", "s", 2), row("t", "s", "x"));
    assertThat(OneOperator.of("sort", "field", "s").run(records).keptIds())
        .containsExactly("c", "b", "d", "t", "none");
    assertThat(OneOperator.of("sort", "field", "s", "descending", true).run(records).keptIds())
        .containsExactly("b", "d", "c", "t", "none");
  }

  @Test
  void limitDoesNotCountFailedRecords() {
    OneOperator.Result result =
        OneOperator.of("limit", "count", 1)
            .run(text("1", "a").failed("x"), text("2", "b"), text("3", "c"));
    assertThat(result.keptIds()).containsExactly("1", "2");
    assertThat(result.reasons()).containsExactly("beyond the limit");
  }

  @Test
  void binsAreOfEqualWidthAndTheLargestNumberIsInTheLast() {
    List<RowRecord> rows = IntStream.rangeClosed(0, 10).mapToObj(i -> row("" + i, "v", i)).toList();
    OneOperator.Result result =
        OneOperator.of("equal_width_binner", "field", "v", "num_bins", 5).run(rows);
    assertThat(result.kept())
        .extracting(record -> record.head().metadata().get("bin"))
        .containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4);
    assertThat(result.kept().getLast().head().metadata()).containsEntry("bin_label", "8");
    OneOperator given =
        OneOperator.of(
            "equal_width_binner",
            "field",
            "v",
            "num_bins",
            2,
            "labels",
            List.of("low", "high"),
            "range_min",
            0,
            "range_max",
            4);
    assertThat(given.run(row("1", "v", -5), row("2", "v", 2), row("3", "v", 99), row("4")).kept())
        .extracting(record -> record.head().metadata().get("bin_label"))
        .containsExactly("low", "high", "high", null);
    assertThat(
            OneOperator.of("equal_width_binner", "field", "v")
                .run(row("1", "v", 3))
                .only()
                .head()
                .metadata())
        .containsEntry("bin", 0);
    assertThatThrownBy(() ->
            OneOperator.of(
                "equal_width_binner", "field", "v", "num_bins", 3, "labels", List.of("a")))
        .hasMessageContaining("1 names for 3 intervals");
  }

  @Test
  void aggregatesAreExactForLargeNumbers() {
    List<DataRecord> rows =
        List.of(
            row("1", "g", "a", "v", 1e8),
            row("2", "g", "a", "v", 1e8 + 1),
            row("3", "g", "a", "v", 1e8 + 2),
            row("4", "g", "b", "v", 5));
    OneOperator.Result result =
        OneOperator.of(
                "aggregate",
                "group_by",
                List.of("g"),
                "values",
                Map.of("n", "count", "var", "variance(v)", "mean", "mean(v)", "all", "unique(v)"))
            .run(rows);
    assertThat(result.kept()).hasSize(2);
    Map<String, @Nullable Object> a = ((RowRecord) result.kept().getFirst()).fields();
    assertThat(a).containsEntry("g", "a").containsEntry("n", 3L);
    assertThat((@Nullable Double) a.get("var")).isCloseTo(1.0, within(1e-9));
    assertThat((@Nullable Double) a.get("mean")).isEqualTo(1e8 + 1);
    Map<String, @Nullable Object> b = ((RowRecord) result.kept().getLast()).fields();
    assertThat(b).containsEntry("var", null).containsEntry("all", List.of("5"));
    assertThatThrownBy(() -> OneOperator.of("aggregate", "values", Map.of("x", "median(v)")))
        .hasMessageContaining("stddev");
  }
}
