package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.blossomlm.data.generate.ScriptedTeacher.answer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.TeacherException;
import org.junit.jupiter.api.Test;

class SelfInstructTest {
  private static final List<String> SEEDS =
      List.of("Explain why bread rises.", "Compare trains and buses.", "Plan a week of dinners.");

  private final List<DataRecord> kept = new ArrayList<>();

  private Bench run(ScriptedTeacher teacher, List<String> seeds, Map<String, Object> arguments)
      throws InterruptedException {
    kept.clear();
    Bench bench = Bench.with(teacher);
    ((SetOperator) Bench.operator("self_instruct", arguments))
        .apply(
            new Seeds(seeds),
            new SetOperator.Output() {
              @Override
              public void keep(DataRecord record) {
                kept.add(record);
              }

              @Override
              public void drop(DataRecord record, String reason) {
                throw new AssertionError(reason);
              }
            },
            bench);
    return bench;
  }

  private record Seeds(List<String> texts) implements SetOperator.RecordSet {
    @Override
    public long size() {
      return texts.size();
    }

    @Override
    public void forEach(Consumer<? super DataRecord> consumer) {
      for (int i = 0; i < texts.size(); i++) {
        consumer.accept(new TextRecord(RecordHead.of("s" + i), texts.get(i)));
      }
    }

    @Override
    public void forEach(long[] indices, Consumer<? super DataRecord> consumer) {
      throw new UnsupportedOperationException();
    }
  }

  private List<String> invented() {
    return kept.stream()
        .filter(r -> !(r instanceof TextRecord))
        .map(r -> Bench.turns(r).getFirst())
        .toList();
  }

  @Test
  void what_is_new_is_kept_and_what_is_not_is_counted() throws Exception {
    ScriptedTeacher teacher =
        ScriptedTeacher.saying(
            "<result>Explain why good bread rises.</result>" // like a seed
                + "<result>Draw a map of France and its rivers.</result>"
                + "<result>Go!</result>"
                + "<result>说出三种夏天的水果。</result>"
                + "<result>- list five ways to save water</result>"
                + "<result>Describe how a lock works to a child.</result>"
                + "<result>Describe how a lock works to a small child.</result>"
                + "<result>Write a toast for a wedding.</result>"
                + "<result>never reached, as two are enough</result>");
    Bench bench = run(teacher, SEEDS, Map.of("count", 2L, "calls_per_round", 1L));
    assertThat(invented())
        .containsExactly(
            "user: Describe how a lock works to a child.", "user: Write a toast for a wedding.");
    assertThat(kept).hasSize(5);
    assertThat(kept.getLast().id()).isEqualTo("step-000002");
    assertThat(kept.getLast().head().provenance().steps().getFirst().calls()).hasSize(1);
    assertThat(bench.counts)
        .containsEntry("left out: like another", 2L)
        .containsEntry("left out: needs more than text", 1L)
        .containsEntry("left out: too short or too long", 1L)
        .containsEntry("left out: another language", 1L)
        .containsEntry("left out: begins with a mark", 1L);
    assertThat(ScriptedTeacher.question(teacher.requests.getFirst()))
        .contains("Explain why bread rises.", "Invent 5 further tasks in English");
  }

  /** Whichever call ends first, the same instructions come out. */
  @Test
  void calls_of_a_round_may_end_in_any_order() throws Exception {
    List<List<String>> results = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Random delays = new Random(i);
      ScriptedTeacher teacher =
          new ScriptedTeacher(
              "t",
              request -> {
                try {
                  Thread.sleep(delays.nextInt(20));
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                return answer(
                    "<result>%s</result>"
                        .formatted(words(31L * request.attempt() + request.messages().hashCode())));
              });
      run(teacher, SEEDS, Map.of("count", 20L, "keep_seeds", false));
      results.add(kept.stream().map(r -> r.id() + Bench.turns(r) + r.head()).toList());
    }
    assertThat(results.get(0)).hasSize(20).isEqualTo(results.get(1)).isEqualTo(results.get(2));
  }

  private static String words(long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder("Tell");
    for (int i = 0; i < 8; i++) {
      text.append(' ')
          .append(Long.toString(random.nextInt(1_000_000) + 50_000, 26).replaceAll("\\d", "k"));
    }
    return text.toString();
  }

  @Test
  void equal_questions_of_different_calls_are_different_attempts() throws Exception {
    ScriptedTeacher teacher = new ScriptedTeacher("t", request -> answer("no tasks today"));
    Bench bench =
        run(
            teacher,
            List.of("Explain why bread rises."),
            Map.of("count", 1L, "max_calls", 3L, "retries", 0L));
    assertThat(teacher.requests)
        .extracting(CompletionRequest::attempt)
        .containsExactlyInAnyOrder(0, 1, 2);
    assertThat(bench.counts)
        .containsEntry("calls without a usable answer", 3L)
        .containsEntry("instructions missing when max_calls was reached", 1L);
  }

  @Test
  void a_teacher_that_refuses_everything_ends_the_step() {
    ScriptedTeacher teacher =
        new ScriptedTeacher(
            "t",
            request -> {
              throw new TeacherException("HTTP 401: no such key", 401);
            });
    assertThatThrownBy(() -> run(teacher, SEEDS, Map.of("count", 1L)))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining("401");
    assertThat(teacher.requests).hasSize(4);
  }

  @Test
  void without_seeds_in_the_language_there_is_nothing_to_start_from() {
    assertThatThrownBy(
            () -> run(ScriptedTeacher.saying(), SEEDS, Map.of("count", 1L, "language", "zh")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no seed in Chinese among 3 records");
  }

  @Test
  void rouge_l_counts_words_in_english_and_characters_in_chinese() {
    assertThat(similarity("the cat sat", "The cat, sat!")).isEqualTo(1);
    assertThat(similarity("the cat sat on the mat", "the dog sat on a mat"))
        .isCloseTo(2.0 * 4 / 12, within(1e-12));
    assertThat(similarity("说出三种水果", "说出四种水果")).isCloseTo(2.0 * 5 / 12, within(1e-12));
    assertThat(similarity("用 Java 写", "用 Python 写")).isCloseTo(2.0 * 2 / 6, within(1e-12));
    assertThat(similarity("...", "...")).isZero();
  }

  private static double similarity(String a, String b) {
    Map<String, Integer> units = new HashMap<>();
    return RougeL.of(a, units).similarity(RougeL.of(b, units));
  }

  @Test
  void the_bound_never_changes_the_answer() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      Map<String, Integer> units = new HashMap<>();
      String[] texts = {letters(random), letters(random)};
      RougeL a = RougeL.of(texts[0], units);
      RougeL b = RougeL.of(texts[1], units);
      double threshold = random.nextInt(11) / 10.0;
      assertThat(a.isAbove(threshold, b))
          .as("seed %d: %s at %s", seed, Arrays.toString(texts), threshold)
          .isEqualTo(a.similarity(b) > threshold);
    }
  }

  private static String letters(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.append((char) ('a' + random.nextInt(4))).append(' ');
    }
    return text.toString();
  }
}
