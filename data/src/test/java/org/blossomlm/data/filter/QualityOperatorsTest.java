package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.filter.OneOperator.answer;
import static org.blossomlm.data.filter.OneOperator.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QualityOperatorsTest {
  private static List<String> reasons(String text) {
    return OneOperator.of("chat_quality_filter").run(answer(text)).reasons();
  }

  @Test
  void damageHasAReason() {
    assertThat(reasons("a\u0007b")).containsExactly("has control characters");
    assertThat(reasons("caf\uFFFD")).containsExactly("is in a wrong encoding");
    assertThat(reasons("锟斤拷锟斤拷")).containsExactly("is in a wrong encoding");
    assertThat(reasons("### @@@ *** &&& ### @@@ *** abc")).containsExactly("has too many symbols");
    assertThat(reasons("one...\ntwo...\nthree…\nfour.")).containsExactly("has too many ellipses");
    assertThat(reasons("The list continues with apples, pears,")).containsExactly("breaks off");
  }

  @Test
  void utf8ThatWasReadAsLatinIsFound() {
    for (String text : List.of("naïve café", "中文回答", "it’s “fine”")) {
      String wrong = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      // C1 control characters betray it as well.
      assertThat(reasons(wrong)).as(wrong).hasSize(1);
      assertThat(reasons(text)).isEmpty();
    }
    assertThat(reasons("itâ€™s")).containsExactly("is in a wrong encoding");
  }

  @Test
  void bulletsAreFineUnlessAShareIsAskedFor() {
    String list = "- a\n- b\n- c\n- d";
    assertThat(reasons(list)).isEmpty();
    assertThat(
            OneOperator.of("text_quality_filter", "max_bullet_ratio", 0.9)
                .run(text("1", list))
                .reasons())
        .containsExactly("has too many bullets");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Paris",
        "42",
        "The answer is 42",
        "是的",
        "$x^2 + y^2 = 1$",
        "1. first\n2. second\n3. third item that has no full stop",
        "```java\nint a = 1;\n```",
        "See https://example.com/a/very/long/path/that/goes/on/and/on/until/the/end",
        "好的！下面是答案：\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "😀😀😀",
        "Yes. I would start with the smaller one",
        "第一步，先求出边长。\n答案：8厘米"
      })
  void ordinaryAnswersStay(String text) {
    assertThat(reasons(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "首先，我们需要准备材料。接着把面粉和水混合均匀，然后放在温暖的地方发酵一个小时左右，等到面团变成原来的两倍大之后再继续揉",
        "First, mix the flour. Then let the dough rest in a warm place until it has doubled in size and the",
        "她打开门，看见了（",
        "```python\nprint(1)\n"
      })
  void brokenOffAnswersGo(String text) {
    assertThat(reasons(text)).containsExactly("breaks off");
  }

  @Test
  void publishedAnswersAreMostlyFine() {
    List<String> answers = SharedDatasets.strings("gsm8k/train.jsonl", "answer");
    long dropped = answers.stream().filter(a -> !reasons(a).isEmpty()).count();
    System.out.printf("quality: %d of %d GSM8K answers dropped%n", dropped, answers.size());
    assertThat((double) dropped / answers.size()).isLessThan(0.01);
    List<String> references =
        SharedDatasets.strings("alignbench/data_release_v1.0.jsonl", "reference");
    long droppedZh = references.stream().filter(a -> !reasons(a).isEmpty()).count();
    System.out.printf(
        "quality: %d of %d AlignBench references dropped%n", droppedZh, references.size());
    assertThat((double) droppedZh / references.size()).isLessThan(0.06);
  }
}
