package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.blossomlm.train.example.DataOrder.Kind;
import org.blossomlm.train.example.DataOrder.Part;
import org.blossomlm.train.example.DataOrder.Position;
import org.blossomlm.train.example.DataOrder.Settings;
import org.junit.jupiter.api.Test;

class DataOrderTest {
  /** Samples with lengths that go up and down. */
  private static ExampleSet set(String name, int size) {
    List<Example> examples =
        IntStream.range(0, size)
            .mapToObj(i -> {
              int length = 2 + (i * 37) % 19;
              boolean[] learnt = new boolean[length];
              learnt[length - 1] = true;
              return new Example(new int[length], learnt, name + i);
            })
            .toList();
    return ExampleSet.of(examples);
  }

  private static Settings settings(long seed, Kind kind, int rows) {
    return new Settings(seed, kind, rows, Optional.empty());
  }

  private static List<String> sources(DataOrder.Epoch epoch) {
    List<String> sources = new ArrayList<>();
    for (int b = 0; b < epoch.batches(); b++) {
      epoch.rows(b).forEach(row -> row.forEach(each -> sources.add(each.source())));
    }
    return sources;
  }

  private static String text(List<List<Example>> rows) {
    return rows.stream().map(row -> row.stream().map(Example::source).toList()).toList().toString();
  }

  private static List<String> all(String name, int size) {
    return IntStream.range(0, size).mapToObj(i -> name + i).toList();
  }

  @Test
  void an_epoch_has_every_sample_once_in_an_order_of_its_own() {
    for (Kind kind : List.of(Kind.SHUFFLED, Kind.LENGTH_GROUPED)) {
      DataOrder order = new DataOrder(List.of(new Part(set("a", 101), 1)), settings(7, kind, 4));
      List<String> first = sources(order.epoch(0));
      List<String> second = sources(order.epoch(1));
      assertThat(first).containsExactlyInAnyOrderElementsOf(all("a", 101));
      assertThat(second).containsExactlyInAnyOrderElementsOf(all("a", 101));
      assertThat(first).isNotEqualTo(second).isNotEqualTo(all("a", 101));
    }
  }

  @Test
  void the_same_seed_gives_the_same_order_and_another_another() {
    List<Part> parts = List.of(new Part(set("a", 60), 1), new Part(set("b", 60), 0.5));
    for (Kind kind : List.of(Kind.SHUFFLED, Kind.LENGTH_GROUPED)) {
      List<String> once = sources(new DataOrder(parts, settings(1, kind, 3)).epoch(2));
      assertThat(sources(new DataOrder(parts, settings(1, kind, 3)).epoch(2))).isEqualTo(once);
      assertThat(sources(new DataOrder(parts, settings(2, kind, 3)).epoch(2))).isNotEqualTo(once);
    }
  }

  @Test
  void a_run_that_goes_on_from_any_position_sees_what_an_undisturbed_one_sees() {
    Settings packed = new Settings(3, Kind.SHUFFLED, 2, Optional.of(new Packer(40, 16)));
    for (Settings settings : List.of(packed, settings(3, Kind.LENGTH_GROUPED, 4))) {
      List<Part> parts = List.of(new Part(set("a", 50), 1), new Part(set("b", 30), 0.3));
      List<String> undisturbed = new ArrayList<>();
      List<Position> positions = new ArrayList<>();
      DataOrder order = new DataOrder(parts, settings);
      for (int e = 0; e < 3; e++) {
        DataOrder.Epoch epoch = order.epoch(e);
        for (int b = 0; b < epoch.batches(); b++) {
          positions.add(new Position(e, b));
          undisturbed.add(text(epoch.rows(b)));
        }
      }
      for (int i = 0; i < positions.size(); i++) {
        Position at = positions.get(i);
        DataOrder resumed = new DataOrder(parts, settings);
        assertThat(text(resumed.epoch(at.epoch()).rows(at.batch()))).isEqualTo(undisturbed.get(i));
      }
    }
  }

  @Test
  void weights_say_how_often_a_part_is_seen() {
    DataOrder order =
        new DataOrder(
            List.of(
                new Part(set("a", 40), 1),
                new Part(set("b", 40), 0.1),
                new Part(set("c", 40), 2.5)),
            settings(5, Kind.SHUFFLED, 1));
    Set<String> replayed = new HashSet<>();
    for (int e = 0; e < 3; e++) {
      Map<Character, Integer> counts = new HashMap<>();
      Map<String, Integer> each = new HashMap<>();
      for (String source : sources(order.epoch(e))) {
        counts.merge(source.charAt(0), 1, Integer::sum);
        each.merge(source, 1, Integer::sum);
        if (source.startsWith("b")) {
          replayed.add(source);
        }
      }
      assertThat(counts).isEqualTo(Map.of('a', 40, 'b', 4, 'c', 100));
      assertThat(each.entrySet())
          .filteredOn(entry -> entry.getKey().startsWith("c"))
          .allMatch(entry -> entry.getValue() == 2 || entry.getValue() == 3);
    }
    // Drawn anew for each epoch.
    assertThat(replayed).hasSizeGreaterThan(4);
  }

  @Test
  void samples_of_a_batch_are_about_as_long_where_they_are_grouped() {
    List<Part> parts = List.of(new Part(set("a", 400), 1));
    assertThat(padding(new DataOrder(parts, settings(1, Kind.LENGTH_GROUPED, 8))))
        .isLessThan(padding(new DataOrder(parts, settings(1, Kind.SHUFFLED, 8))) / 4);
  }

  private static long padding(DataOrder order) {
    DataOrder.Epoch epoch = order.epoch(0);
    long padding = 0;
    for (int b = 0; b < epoch.batches(); b++) {
      MicroBatch batch = new BatchAssembler(0, 1, 0).assemble(epoch.rows(b));
      padding += IntStream.of(batch.segments()).filter(segment -> segment == 0).count();
    }
    return padding;
  }

  @Test
  void files_come_as_they_are_where_the_order_is_sequential() {
    DataOrder order =
        new DataOrder(
            List.of(new Part(set("a", 3), 1), new Part(set("b", 2), 1)),
            settings(1, Kind.SEQUENTIAL, 2));
    assertThat(sources(order.epoch(4))).containsExactly("a0", "a1", "a2", "b0", "b1");
    assertThat(order.epoch(4).batches()).isEqualTo(3);
  }

  @Test
  void a_batch_says_how_many_tokens_it_teaches_and_where_its_samples_are() {
    DataOrder order =
        new DataOrder(
            List.of(new Part(set("a", 3), 1), new Part(set("b", 2), 1)),
            settings(1, Kind.SEQUENTIAL, 4));
    DataOrder.Epoch epoch = order.epoch(0);
    assertThat(epoch.learntTokens(0)).isEqualTo(4);
    assertThat(epoch.places(0).getLast()).containsExactly(new DataOrder.Place(1, 0));
  }
}
