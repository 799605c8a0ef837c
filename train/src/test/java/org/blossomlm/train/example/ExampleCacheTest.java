package org.blossomlm.train.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.ExamplePolicy.Problems;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleCacheTest {
  private static final String LINE =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}]}\n";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // JUnit calls files() first.
  private Tokenizer tokenizer;

  @SuppressWarnings("NullAway.Init")
  private ExampleSource source;

  @BeforeEach
  void files() throws IOException {
    tokenizer = TestModels.bytes(folder, List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>"));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      lines.append(LINE.formatted("question " + i, "x".repeat(i % 50) + "答"));
    }
    Files.writeString(folder.resolve("data.jsonl"), lines);
    source = ExampleSource.of(folder, "data.jsonl");
  }

  private ExampleBuilder builder(ExamplePolicy policy) {
    return new ExampleBuilder(
        tokenizer, TestModels.template(TestModels.CHATML), policy, TestModels.NOW);
  }

  private ExampleCache cache(int threads) {
    return new ExampleCache(folder.resolve("cache"), threads);
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      return files.sorted().toList();
    }
  }

  private ExampleFile open(ExamplePolicy policy) {
    return cache(2).examples(source, builder(policy), done -> {});
  }

  private final ExamplePolicy policy = ExamplePolicy.of(1000);

  @Test
  void samples_come_back_as_they_were_in_the_order_of_their_records() throws IOException {
    List<Long> progress = new ArrayList<>();
    try (ExampleFile file = cache(3).examples(source, builder(policy), progress::add)) {
      assertThat(file.size()).isEqualTo(1000);
      for (int i = 0; i < file.size(); i++) {
        Example example = file.get(i);
        assertThat(TestModels.learnt(tokenizer, example))
            .isEqualTo("x".repeat(i % 50) + "答<|im_end|>");
        assertThat(file.length(i)).isEqualTo(example.length());
        assertThat(tokenizer.decode(example.tokens(), false)).contains("question " + i + "\n");
      }
      assertThat(file.counts().records()).isEqualTo(1000);
    }
    assertThat(progress.getLast()).isEqualTo(1000);
    assertThat(cached()).hasSize(1);
  }

  @Test
  void they_are_made_once_and_any_number_of_threads_makes_the_same() throws IOException {
    open(policy).close();
    byte[] first = Files.readAllBytes(cached().getFirst());
    cache(2)
        .examples(
            source,
            builder(policy),
            done -> {
              throw new AssertionError("made again");
            })
        .close();
    Files.delete(cached().getFirst());
    cache(1).examples(source, builder(policy), done -> {}).close();
    assertThat(Files.readAllBytes(cached().getFirst())).isEqualTo(first);
  }

  @Test
  void other_data_or_another_policy_is_another_file() throws IOException {
    open(policy).close();
    open(ExamplePolicy.of(999)).close();
    assertThat(cached()).hasSize(2);
    Files.writeString(folder.resolve("data.jsonl"), LINE.formatted("q", "other"));
    try (ExampleFile file = open(policy)) {
      assertThat(file.size()).isEqualTo(1);
    }
    assertThat(cached()).hasSize(3);
    source =
        new ExampleSource(
            source.folder(), source.files(), source.format(), source.at(), OptionalLong.of(0));
    try (ExampleFile file = open(policy)) {
      assertThat(file.size()).isZero();
    }
    assertThat(cached()).hasSize(4);
  }

  @Test
  void a_limit_takes_the_first_records() {
    source =
        new ExampleSource(
            source.folder(), source.files(), source.format(), source.at(), OptionalLong.of(100));
    try (ExampleFile file = open(policy)) {
      assertThat(file.counts().records()).isEqualTo(100);
    }
  }

  @Test
  void a_damaged_file_is_made_again() throws IOException {
    open(policy).close();
    Path path = cached().getFirst();
    byte[] good = Files.readAllBytes(path);
    for (int at : new int[] {0, good.length / 2, good.length - 5, good.length - 20}) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(path, bad);
      open(policy).close();
      assertThat(Files.readAllBytes(path)).as("byte %d", at).isEqualTo(good);
    }
    for (int length : new int[] {0, 10, good.length / 2, good.length - 1}) {
      Files.write(path, java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(() -> ExampleFile.open(path)).isInstanceOf(TrainException.class);
      open(policy).close();
      assertThat(Files.readAllBytes(path)).as("length %d", length).isEqualTo(good);
    }
  }

  @Test
  void a_problem_ends_the_making_and_leaves_no_file() throws IOException {
    Files.writeString(
        folder.resolve("data.jsonl"), LINE.formatted("q", "a") + LINE.formatted("q", " "));
    assertThatThrownBy(() -> open(policy))
        .isInstanceOf(ExampleException.class)
        .hasMessageContaining("nothing to learn");
    assertThat(cached()).isEmpty();
    try (ExampleFile file = open(policy.with(Problems.SKIP))) {
      assertThat(file.counts().count(ExampleNote.NOTHING_TO_LEARN)).isEqualTo(1);
      assertThat(file.size()).isEqualTo(1);
    }
  }

  @Test
  void pairs_are_kept_together() throws IOException {
    String pair =
        "{\"prompt\":[{\"role\":\"user\",\"content\":\"q%1$d\"}],"
            + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"good%1$d\"}],"
            + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"bad%1$d\"}]}\n";
    Files.write(
        folder.resolve("pairs.jsonl"),
        (pair.formatted(1) + pair.formatted(2)).getBytes(StandardCharsets.UTF_8));
    try (PairFile file =
        cache(2).pairs(ExampleSource.of(folder, "pairs.jsonl"), builder(policy), done -> {})) {
      assertThat(file.size()).isEqualTo(2);
      assertThat(TestModels.learnt(tokenizer, file.get(1).chosen())).isEqualTo("good2<|im_end|>");
      assertThat(TestModels.learnt(tokenizer, file.get(1).rejected())).isEqualTo("bad2<|im_end|>");
      assertThat(file.chosen().length(0)).isEqualTo(file.get(0).chosen().length());
    }
    assertThatThrownBy(() -> cache(1).pairs(source, builder(policy), done -> {}))
        .isInstanceOf(ExampleException.class)
        .hasMessageContaining("dpo");
  }
}
