package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Byte-level vocabularies in GGUF: the same ids as from the model's {@code tokenizer.json}. */
class GgufTokenizerTest {
  private static final TinyTokenizer TRAINED =
      TinyTokenizer.byteLevel(new RandomText(31).next(800), 200);

  @TempDir Path folder;

  /** What a converter writes for a {@code tokenizer.json}. */
  static MapMetadata convert(Path file, String pre) {
    JsonNode json = new JsonMapper().readTree(file.toFile());
    List<String> tokens = new ArrayList<>();
    json.path("model")
        .path("vocab")
        .properties()
        .forEach(entry -> {
          while (tokens.size() <= entry.getValue().intValue()) {
            tokens.add("");
          }
          tokens.set(entry.getValue().intValue(), entry.getKey());
        });
    int[] types = new int[tokens.size() + json.path("added_tokens").size()];
    Arrays.fill(types, 1);
    for (JsonNode added : json.path("added_tokens")) {
      types[tokens.size()] = added.path("special").booleanValue() ? 3 : 4;
      assertThat(added.path("id").intValue()).isEqualTo(tokens.size());
      tokens.add(added.path("content").stringValue());
    }
    List<String> merges =
        json.path("model").path("merges").valueStream().map(JsonNode::stringValue).toList();
    return new MapMetadata()
        .with("model", "gpt2")
        .with("pre", pre)
        .with("tokens", tokens)
        .with("token_type", types)
        .with("merges", merges);
  }

  @Test
  void realVocabularyGivesTheSameIdsFromBothFiles() {
    Path file = Fixtures.file("tokenizers/qwen1.5/tokenizer.json");
    Tokenizer json = Tokenizer.fromJson(file);
    Tokenizer gguf = Tokenizer.fromGguf(convert(file, "qwen2").with("eos_token_id", 151645));
    assertSame(json, gguf, 41);
    assertThat(gguf.eos()).isEqualTo(json.eos());
    assertThat(gguf.endOfGeneration()).isEqualTo(json.endOfGeneration());
    assertThat(gguf.description()).isEqualTo("byte-level BPE (qwen2)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "qwen2",
        "llama-bpe",
        "tekken",
        "smollm",
        "starcoder",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3"
      })
  void everyPreTokenizerGivesTheSameIdsFromBothFiles(String pre) {
    boolean ignoreMerges = pre.equals("llama-bpe") || pre.equals("tekken");
    int id = TRAINED.vocabulary.size();
    String added =
        ("[{\"id\":%d,\"content\":\"<s>\",\"special\":true,\"normalized\":false},"
                + "{\"id\":%d,\"content\":\"quick\",\"special\":false,\"normalized\":false}]")
            .formatted(id, id + 1);
    Path file =
        TRAINED
            .copy()
            .modelOptions("\"ignore_merges\":" + ignoreMerges + ",")
            .with("normalizer", pre.equals("qwen2") ? "{\"type\":\"NFC\"}" : "null")
            .with("added_tokens", added)
            .with("pre_tokenizer", PublishedPreTokenizers.json(pre))
            .write(folder);
    assertSame(Tokenizer.fromJson(file), Tokenizer.fromGguf(convert(file, pre)), 43);
  }

  private static void assertSame(Tokenizer json, Tokenizer gguf, long seed) {
    RandomText random = new RandomText(seed);
    assertThat(gguf.vocabularySize()).isEqualTo(json.vocabularySize());
    for (int i = 0; i < 1500; i++) {
      String text = random.next(1 + random.nextInt(30));
      MarkedText marked =
          MarkedText.builder().trusted("<s>").data(text).trusted("<s>").trusted(text).build();
      int[] ids = json.encode(marked, false);
      assertThat(gguf.encode(marked, false))
          .as("seed %d, text %d: %s", seed, i, text)
          .isEqualTo(ids);
      assertThat(gguf.decode(ids, true)).isEqualTo(json.decode(ids, true));
      assertThat(gguf.decode(ids, false)).isEqualTo(json.decode(ids, false));
    }
  }

  private static MapMetadata small() {
    List<String> tokens = new ArrayList<>(TRAINED.vocabulary);
    tokens.addAll(List.of("<|begin_of_text|>", "<|eot_id|>", "<|eom_id|>", "<think>"));
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 1);
    types[types.length - 4] = 3;
    types[types.length - 3] = 3;
    types[types.length - 1] = 4;
    return new MapMetadata()
        .with("model", "gpt2")
        .with("pre", "llama-bpe")
        .with("tokens", tokens)
        .with("token_type", types)
        .with("merges", TRAINED.merges.stream().map(m -> m[0] + " " + m[1]).toList())
        .with("bos_token_id", tokens.size() - 4)
        .with("eos_token_id", tokens.size() - 3);
  }

  @Test
  void llama3AddsBosUnlessTheFileSaysOtherwise() {
    int size = small().strings("tokenizer.ggml.tokens").orElseThrow().size();
    assertThat(Tokenizer.fromGguf(small()).encode(MarkedText.data("a"), true))
        .containsExactly(size - 4, 'a');
    assertThat(Tokenizer.fromGguf(small().with("add_bos_token", false)).addBos()).isFalse();
    assertThat(Tokenizer.fromGguf(small().with("pre", "qwen2")).addBos()).isFalse();
  }

  @Test
  void tokensThatEndATurnAreControlTokensWhateverTheirType() {
    Tokenizer tokenizer = Tokenizer.fromGguf(small());
    int size = tokenizer.vocabularySize();
    assertThat(tokenizer.endOfGeneration()).containsExactlyInAnyOrder(size - 3, size - 2);
    assertThat(tokenizer.endOfTurn()).hasValue(size - 3);
    assertThat(tokenizer.isSpecial(size - 2)).isTrue();
    assertThat(tokenizer.encode("<|eom_id|>")).doesNotContain(size - 2);
    assertThat(tokenizer.encode(MarkedText.trusted("<|eom_id|>"), false)).containsExactly(size - 2);
    assertThat(tokenizer.encode("<think>")).containsExactly(size - 1);
    assertThat(tokenizer.decode(new int[] {size - 1, size - 2}, false)).isEqualTo("<think>");
  }

  @Test
  void aMissingPreTokenizerIsTheDefaultOne() {
    assertThat(Tokenizer.fromGguf(small().without("pre")).description())
        .isEqualTo("byte-level BPE (default)");
  }

  @Test
  void saysWhichKeyIsWrong() {
    assertBad(small().with("pre", "nobody"), "tokenizer.ggml.pre is 'nobody'");
    assertBad(small().with("pre", "nobody"), "known are default, gpt-2");
    assertBad(small().without("merges"), "tokenizer.ggml.merges is missing");
    assertBad(small().with("merges", List.of("ab")), "tokenizer.ggml.merges[0] is 'ab'");
    assertBad(small().with("merges", List.of("a nope")), "merges[0] names 'nope'");
    assertBad(small().with("eos_token_id", -7), "tokenizer.ggml.eos_token_id is -7");
    assertBad(small().with("token_type", "x"), "tokenizer.ggml.token_type");
  }

  private static void assertBad(MapMetadata metadata, String message) {
    assertThatThrownBy(() -> Tokenizer.fromGguf(metadata))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
