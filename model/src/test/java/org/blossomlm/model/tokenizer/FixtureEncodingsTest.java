package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real vocabularies, and what the Hugging Face library makes of some texts with them. */
class FixtureEncodingsTest {
  @ParameterizedTest
  @ValueSource(strings = {"qwen1.5", "yi"})
  void encodesAndDecodesAsPublished(String name) {
    Tokenizer tokenizer =
        Tokenizer.fromJson(Fixtures.file("tokenizers/" + name + "/tokenizer.json"));
    JsonNode encodings =
        new JsonMapper().readTree(Fixtures.file("tokenizers/" + name + "/encodings.json").toFile());

    assertThat(encodings).hasSizeGreaterThan(100);
    for (JsonNode expected : encodings) {
      String text = expected.path("text").stringValue();
      int[] ids = tokenizer.encode(text);
      assertThat(ids).as(text).isEqualTo(ints(expected.path("ids")));
      String decoded = expected.path("decoded").stringValue();
      assertThat(tokenizer.decode(ids, true)).isEqualTo(decoded);
      assertThat(streamed(tokenizer, ids)).isEqualTo(decoded);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen1.5:151643:<|im_end|>", "yi:64000:<|endoftext|>"})
  void knowsTheSpecialTokensOfTheModel(String expected) {
    List<String> parts = List.of(expected.split(":"));
    Tokenizer tokenizer =
        Tokenizer.fromJson(Fixtures.file("tokenizers/" + parts.getFirst() + "/tokenizer.json"));

    int eos = tokenizer.id(parts.get(2)).orElseThrow();
    assertThat(tokenizer.eos()).hasValue(eos);
    assertThat(tokenizer.isSpecial(eos)).isTrue();
    assertThat(tokenizer.endOfGeneration())
        .contains(eos, tokenizer.id("<|endoftext|>").orElseThrow());
    assertThat(tokenizer.vocabularySize()).isGreaterThanOrEqualTo(Integer.parseInt(parts.get(1)));
    assertThat(tokenizer.addBos()).isFalse();
  }

  private static String streamed(Tokenizer tokenizer, int[] ids) {
    TokenStreamDecoder decoder = tokenizer.streamDecoder(true);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  @Test
  void isSafeForUseByManyThreads() throws Exception {
    Tokenizer tokenizer = Tokenizer.fromJson(Fixtures.file("tokenizers/yi/tokenizer.json"));
    RandomText random = new RandomText(61);
    List<String> texts = Stream.generate(() -> random.next(40)).limit(400).toList();
    List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<int[]>> together =
          texts.stream().map(text -> threads.submit(() -> tokenizer.encode(text))).toList();
      for (int i = 0; i < texts.size(); i++) {
        assertThat(together.get(i).get()).isEqualTo(alone.get(i));
      }
    }
  }
}
