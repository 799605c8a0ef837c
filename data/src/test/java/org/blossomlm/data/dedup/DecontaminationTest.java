package org.blossomlm.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.data.filter.OneOperator.row;
import static org.blossomlm.data.filter.OneOperator.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.OneOperator;
import org.blossomlm.data.filter.SharedDatasets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecontaminationTest {
  @TempDir Path folder;

  private String reference(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private static List<DataRecord> rows(List<String> texts) {
    List<DataRecord> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      rows.add(row(String.valueOf(i), "question", texts.get(i)));
    }
    return rows;
  }

  private static String path(String name) {
    return SharedDatasets.file(name).toString();
  }

  @Test
  void mgsmEnglishIsTheFirst250OfGsm8ksTest() {
    List<DataRecord> gsm8k = rows(SharedDatasets.strings("gsm8k/test.jsonl", "question"));
    // Half of a question would find number 863 as well, a variant of one of the 250.
    OneOperator.Result result =
        OneOperator.of(
                "decontaminate",
                "references",
                List.of(path("mgsm/mgsm_en.tsv")),
                "min_overlap",
                0.9)
            .run(gsm8k);
    assertThat(result.droppedIds()).hasSize(250).last().isEqualTo("249");
    assertThat(result.reasons()).containsOnly("contains a question of mgsm_en.tsv");
    // In the same order, too.
    for (DataRecord dropped : result.dropped()) {
      assertThat(dropped.head().metadata().get("contamination"))
          .extracting("reference_row")
          .isEqualTo(Long.parseLong(dropped.id()) + 1);
    }
  }

  @Test
  void trainingDataOfGsm8kIsNearlyCleanOfItsTest() {
    List<DataRecord> train = rows(SharedDatasets.strings("gsm8k/train.jsonl", "question"));
    OneOperator.Result result =
        OneOperator.of("decontaminate", "references", List.of(path("gsm8k/test.jsonl"))).run(train);
    System.out.printf(
        "decontamination: %d of 7473 GSM8K training questions hit the test%n",
        result.dropped().size());
    assertThat(result.dropped()).hasSizeLessThan(75);
  }

  @Test
  void everyBenchmarkFindsItselfInsideAConversation() {
    for (String benchmark :
        List.of(
            "alignbench/data_v1.1_release.jsonl",
            "mt_bench/question.jsonl",
            "arena_hard/v2.0/question.jsonl",
            "mgsm/mgsm_zh.tsv")) {
      List<ReferenceTexts.Reference> questions =
          ReferenceTexts.read(
              SharedDatasets.file(benchmark),
              benchmark,
              Set.copyOf(ReferenceTexts.QUESTION_FIELDS));
      List<DataRecord> chats = new ArrayList<>();
      for (int i = 0; i < questions.size(); i++) {
        String question = questions.get(i).text();
        chats.add(chat(String.valueOf(i), "Please answer / 请回答：\n" + question, "ok"));
      }
      OneOperator.Result result =
          OneOperator.of("decontaminate", "references", List.of(path(benchmark))).run(chats);
      System.out.printf(
          "decontamination: %d of %d questions of %s found%n",
          result.dropped().size(), chats.size(), benchmark);
      assertThat((double) result.dropped().size() / chats.size()).as(benchmark).isGreaterThan(0.97);
    }
  }

  @Test
  void aQuestionIsFoundInsideALongerTextAndWithSmallChanges() throws IOException {
    String file =
        reference(
            "bench.jsonl",
            "{\"id\": 1, \"question\": \"小明有三十五个苹果，他把其中的一半送给了小红，然后又买了十个，请问他现在有多少个苹果？\"}\n"
                + "{\"id\": 2, \"turns\": [\"Compose an engaging travel blog post about a recent trip to"
                + " Hawaii, highlighting cultural experiences.\", \"Rewrite it.\"]}\n");
    OneOperator.Result result =
        OneOperator.of("decontaminate", "references", List.of(file))
            .run(
                text("zh", "题目：小明有三十五个苹果,他把其中的一半送给了小红，之后又买了十个，请问他现在有多少个苹果？请一步步思考。"),
                chat(
                    "en",
                    "Compose an engaging travel blog post about a recent trip to Hawaii!",
                    "Aloha"),
                text("whole", "rewrite it"),
                text("part", "Please rewrite it in German."),
                text("clean", "小明有十个梨，他吃了两个，还剩几个？"));
    assertThat(result.droppedIds()).containsExactly("zh", "en", "whole");
  }

  @Test
  void benchmarksWhoseFilesHaveOneNameAreToldApartByTheirFolders() {
    assertThat(
            ReferenceTexts.names(
                List.of(
                    Path.of("sets/mt_bench/question.jsonl"),
                    Path.of("sets/arena/v1/question.jsonl"),
                    Path.of("sets/arena/v2/question.jsonl"),
                    Path.of("sets/gsm8k/test.jsonl"))))
        .containsExactly(
            "mt_bench/question.jsonl", "v1/question.jsonl", "v2/question.jsonl", "test.jsonl");
  }

  @Test
  void everyHitIsReported() throws IOException {
    String file = reference("bench.txt", "What is the airspeed velocity of an unladen swallow?\n");
    Path report = folder.resolve("hits.jsonl");
    OneOperator.Result result =
        OneOperator.of(
                "decontaminate",
                "references",
                List.of(file),
                "report",
                report.toAbsolutePath().toString(),
                "action",
                "mark")
            .run(
                text("1", "what is the airspeed velocity of an unladen swallow"),
                text("2", "something else entirely"));
    assertThat(result.keptIds()).containsExactly("1", "2");
    assertThat(result.kept().getFirst().head().metadata()).containsKey("contamination");
    assertThat(Files.readAllLines(report))
        .containsExactly(
            "{\"id\":\"1\",\"reference\":\"bench.txt\",\"reference_row\":1,\"overlap\":1.0,"
                + "\"question\":\"What is the airspeed velocity of an unladen swallow?\"}");
    assertThat(result.counts()).containsEntry("in bench.txt", 1L);
    assertThat(folder.resolve("hits.jsonl.part")).doesNotExist();
  }

  @Test
  void aReferenceThatCannotBeReadIsAnErrorThatNamesIt() throws IOException {
    assertThatThrownBy(
            () -> OneOperator.of("decontaminate", "references", List.of("no/such.jsonl")))
        .hasMessageContaining("cannot read the reference")
        .hasMessageContaining("no/such.jsonl");
    String file = reference("odd.jsonl", "{\"frage\": \"x\"}\n");
    assertThatThrownBy(() -> OneOperator.of("decontaminate", "references", List.of(file)))
        .hasMessageContaining("has no question")
        .hasMessageContaining("reference_fields");
    String broken = reference("broken.jsonl", "{\"question\": \n");
    assertThatThrownBy(() -> OneOperator.of("decontaminate", "references", List.of(broken)))
        .hasMessageContaining("broken.jsonl");
  }
}
