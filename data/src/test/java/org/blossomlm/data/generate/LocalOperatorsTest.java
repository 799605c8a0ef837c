package org.blossomlm.data.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.Budget;
import org.blossomlm.data.teacher.CallCache;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.LocalModelFile;
import org.blossomlm.data.teacher.LocalSettings;
import org.blossomlm.data.teacher.PriceTable;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.Teachers;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.data.teacher.TokenScorer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators that need what only a model of this machine tells. */
class LocalOperatorsTest {
  private static final String SENTENCES = "{% for m in messages %}{{ m.content }}. {% endfor %}";

  @TempDir Path folder;

  /** What an operator on all records makes of these. */
  private static List<DataRecord> run(
      Bench bench, Map<String, Object> arguments, DataRecord... records) throws Exception {
    List<DataRecord> kept = new ArrayList<>();
    SetOperator magpie = (SetOperator) Bench.operator("magpie", arguments);
    magpie.apply(
        new SetOperator.RecordSet() {
          @Override
          public long size() {
            return records.length;
          }

          @Override
          public void forEach(Consumer<? super DataRecord> consumer) {
            List.of(records).forEach(consumer);
          }

          @Override
          public void forEach(long[] indices, Consumer<? super DataRecord> consumer) {
            throw new AssertionError("not needed");
          }
        },
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
    return kept;
  }

  private static boolean forUser(CompletionRequest request) {
    return "user".equals(request.parameters().get("next_role"));
  }

  /** Speaks for the user by the seed, so that some say the same, nothing, or too much. */
  private static Completion speak(CompletionRequest request) {
    if (!forUser(request)) {
      return ScriptedTeacher.answer("answer to " + ScriptedTeacher.question(request));
    }
    long seed = Long.parseLong(String.valueOf(request.parameters().get("seed")));
    return switch ((int) (seed % 5)) {
      case 0 -> ScriptedTeacher.answer("  ");
      case 1 -> ScriptedTeacher.answer("never ends", FinishReason.LENGTH);
      case 2 -> ScriptedTeacher.answer(seed % 2 == 0 ? "The SAME" : "the  same ");
      default -> ScriptedTeacher.answer("question " + seed);
    };
  }

  @Test
  void magpieKeepsWhatIsWholeAndNew() throws Exception {
    ScriptedTeacher teacher = new ScriptedTeacher("t", LocalOperatorsTest::speak);
    Bench bench = Bench.with(teacher);
    List<DataRecord> made =
        run(bench, Map.of("count", 40L), new TextRecord(RecordHead.of("x"), " "));
    assertThat(made).hasSize(40);
    assertThat(made.getFirst().id()).isEqualTo("step-000001");
    assertThat(made).extracting(record -> Bench.turns(record).getFirst()).doesNotHaveDuplicates();
    assertThat(made)
        .allSatisfy(record -> {
          List<String> turns = Bench.turns(record);
          assertThat(turns).hasSize(2);
          assertThat(turns.get(1))
              .isEqualTo("assistant: answer to " + turns.getFirst().substring("user: ".length()));
          assertThat(record.head().provenance().steps().getFirst().calls()).hasSize(2);
        });
    assertThat(bench.counts)
        .containsKeys(
            "left out: empty instruction",
            "left out: instruction cut off at the largest number of tokens",
            "left out: instruction that was there before");
    assertThat(teacher.requests)
        .filteredOn(LocalOperatorsTest::forUser)
        .allSatisfy(request ->
            assertThat(request.parameters())
                .containsEntry("temperature", 1.0)
                .containsEntry("top_k", 0L));
  }

  @Test
  void magpieGivesTheSameForTheSameSeed() throws Exception {
    Map<String, Object> arguments = Map.of("count", 50L);
    Bench bench = Bench.with(new ScriptedTeacher("t", LocalOperatorsTest::speak));
    List<DataRecord> first = run(bench, arguments);
    assertThat(run(bench, arguments)).isEqualTo(first);
    assertThat(run(bench, Map.of("count", 20L))).isEqualTo(first.subList(0, 20));
    bench.seed = 2;
    assertThat(run(bench, arguments)).isNotEqualTo(first);
  }

  @Test
  void magpieTakesSystemMessagesInTurnAndGoesOnForSeveralTurns() throws Exception {
    ScriptedTeacher teacher =
        new ScriptedTeacher(
            "t",
            request ->
                ScriptedTeacher.answer(
                    (forUser(request) ? "q" : "a")
                        + request.messages().size()
                        + "/"
                        + request.parameters().get("seed")));
    List<DataRecord> made =
        run(
            Bench.with(teacher),
            Map.of("count", 3L, "turns", 2L, "keep_input", true),
            new TextRecord(RecordHead.of("x"), "You know cats."),
            Bench.record("system: You know dogs.", "user: x"),
            Bench.record("user: none"));
    assertThat(made).hasSize(6);
    assertThat(made.subList(3, 6))
        .extracting(record -> Bench.turns(record).getFirst())
        .containsExactly(
            "system: You know cats.", "system: You know dogs.", "system: You know cats.");
    List<String> turns = Bench.turns(made.get(3));
    assertThat(turns).hasSize(5);
    assertThat(turns.get(1)).startsWith("user: q1/");
    assertThat(turns.get(2)).startsWith("assistant: a2/");
    assertThat(turns.get(3)).startsWith("user: q3/");
    assertThat(turns.get(4)).startsWith("assistant: a4/");
    assertThat(turns.stream().map(turn -> turn.replaceAll(".*/", "")).toList())
        .doesNotHaveDuplicates();
    List<DataRecord> questions =
        run(
            Bench.with(teacher),
            Map.of("count", 1L, "answer", false, "system", "Ask."),
            new TextRecord(RecordHead.of("x"), "not taken"));
    assertThat(Bench.turns(questions.getFirst())).hasSize(2).startsWith("system: Ask.");
  }

  @Test
  void magpieStopsAtItsLimitAndRefusesWhatContradictsItself() throws Exception {
    Bench bench = Bench.with(new ScriptedTeacher("t", request -> ScriptedTeacher.answer("same")));
    assertThat(run(bench, Map.of("count", 5L, "max_calls", 70L))).hasSize(1);
    assertThat(bench.counts)
        .containsEntry("left out: instruction that was there before", 69L)
        .containsEntry("conversations missing when max_calls was reached", 4L);
    assertThatThrownBy(
            () -> Bench.operator("magpie", Map.of("count", 5L, "answer", false, "turns", 2L)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("further turns need answers");
  }

  @Test
  void aRealModelMakesUpTheSameConversationsAndIsAskedOnce() throws Exception {
    Path model = LocalModelFile.write(folder.resolve("model.gguf"), SENTENCES);
    Map<String, Object> arguments =
        Map.of("count", 6L, "turns", 2L, "parameters", Map.of("stop", List.of(".")));
    List<DataRecord> first;
    try (CallCache cache = CallCache.open(folder.resolve("calls.db"));
        Teachers teachers = open(model, cache)) {
      first = run(Bench.with(teachers.teacher("t")), arguments);
      assertThat(first).hasSize(6);
      assertThat(first)
          .allSatisfy(record -> {
            assertThat(((ChatRecord) record).messages()).hasSize(4);
            assertThat(Bench.turns(record)).allSatisfy(t -> assertThat(t).doesNotContain("."));
          });
    }
    try (CallCache cache = CallCache.open(folder.resolve("calls.db"));
        Teachers teachers = open(model, cache)) {
      assertThat(run(Bench.with(teachers.teacher("t")), arguments)).isEqualTo(first);
      assertThat(teachers.meter().total().answered()).isZero();
    }
    try (CallCache cache = CallCache.open(folder.resolve("other.db"));
        Teachers teachers = open(model, cache)) {
      assertThat(run(Bench.with(teachers.teacher("t")), arguments)).isEqualTo(first);
    }
  }

  private static Teachers open(Path model, CallCache cache) {
    return Teachers.open(
        List.of(new LocalSettings("t", model, Map.of(), 4, 512, 1)),
        cache,
        PriceTable.of(Map.of()),
        Budget.unlimited());
  }

  /** Answers scores by the length of the text; what follows a conversation is likelier by a bit. */
  private record Scoring(float alone, float after) implements Teacher {
    @Override
    public String name() {
      return "t";
    }

    @Override
    public Completion complete(CompletionRequest request) {
      throw new AssertionError("not asked");
    }

    @Override
    public List<float[]> embed(List<String> texts) {
      throw new AssertionError("not asked");
    }

    @Override
    public Optional<TokenScorer> scorer() {
      return Optional.of(request -> {
        int length = request.text().length();
        boolean conversation = request.history().isPresent();
        // Alone the first token has no probability, as without BOS; in a conversation it has a
        // very small one, which must not count.
        float[] scores = new float[conversation ? length : length - 1];
        Arrays.fill(scores, conversation ? after : alone);
        if (conversation) {
          scores[0] = -100;
        }
        return new TextScore(scores, "key" + conversation + request.text(), false);
      });
    }

    @Override
    public void close() {}
  }

  private static final ChatRecord CHAT =
      Bench.record("user: q", "assistant: abcd", "user: more", "assistant: abcdefgh");

  @Test
  void ifdIsTheQuotientOfPerplexitiesOverTheSameTokens() {
    Bench bench = Bench.with(new Scoring(-2, -1.5f));
    DataRecord kept = bench.one("ifd", Map.of(), CHAT);
    assertThat(kept.head().metadata())
        .hasEntrySatisfying(
            "ifd", value -> assertThat((Double) value).isCloseTo(Math.exp(-0.5), within(1e-9)))
        .containsEntry("ifd_answer_loss", 2.0)
        .containsEntry("ifd_conditional_loss", 1.5);
    assertThat(kept.head().provenance().steps().getFirst().calls()).hasSize(4);
    assertThat(bench.one("ifd", Map.of("ratio", "loss"), CHAT).head().metadata())
        .containsEntry("ifd", 0.75);
    assertThat(
            bench
                .one("ifd", Map.of("turns", "last"), CHAT)
                .head()
                .provenance()
                .steps()
                .getFirst()
                .calls())
        .hasSize(2);
  }

  @Test
  void whatItsInstructionDoesNotHelpIsDropped() {
    Bench misleading = Bench.with(new Scoring(-2, -2.5f));
    assertThat(misleading.apply("ifd", Map.of(), CHAT))
        .isInstanceOfSatisfying(
            Outcome.Drop.class, drop -> assertThat(drop.reason()).startsWith("IFD above 1"));
    assertThat(misleading.one("ifd", Map.of("mark_only", true), CHAT).head().metadata())
        .containsKey("ifd");
    assertThat(misleading.apply("ifd", Map.of("min", 2.0, "max", 3.0), CHAT))
        .isEqualTo(Outcome.drop("IFD too low"));
    assertThat(misleading.apply("ifd", Map.of("max", 1.5), CHAT))
        .isEqualTo(Outcome.drop("IFD too high"));
    assertThat(misleading.one("ifd", Map.of(), Bench.record("user: q")).failure()).isPresent();
    assertThat(misleading.one("ifd", Map.of(), Bench.record("assistant: hello")).failure())
        .isPresent();
    assertThatThrownBy(() -> Bench.operator("ifd", Map.of("min", 2.0)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nothing would stay");
  }

  @Test
  void perplexityIsOfTextsAndOfAnswers() {
    Bench bench = Bench.with(new Scoring(-2, -1));
    TextRecord text = new TextRecord(RecordHead.of("x"), "abc");
    assertThat((Double) bench.one("perplexity", Map.of(), text).head().metadata().get("perplexity"))
        .isCloseTo(Math.exp(2), within(1e-9));
    double answers = (3 + 7 + 200) / 12.0;
    assertThat((Double) bench.one("perplexity", Map.of(), CHAT).head().metadata().get("perplexity"))
        .isCloseTo(Math.exp(answers), within(1e-6 * Math.exp(answers)));
    assertThat(bench.apply("perplexity", Map.of("max", 7.0), text))
        .isEqualTo(Outcome.drop("perplexity too high"));
    assertThat(bench.apply("perplexity", Map.of("min", 8.0), text))
        .isEqualTo(Outcome.drop("perplexity too low"));
    assertThat(bench.one("perplexity", Map.of(), text.withText("a")).failure()).isPresent();
  }

  @Test
  void aServiceIsRefusedByName() {
    Bench bench = Bench.with(ScriptedTeacher.saying());
    assertThatThrownBy(() -> bench.one("ifd", Map.of(), CHAT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("teacher t is a service");
  }

  @Test
  void aRealModelForeseesAnAnswerBetterAfterWhatBelongsToIt() throws Exception {
    Path model = LocalModelFile.write(folder.resolve("model.gguf"), SENTENCES);
    String answer = "Lily loved to play with her big red ball";
    try (CallCache cache = CallCache.open(folder.resolve("calls.db"));
        Teachers teachers = open(model, cache)) {
      Bench bench = Bench.with(teachers.teacher("t"));
      List<Double> difficulties = new ArrayList<>();
      for (String instruction :
          List.of("Lily had a big red ball and she loved to play with it", "zq 17 +-+ ]]")) {
        ChatRecord chat = Bench.record("user: " + instruction, "assistant: " + answer);
        Map<String, @Nullable Object> metadata =
            bench.one("ifd", Map.of("mark_only", true), chat).head().metadata();
        difficulties.add((Double) metadata.get("ifd"));
      }
      assertThat(difficulties.getFirst()).isPositive().isLessThan(difficulties.getLast());
    }
  }
}
