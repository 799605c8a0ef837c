package org.blossomlm.data.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.SmallOperators;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The report of a run")
class RunReportTest {
  @TempDir Path folder;

  private String report(String lines) throws Exception {
    Files.writeString(folder.resolve("in.jsonl"), lines, StandardCharsets.UTF_8);
    Recipe recipe =
        Recipe.builder("reported")
            .source("texts", source -> source.file("in.jsonl").metadata(Map.of("kind", "seed")))
            .branch(
                "b",
                branch ->
                    branch
                        .from("texts")
                        .step("fail_on", Map.of("word", "bad"))
                        .step("length_filter", Map.of("max", 40)))
            .sink("out.jsonl", sink -> sink.from("b").shard(2))
            .build(SmallOperators.catalog(), folder);
    RunResult result = DataRun.run(recipe, RunOptions.in(folder.resolve("run")), RunListener.NONE);
    return Files.readString(RunReport.write(recipe, result));
  }

  @Test
  void shows_steps_reasons_distributions_and_examples_in_both_languages() throws Exception {
    String html =
        report(
            """
            {"text":"an English text"}
            {"text":"一段中文"}
            {"text":"另一段中文"}
            {"text":"a bad text"}
            {"text":"a text that is much longer than forty characters, so it goes"}
            not even JSON
            """);
    assertThat(html)
        .contains("<span lang=\"en\">Steps</span><span lang=\"zh\">步骤</span>")
        .contains("<tr><td>b.length_filter</td><td>4</td><td>3</td><td>1</td><td></td>")
        .contains("<span>b.length_filter: too long</span>")
        .contains("<b>2</b><em>66.7 %</em>") // Two of three are Chinese.
        .contains("<span>4–7</span>")
        .contains("kind: <b>seed</b>")
        .contains("text: 另一段中文")
        .contains("IllegalStateException: found the word")
        .contains("not even JSON")
        .contains("max: 40");
  }

  @Test
  void shows_the_largest_clusters_of_duplicates_with_their_similarity() throws Exception {
    String fox = "the quick brown fox jumps over the lazy dog and runs away from the big bad wolf";
    Files.writeString(
        folder.resolve("in.jsonl"),
        "{\"id\":\"a\",\"text\":\"%s\"}\n{\"id\":\"b\",\"text\":\"%s today\"}\n{\"id\":\"c\",\"text\":\"other <b>\"}\n{\"id\":\"d\",\"text\":\"other <b>\"}\n{\"id\":\"e\",\"text\":\"other <b>\"}\n"
            .formatted(fox, fox));
    Recipe recipe =
        Recipe.builder("clusters")
            .source("texts", source -> source.file("in.jsonl").format("text"))
            .branch("b", branch -> branch.from("texts").step("exact_dedup").step("minhash_dedup"))
            .sink("out.jsonl", sink -> sink.from("b"))
            .build(BuiltInOperators.catalog(), folder);
    Path run = folder.resolve("run");
    RunResult result = DataRun.run(recipe, RunOptions.in(run), RunListener.NONE);
    assertThat(run.resolve("clusters/b.exact_dedup.jsonl"))
        .hasContent(
            "{\"size\":3,\"members\":["
                + "{\"id\":\"c\",\"similarity\":1.0,\"text\":\"text: other <b>\"},"
                + "{\"id\":\"d\",\"similarity\":1.0,\"text\":\"text: other <b>\"},"
                + "{\"id\":\"e\",\"similarity\":1.0,\"text\":\"text: other <b>\"}]}\n");
    // 15 of 16 shingles of three words are shared.
    assertThat(Files.readString(RunReport.write(recipe, result)))
        .contains("1 clusters with 3 records")
        .contains("<b class=\"count\">3</b><span>other &lt;b&gt;</span>")
        .contains("<em>94 %</em>b")
        .contains("<span lang=\"zh\">保留</span></em>a");
  }

  @Test
  void shows_no_markup_of_records_and_needs_no_other_file() throws Exception {
    String html =
        report(
            "{\"text\":\"<script>alert(1)</script> & {{body}}\"}\n{\"text\":\"bad <img src=x>\"}\n");
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{body}}")
        .contains("bad &lt;img src=x&gt;")
        .doesNotContain("<script>alert")
        .doesNotContain("<img")
        .doesNotContainPattern("(src|href)=\"");
  }

  @Test
  void languages_are_told_by_their_letters() {
    assertThat(
            List.of(
                "How are you?", "你好吗？", "请用 Python 写 hello world 程序吧 thanks", "1 + 1", "Привет"))
        .extracting(text -> RecordStatistics.language(List.of(text)))
        .containsExactly("en", "zh", "mixed", "none", "other");
    assertThat(RecordStatistics.language(List.of("用Python写一个快速排序的函数，并解释它的时间复杂度。"))).isEqualTo("zh");
  }

  @Test
  void profiles_count_turns_and_keep_examples_that_do_not_depend_on_the_order() {
    var forwards = new RecordProfile();
    var backwards = new RecordProfile();
    for (int i = 0; i < 100; i++) {
      forwards.add(chat(i));
      backwards.add(chat(99 - i));
    }
    forwards.add(new TextRecord(RecordHead.of("empty"), ""));
    backwards.add(new TextRecord(RecordHead.of("empty"), ""));
    assertThat(forwards.examples()).isEqualTo(backwards.examples()).hasSize(12);
    assertThat(forwards.turns()).isEqualTo(Map.of(1, 50L, 2, 50L));
    assertThat(forwards.lengths()).containsEntry(0, 1L);
    assertThat(forwards.records()).isEqualTo(101);
  }

  private static ChatRecord chat(int number) {
    List<ChatMessage> turn = List.of(ChatMessage.user("why?"), ChatMessage.assistant("so"));
    List<ChatMessage> two =
        List.of(turn.getFirst(), turn.getLast(), turn.getFirst(), turn.getLast());
    return new ChatRecord(RecordHead.of("c" + number), number % 2 == 0 ? turn : two);
  }
}
