package org.blossomlm.data.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Statistics of records")
class RecordStatisticsTest {
  @ParameterizedTest
  @CsvSource({
    "今天天气怎么样, zh",
    "請用 Python 寫一個排序函數並解釋每一步, zh",
    "How are you today?, en",
    "これはペンです, ja",
    "오늘 날씨가 좋습니다, ko",
    "Привет мир, other",
    "把 the quick brown fox jumps over the lazy dog 翻成中文, mixed",
    "12 + 3 = 15, none",
  })
  void the_language_is_seen_from_the_letters(String text, String language) {
    assertThat(RecordStatistics.language(List.of(text))).isEqualTo(language);
  }

  @Test
  void quantiles_are_a_sixtieth_too_small_at_most() {
    Random random = new Random(9);
    Lengths lengths = new Lengths();
    long[] all = new long[10_001];
    for (int i = 0; i < all.length; i++) {
      all[i] = (long) Math.exp(random.nextDouble() * 20);
      lengths.add(all[i]);
    }
    Arrays.sort(all);
    for (double share : new double[] {0, 0.1, 0.5, 0.9, 0.99, 1}) {
      long exact = all[Math.max(0, (int) Math.ceil(share * all.length) - 1)];
      assertThat(lengths.quantile(share))
          .as("seed 9, share %s", share)
          .isLessThanOrEqualTo(exact)
          .isGreaterThanOrEqualTo(exact - exact / 60 - 1);
    }
    assertThat(lengths.max()).isEqualTo(all[all.length - 1]);
    assertThat(lengths.mean()).isEqualTo(Arrays.stream(all).sum() / 10_001.0);
    assertThat(new Lengths().quantile(0.5)).isZero();
  }

  @Test
  void failures_of_one_kind_are_counted_together() {
    RecordStatistics statistics = new RecordStatistics();
    statistics.add(new TextRecord(RecordHead.of("1"), "x").failed("timeout\nstack"));
    statistics.add(new TextRecord(RecordHead.of("2"), "x").failed("timeout"));
    statistics.add(new TextRecord(RecordHead.of("3"), "x").failed(""));
    assertThat(statistics.failures()).containsEntry("timeout", 2L).containsEntry("(no reason)", 1L);
  }
}
