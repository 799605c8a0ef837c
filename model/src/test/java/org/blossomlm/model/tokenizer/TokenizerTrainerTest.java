package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.TokenizerTrainer.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenizerTrainerTest {
  private static final TrainedVocabulary.Config CONFIG =
      new TrainedVocabulary.Config("<|im_end|>", "<|endoftext|>", "{{ messages }}", 2048);

  @TempDir Path folder;

  private static TrainedVocabulary train(Options options, List<String> texts) {
    try (TokenizerTrainer trainer = new TokenizerTrainer(options)) {
      texts.forEach(trainer::add);
      return trainer.train(size -> {});
    }
  }

  /**
   * The algorithm as its definition has it: count all pairs of all words, merge the first of the
   * most frequent, and again.
   */
  private static List<String> naiveMerges(List<String> texts, int size, long least, String name) {
    PreTokenizer pre = PreTokenizer.named(name).orElseThrow();
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String text : texts) {
      char[] chars = text.toCharArray();
      pre.chain()
          .split(
              chars,
              0,
              chars.length,
              (s, from, to) ->
                  counts.merge(ByteAlphabet.encode(new String(s, from, to - from)), 1L, Long::sum));
    }
    List<String> tokens = new ArrayList<>(Options.of(size).specialTokens());
    List<String> bytes = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      bytes.add("" + ByteAlphabet.charOf(b));
    }
    bytes.sort(null);
    tokens.addAll(bytes);
    List<List<Integer>> words = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    counts.forEach((word, count) -> {
      words.add(
          new ArrayList<>(word.chars().mapToObj(c -> tokens.indexOf("" + (char) c)).toList()));
      times.add(count);
    });
    List<String> merges = new ArrayList<>();
    while (tokens.size() < size) {
      Map<List<Integer>, Long> pairs = new LinkedHashMap<>();
      for (int w = 0; w < words.size(); w++) {
        for (int i = 0; i + 1 < words.get(w).size(); i++) {
          pairs.merge(List.copyOf(words.get(w).subList(i, i + 2)), times.get(w), Long::sum);
        }
      }
      List<Integer> best = List.of();
      long most = 0;
      for (Map.Entry<List<Integer>, Long> pair : pairs.entrySet()) {
        boolean first =
            pair.getValue() == most
                && (pair.getKey().get(0) < best.get(0)
                    || (pair.getKey().get(0).equals(best.get(0))
                        && pair.getKey().get(1) < best.get(1)));
        if (pair.getValue() > most || first) {
          best = pair.getKey();
          most = pair.getValue();
        }
      }
      if (most < least) {
        break;
      }
      String left = tokens.get(best.get(0));
      String right = tokens.get(best.get(1));
      merges.add(left + " " + right);
      int id = tokens.indexOf(left + right);
      if (id < 0) {
        id = tokens.size();
        tokens.add(left + right);
      }
      for (List<Integer> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
            word.set(i, id);
            word.remove(i + 1);
          }
        }
      }
    }
    return merges;
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "llama-bpe", "gpt-2"})
  void the_merges_are_those_of_the_definition(String name) {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    String[] parts = {
      "a", "b", "aa", "ab", "ba", " ", " the", "ing", "数学", "学生", "é", "1", "\n", "aaa"
    };
    for (int round = 0; round < 20; round++) {
      List<String> texts = new ArrayList<>();
      for (int t = 0; t < 30; t++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
          text.append(parts[random.nextInt(parts.length)]);
        }
        texts.add(text.toString());
      }
      int size = 259 + random.nextInt(150);
      Options options = Options.of(size).withPreTokenizer(name).withLeastCount(2);
      assertThat(train(options, texts).merges())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(naiveMerges(texts, size, 2, name));
    }
  }

  @Test
  void equally_frequent_pairs_are_merged_in_the_order_of_their_ids() {
    // Each pair occurs twice; ids follow the characters, so "ab" comes before "cd", "ef".
    TrainedVocabulary vocabulary =
        train(Options.of(262), List.of("ef", "cd", "ab", "ab", "cd", "ef"));
    assertThat(vocabulary.merges()).containsExactly("a b", "c d", "e f");
    assertThat(vocabulary.tokens().subList(259, 262)).containsExactly("ab", "cd", "ef");
  }

  @Test
  void ids_are_special_tokens_then_bytes_then_merges() {
    TrainedVocabulary vocabulary = train(Options.of(300), List.of("hello hello"));
    assertThat(vocabulary.tokens().subList(0, 3))
        .containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    assertThat(vocabulary.tokens().get(3)).isEqualTo("!");
    // "hello" and " hello" have no more pairs that occur twice.
    assertThat(vocabulary.tokens().subList(259, vocabulary.size()))
        .containsExactly("el", "hel", "lo", "hello");
  }

  @Test
  void a_pair_must_occur_often_enough() {
    assertThat(
            train(Options.of(300).withLeastCount(3), List.of("ab", "ab", "cd", "cd", "cd"))
                .merges())
        .containsExactly("c d");
  }

  @Test
  void any_number_of_threads_gives_the_same() {
    RandomText random = new RandomText(5);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      texts.add(random.next(1000));
    }
    List<String> one = train(Options.of(1000).withThreads(1), texts).merges();
    assertThat(one).hasSizeGreaterThan(500);
    assertThat(train(Options.of(1000).withThreads(4), texts).merges()).isEqualTo(one);
  }

  @Test
  void rare_words_are_forgotten_where_there_are_too_many_different_ones() {
    try (TokenizerTrainer trainer =
        new TokenizerTrainer(Options.of(400).withWordBytes(1 << 16).withThreads(1))) {
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 400; i++) {
        StringBuilder text = new StringBuilder();
        for (int j = 0; j < 1000; j++) {
          text.append(' ');
          random.ints(8, 'a', 'z' + 1).forEach(c -> text.append((char) c));
          text.append(" common");
        }
        trainer.add(text.toString());
      }
      TrainedVocabulary vocabulary = trainer.train(size -> {});
      assertThat(trainer.forgottenWords()).isGreaterThan(100_000);
      assertThat(vocabulary.tokens()).contains("Ġcommon");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "llama-bpe", "gpt-2"})
  void what_is_written_is_read_by_us_and_by_the_rust_library_with_the_same_result(String name)
      throws IOException {
    RandomText random = new RandomText(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      texts.add(random.next(200));
    }
    texts.add("The quick brown fox can't jump over 12345 lazy dogs.\n".repeat(20));
    texts.add("小明有12个苹果，吃了3个，还剩几个？".repeat(20));
    train(Options.of(800).withPreTokenizer(name), texts).write(folder, CONFIG);
    Path file = folder.resolve("tokenizer.json");
    Tokenizer ours = Tokenizer.fromJson(file);
    assertThat(ours.vocabularySize()).isEqualTo(800);
    assertThat(ours.token(ours.eos().orElseThrow())).isEqualTo("<|im_end|>");
    assertThat(ours.token(ours.padding().orElseThrow())).isEqualTo("<|endoftext|>");
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
    assertThat(KnownPreTokenizer.byPatterns(json).map(KnownPreTokenizer::name)).contains(name);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      for (int i = 0; i < 2000; i++) {
        String text = random.next(1 + random.nextInt(60)) + (i % 5 == 0 ? "<|im_end|>" : "");
        int[] ids = ours.encode(MarkedText.trusted(text), false);
        assertThat(Arrays.stream(ids).asLongStream().toArray())
            .as(text)
            .isEqualTo(theirs.encode(text, false, false).getIds());
        assertThat(ours.decode(ids, true))
            .isEqualTo(theirs.decode(theirs.encode(text, false, false).getIds(), false));
      }
    }
  }

  @Test
  void every_text_can_be_written_and_read_back() {
    train(Options.of(300).withPreTokenizer("gpt-2"), List.of("only ascii here"))
        .write(folder, CONFIG);
    Tokenizer tokenizer = Tokenizer.fromJson(folder.resolve("tokenizer.json"));
    RandomText random = new RandomText(9);
    for (int i = 0; i < 500; i++) {
      String text = random.next(50);
      assertThat(tokenizer.decode(tokenizer.encode(text), true)).isEqualTo(text);
    }
  }

  @Test
  void what_cannot_be_trained_is_an_error_that_says_why() {
    assertThatThrownBy(() -> Options.of(258))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("258", "256 bytes", "3 special tokens", "259");
    assertThatThrownBy(() -> train(Options.of(300).withPreTokenizer("qwen"), List.of("a")))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("\"qwen\"", "qwen2");
    assertThatThrownBy(() -> train(Options.of(300), List.of()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no text");
    assertThatThrownBy(() -> Options.of(300).withSpecialTokens(List.of("a", "a")))
        .isInstanceOf(ModelException.class);
    TrainedVocabulary vocabulary = train(Options.of(300), List.of("abc"));
    assertThatThrownBy(() ->
            vocabulary.write(folder, new TrainedVocabulary.Config("</s>", "<|endoftext|>", "", 1)))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("</s>", "<|im_end|>");
    assertThat(folder).isEmptyDirectory();
  }
}
