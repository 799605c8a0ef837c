package org.blossomlm.data.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.embedding.EmbeddingLanguage;
import org.blossomlm.data.embedding.TextEmbedder;
import org.blossomlm.data.embedding.TextEmbedders;
import org.junit.jupiter.api.Test;

/** Texts of one meaning are nearer to each other than others. */
class BgeSmallEmbedderTest {
  /** The same said twice. */
  private static final Map<EmbeddingLanguage, List<List<String>>> PARAPHRASES =
      Map.of(
          EmbeddingLanguage.EN,
          List.of(
              List.of("How can I lose weight quickly?", "What is the fastest way to lose weight?"),
              List.of(
                  "Write a short poem about autumn leaves.",
                  "Compose a brief poem on the leaves of autumn."),
              List.of(
                  "Explain how photosynthesis works.", "Explain the process of photosynthesis."),
              List.of(
                  "What is the capital of France?", "Which city is the capital city of France?"),
              List.of(
                  "How do I reverse a list in Python?",
                  "What is the way to reverse a Python list?"),
              List.of(
                  "Give me a recipe for chocolate cake.",
                  "Please give me a chocolate cake recipe."),
              List.of(
                  "Summarize the plot of Romeo and Juliet.",
                  "Give a summary of the plot of Romeo and Juliet."),
              List.of(
                  "My laptop does not turn on, what should I do?",
                  "What should I do if my laptop won't turn on?")),
          EmbeddingLanguage.ZH,
          List.of(
              List.of("怎样才能快速减肥？", "减肥最快的方法是什么？"),
              List.of("写一首关于秋叶的短诗。", "以秋天的落叶为题写一首小诗。"),
              List.of("请解释光合作用的原理。", "光合作用是怎么进行的？请说明原理。"),
              List.of("法国的首都是哪里？", "法国的首都是哪座城市？"),
              List.of("如何在 Python 里反转一个列表？", "Python 中怎么把列表反转过来？"),
              List.of("给我一个巧克力蛋糕的做法。", "巧克力蛋糕怎么做？请告诉我做法。"),
              List.of("概括《红楼梦》的主要情节。", "请简述《红楼梦》的主要情节。"),
              List.of("我的笔记本电脑开不了机，怎么办？", "笔记本电脑无法开机该怎么办？")));

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void it_is_found_by_its_name() {
    TextEmbedder embedder = TextEmbedders.find("bge-small");
    assertThat(embedder).isInstanceOf(BgeSmallEmbedder.class);
    assertThat(embedder.embed(EmbeddingLanguage.ZH, "你好")).hasSize(512);
    assertThat(embedder.embed(EmbeddingLanguage.EN, "hello")).hasSize(384);
  }

  @Test
  void paraphrases_are_nearer_than_any_unrelated_pair() {
    TextEmbedder embedder = TextEmbedders.find("bge-small");
    PARAPHRASES.forEach((language, pairs) -> {
      List<float[]> vectors = new ArrayList<>();
      pairs.forEach(pair -> pair.forEach(text -> vectors.add(embedder.embed(language, text))));
      double leastAlike = 1;
      double mostUnrelated = -1;
      for (int i = 0; i < vectors.size(); i++) {
        for (int j = 0; j < i; j++) {
          double cosine = cosine(vectors.get(i), vectors.get(j));
          if (i / 2 == j / 2) {
            leastAlike = Math.min(leastAlike, cosine);
          } else {
            mostUnrelated = Math.max(mostUnrelated, cosine);
          }
        }
      }
      assertThat(leastAlike).as(language.code()).isGreaterThan(mostUnrelated + 0.05);
    });
  }

  @Test
  void a_vector_is_of_unit_length_and_the_same_whatever_is_embedded_beside_it() {
    TextEmbedder embedder = TextEmbedders.find("bge-small");
    List<String> texts =
        List.of("", "a", "one two three", "The quick brown fox. ".repeat(200), "x ".repeat(20_000));
    List<float[]> alone =
        texts.stream().map(text -> embedder.embed(EmbeddingLanguage.EN, text)).toList();
    List<float[]> together =
        texts.parallelStream().map(text -> embedder.embed(EmbeddingLanguage.EN, text)).toList();
    for (int i = 0; i < texts.size(); i++) {
      assertThat(together.get(i)).isEqualTo(alone.get(i));
      assertThat(cosine(alone.get(i), alone.get(i))).isCloseTo(1, within(1e-5));
    }
  }
}
