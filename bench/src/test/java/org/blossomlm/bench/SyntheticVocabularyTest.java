package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A vocabulary of random words")
class SyntheticVocabularyTest {
  private static final String TEXT =
      "The quick brown fox, twice: 12345 times!\n\n你好，世界。 naïve café 🌸 <|im_end|>\t end";

  @ParameterizedTest
  @EnumSource(VocabularyKind.class)
  void has_the_published_size_and_gives_every_text_back(VocabularyKind kind) {
    Tokenizer tokenizer = Tokenizer.fromGguf(metadata(kind, kind.tokens(), 1));
    assertThat(tokenizer.vocabularySize()).isEqualTo(kind.tokens());
    int[] ids = tokenizer.encode(TEXT);
    assertThat(tokenizer.decode(ids, false)).isEqualTo(TEXT);
    assertThat(ids).hasSizeLessThan(TEXT.getBytes(StandardCharsets.UTF_8).length * 9 / 10);
    assertThat(tokenizer.bos()).isPresent();
    assertThat(tokenizer.endOfGeneration()).contains(tokenizer.eos().orElseThrow());
  }

  @ParameterizedTest
  @EnumSource(
      value = VocabularyKind.class,
      names = {"QWEN", "LLAMA3", "SMOLLM"})
  void byte_level_vocabularies_have_nearly_as_many_merges_as_the_published_ones(
      VocabularyKind kind) {
    int merges =
        metadata(kind, kind.tokens(), 1).strings("tokenizer.ggml.merges").orElseThrow().size();
    assertThat(merges).isBetween(kind.merges() * 6 / 10, kind.merges());
  }

  @Test
  void a_merged_token_is_reached_from_its_text() {
    Tokenizer tokenizer = Tokenizer.fromGguf(metadata(VocabularyKind.QWEN, 151_936, 1));
    int reached = 0;
    for (int id = 1000; id < 2000; id++) {
      int[] ids = tokenizer.encode(tokenizer.decode(new int[] {id}, false));
      reached += ids.length == 1 && ids[0] == id ? 1 : 0;
    }
    // Pieces of a character have no text of their own.
    assertThat(reached).isGreaterThan(700);
  }

  @Test
  void the_same_seed_gives_the_same_words() {
    assertThat(tokens(5)).isEqualTo(tokens(5)).isNotEqualTo(tokens(6));
  }

  private static List<String> tokens(long seed) {
    return metadata(VocabularyKind.YI, 2000, seed).strings("tokenizer.ggml.tokens").orElseThrow();
  }

  private static GgufMetadata metadata(VocabularyKind kind, int size, long seed) {
    GgufMetadata.Builder metadata = GgufMetadata.builder();
    new SyntheticVocabulary(kind, size, seed).describe(metadata);
    return metadata.build();
  }
}
