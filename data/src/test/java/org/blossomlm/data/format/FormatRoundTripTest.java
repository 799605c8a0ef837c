package org.blossomlm.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Random records, written and read")
class FormatRoundTripTest {
  private static final int RECORDS = 2000;
  private static final Origin ORIGIN = new Origin("x.jsonl", 1);

  /** Through JSON text and back. */
  private static DataRecord through(RecordFormat format, DataRecord record) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    if (JsonTree.parse(JsonTree.write(format.write(record))) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> object.put(String.valueOf(name), value));
    }
    return format.read(object, ORIGIN);
  }

  /** Provenance is ours alone. */
  private static DataRecord withoutOrigin(DataRecord record) {
    return record.mapHead(head -> head.withProvenance(RecordHead.of("").provenance()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void our_line_of_json_loses_nothing(long seed) {
    RandomRecords records = new RandomRecords(new Random(seed));
    for (int i = 0; i < RECORDS; i++) {
      DataRecord record = records.record(i);
      assertThat(RecordJson.read(RecordJson.write(record)))
          .as("seed %d, record %d", seed, i)
          .isEqualTo(record);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BLOSSOM", "BLOSSOMDATA", "OPENAI", "CONVERSATIONS", "SHAREGPT"})
  void wide_formats_hold_every_chat(RecordFormat format) {
    RandomRecords records = new RandomRecords(new Random(4));
    for (int i = 0; i < RECORDS; i++) {
      ChatRecord chat = records.chat(i);
      assertThat(withoutOrigin(through(format, chat)))
          .as("seed 4, record %d", i)
          .isEqualTo(withoutOrigin(chat));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BLOSSOM", "PREFERENCE", "OPENAI", "SHAREGPT"})
  void wide_formats_hold_every_preference_pair(RecordFormat format) {
    RandomRecords records = new RandomRecords(new Random(5));
    for (int i = 0; i < RECORDS; i++) {
      DataRecord record = records.record(i);
      if (record instanceof PreferenceRecord) {
        assertThat(withoutOrigin(through(format, record)))
            .as("seed 5, record %d", i)
            .isEqualTo(withoutOrigin(record));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BLOSSOM", "BLOSSOMDATA", "TEXT"})
  void texts_come_back(RecordFormat format) {
    RandomRecords records = new RandomRecords(new Random(6));
    for (int i = 0; i < RECORDS; i++) {
      TextRecord text = new TextRecord(records.head(i), records.text());
      assertThat(withoutOrigin(through(format, text)))
          .as("seed 6, record %d", i)
          .isEqualTo(withoutOrigin(text));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8})
  void a_plain_chat_goes_through_all_formats_and_comes_back(long seed) {
    Random random = new Random(seed);
    RandomRecords records = new RandomRecords(random);
    List<RecordFormat> formats =
        List.of(
            RecordFormat.BLOSSOM,
            RecordFormat.BLOSSOMDATA,
            RecordFormat.OPENAI,
            RecordFormat.CONVERSATIONS,
            RecordFormat.SHAREGPT,
            RecordFormat.ALPACA);
    for (int i = 0; i < RECORDS; i++) {
      DataRecord record = records.plainChat(i);
      DataRecord there = record;
      StringBuilder way = new StringBuilder();
      for (int step = 0; step < 5; step++) {
        RecordFormat format = formats.get(random.nextInt(formats.size()));
        way.append(' ').append(format);
        there = through(format, there);
      }
      assertThat(withoutOrigin(there))
          .as("seed %d, record %d through%s", seed, i, way)
          .isEqualTo(withoutOrigin(record));
    }
  }
}
