package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.engine.KvLayout.PAGE_TOKENS;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.engine.Scheduler.Request;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120) // Not a measurement: a deadlock must not hang the build.
class SchedulerTest {
  private static final long SEED = 20251126;
  private static final int CONTEXT = 256;
  private static final GenerationOptions GREEDY =
      GenerationOptions.builder()
          .sampling(SamplingOptions.builder().temperature(0).build())
          .maxTokens(20)
          .build();

  private final SplittableRandom random = new SplittableRandom(SEED);

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write() {
    file = TinyModel.writeWide(folder.resolve("wide.gguf"), "llama", TensorType.Q4_0, SEED);
  }

  private LanguageModel load(KvType type, int pages, int threads) {
    LoadOptions options =
        LoadOptions.DEFAULT
            .withContextLength(CONTEXT)
            .withThreads(threads)
            .withKernels(Optional.of("vector"))
            .withKvType(type);
    long page = pageBytes(type);
    return LanguageModel.load(file, pages == 0 ? options : options.withKvCacheBytes(pages * page));
  }

  /** Two layers, two key/value heads of 32. */
  private static long pageBytes(KvType type) {
    return new KvLayout(type, 2, 2, type.bytes(32)).pageBytes();
  }

  private static Generation get(Request request)
      throws InterruptedException, ExecutionException, TimeoutException {
    return request.completion().get(60, TimeUnit.SECONDS);
  }

  private int[] prompt(int length) {
    return random.ints(length, 3, 250).toArray();
  }

  private static void assertSameAnswer(Generation actual, Generation expected, String description) {
    assertThat(actual.tokens()).as(description).isEqualTo(expected.tokens());
    assertThat(actual.text()).as(description).isEqualTo(expected.text());
    assertThat(actual.finishReason()).as(description).isEqualTo(expected.finishReason());
  }

  /** A request with every option that there is, some of the time. */
  private record Asked(int[] prompt, GenerationOptions options) {}

  private List<Asked> asked(int count) {
    int[][] beginnings = {prompt(30), prompt(130), prompt(70)};
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] beginning = beginnings[random.nextInt(beginnings.length)];
      int[] end = prompt(1 + random.nextInt(60));
      int kept = random.nextInt(beginning.length + 1);
      int[] prompt = Arrays.copyOf(beginning, kept + end.length);
      System.arraycopy(end, 0, prompt, kept, end.length);
      boolean greedy = random.nextInt(3) == 0;
      SamplingOptions sampling =
          SamplingOptions.builder()
              .temperature(greedy ? 0 : 0.9f)
              .topK(random.nextInt(50))
              .repeatPenalty(random.nextBoolean() ? 1 : 1.2f)
              .presencePenalty(random.nextBoolean() ? 0 : 0.3f)
              .frequencyPenalty(random.nextBoolean() ? 0 : 0.2f)
              .logitBias(random.nextBoolean() ? Map.of() : Map.of(17, 2f))
              .seed(random.nextInt(1000))
              .build();
      boolean shifts = random.nextInt(4) == 0;
      all.add(
          new Asked(
              prompt,
              GenerationOptions.builder()
                  .sampling(sampling)
                  .maxTokens(shifts ? 300 : random.nextInt(80))
                  .stop(random.nextInt(3) == 0 ? new String[] {"an", "e"} : new String[0])
                  .topLogprobs(random.nextInt(3) - 1)
                  .whenFull(shifts ? WhenFull.SHIFT : WhenFull.STOP)
                  .keepTokens(random.nextInt(20))
                  .draftTokens(random.nextBoolean() ? 0 : 1 + random.nextInt(6))
                  .build()));
    }
    return all;
  }

  private List<Generation> alone(KvType type, List<Asked> all) {
    List<Generation> answers = new ArrayList<>();
    for (Asked asked : all) {
      try (LanguageModel model = load(type, 0, 1);
          Session session = model.newSession()) {
        answers.add(
            session.generate(
                asked.prompt(),
                asked.options().toBuilder().draftTokens(0).build(),
                GenerationListener.NONE));
      }
    }
    return answers;
  }

  /** With few pages answers wait for each other's memory; with many they do not. */
  @ParameterizedTest
  @CsvSource({"F16, 4, 2", "F16, 9, 1", "F16, 64, 2", "Q8_0, 7, 2"})
  void an_answer_is_the_same_alone_and_among_any_others(KvType type, int pages, int threads)
      throws Exception {
    List<Asked> all = asked(40);
    List<Generation> expected = alone(type, all);
    SchedulerOptions options =
        SchedulerOptions.DEFAULT.withParallel(6).withPromptTokens(100, 1 + random.nextInt(40));
    try (LanguageModel model = load(type, pages, threads);
        Scheduler scheduler = model.newScheduler(options)) {
      List<Request> requests = new ArrayList<>();
      List<RecordingListener> listeners = new ArrayList<>();
      for (Asked asked : all) {
        RecordingListener listener = new RecordingListener();
        listeners.add(listener);
        requests.add(
            scheduler.submit(
                "client " + random.nextInt(3), asked.prompt(), asked.options(), listener));
      }
      for (int i = 0; i < all.size(); i++) {
        Generation answer = get(requests.get(i));
        assertSameAnswer(answer, expected.get(i), "seed " + SEED + ", request " + i);
        assertThat(listeners.get(i).tokens).isEqualTo(answer.tokens());
        assertThat(listeners.get(i).text()).isEqualTo(answer.text());
        assertThat(listeners.get(i).events.getFirst()).startsWith("prompt ");
      }
      SchedulerStatistics statistics = scheduler.statistics();
      assertThat(statistics.reusedTokens()).isPositive();
      assertThat(statistics.kvBytes()).isLessThanOrEqualTo(pages * pageBytes(type));
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void answers_that_outgrow_the_memory_give_it_up_and_go_on_later_to_the_bit(KvType type)
      throws Exception {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SamplingOptions sampling =
          SamplingOptions.builder()
              .seed(i)
              .repeatPenalty(1.1f)
              .logitBias(Map.of(2, -1000f))
              .build();
      all.add(
          new Asked(
              prompt(10),
              GenerationOptions.builder()
                  .sampling(sampling)
                  .maxTokens(i % 2 == 0 ? 220 : 450)
                  .whenFull(i % 2 == 0 ? WhenFull.STOP : WhenFull.SHIFT)
                  .build()));
    }
    List<Generation> expected = alone(type, all);
    try (LanguageModel model = load(type, 9, 2);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      List<RecordingListener> listeners = new ArrayList<>();
      List<Request> requests = new ArrayList<>();
      for (Asked asked : all) {
        listeners.add(new RecordingListener());
        requests.add(scheduler.submit(asked.prompt(), asked.options(), listeners.getLast()));
      }
      for (int i = 0; i < all.size(); i++) {
        assertSameAnswer(get(requests.get(i)), expected.get(i), "seed " + SEED + ", request " + i);
        assertThat(listeners.get(i).events)
            .as("what is computed again is not told again")
            .containsOnlyOnce("prompt 10/10")
            .filteredOn(event -> event.startsWith("shift"))
            .hasSize(i % 2 == 0 ? 0 : 2);
      }
      assertThat(scheduler.statistics().preemptions()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void cancelling_and_closing_at_any_time_leaves_every_request_answered(long seed)
      throws Exception {
    SplittableRandom chance = new SplittableRandom(seed);
    List<Asked> all = asked(30);
    List<Generation> expected = alone(KvType.F16, all);
    try (LanguageModel model = load(KvType.F16, 8, 2)) {
      List<Request> requests = new ArrayList<>();
      try (Scheduler scheduler =
          model.newScheduler(SchedulerOptions.DEFAULT.withParallel(1 + chance.nextInt(6)))) {
        for (Asked asked : all) {
          requests.add(scheduler.submit(asked.prompt(), asked.options(), new RecordingListener()));
          if (chance.nextInt(3) == 0) {
            requests.get(chance.nextInt(requests.size())).cancel();
          }
          if (chance.nextInt(4) == 0) {
            Thread.sleep(chance.nextInt(10));
          }
        }
        int awaited = chance.nextInt(all.size());
        for (int i = 0; i < awaited; i++) {
          get(requests.get(i));
        }
      }
      for (int i = 0; i < all.size(); i++) {
        Generation answer = get(requests.get(i));
        List<GeneratedToken> whole = expected.get(i).tokens();
        assertThat(answer.tokens())
            .as("seed %d, request %d", seed, i)
            .isEqualTo(whole.subList(0, answer.tokens().size()));
        if (answer.finishReason() != FinishReason.CANCELLED) {
          assertSameAnswer(answer, expected.get(i), "seed " + seed + ", request " + i);
        }
      }
      // All memory is free again: an answer that needs a whole context gets it.
      try (Session session = model.newSession()) {
        session.logits(prompt(CONTEXT), (position, logits) -> {});
      }
    }
  }

  @Test
  void a_prompt_that_was_computed_once_is_not_computed_again() throws Exception {
    int[] prompt = prompt(200);
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler =
            model.newScheduler(SchedulerOptions.DEFAULT.withPromptTokens(512, 512))) {
      List<Request> together = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        together.add(scheduler.submit(prompt, GREEDY.toBuilder().maxTokens(1).build(), NONE));
      }
      for (Request request : together) {
        get(request);
      }
      long evaluated = scheduler.statistics().evaluatedTokens();
      // One computes the whole, the others at most what does not fill a page.
      assertThat(evaluated).isBetween(200L, 200L + 7 * (200 - 3 * PAGE_TOKENS));

      Generation again =
          get(scheduler.submit(prompt, GREEDY.toBuilder().maxTokens(1).build(), NONE));
      assertThat(again.cachedTokens()).isEqualTo(199);
      assertThat(scheduler.statistics().evaluatedTokens()).isEqualTo(evaluated + 1);

      int[] other = prompt.clone();
      other[150] = 299 - other[150];
      assertThat(get(scheduler.submit(other, GREEDY, NONE)).cachedTokens()).isEqualTo(150);
    }
  }

  private static final GenerationListener NONE = GenerationListener.NONE;

  @Test
  void a_chat_that_goes_on_computes_only_what_is_new() throws Exception {
    int[] prompt = prompt(40);
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      GenerationOptions options =
          GREEDY.toBuilder()
              .sampling(GREEDY.sampling().toBuilder().logitBias(Map.of(2, -1000f)).build())
              .build();
      Generation first = get(scheduler.submit(prompt, options, NONE));
      assertThat(first.tokens()).hasSize(20);
      int[] longer = Arrays.copyOf(prompt, 40 + 20 + 10);
      for (int i = 0; i < 20; i++) {
        longer[40 + i] = first.tokens().get(i).id();
      }
      Arrays.fill(longer, 60, 70, 5);
      // The last token of an answer is never evaluated.
      assertThat(get(scheduler.submit(longer, options, NONE)).cachedTokens()).isEqualTo(59);
    }
  }

  /** A listener that holds the scheduler up, once its request has a place, until it is released. */
  private static final class Brake implements GenerationListener {
    private boolean asked;
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);

    @Override
    public boolean cancelled() {
      if (!asked) {
        asked = true; // Still in the queue.
        return false;
      }
      reached.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return false;
    }
  }

  @Test
  void a_long_prompt_is_read_in_pieces_between_the_tokens_of_answers() throws Exception {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler =
            model.newScheduler(SchedulerOptions.DEFAULT.withPromptTokens(16, 16))) {
      Brake brake = new Brake();
      GenerationOptions talkative =
          GREEDY.toBuilder()
              .maxTokens(60)
              .sampling(GREEDY.sampling().toBuilder().logitBias(Map.of(2, -1000f)).build())
              .build();
      Request held = scheduler.submit(prompt(1), GREEDY, brake);
      brake.reached.await();
      Request answer = scheduler.submit(prompt(1), talkative, noting("token", heard));
      Request reader = scheduler.submit(prompt(200), GREEDY, noting("piece", heard));
      brake.released.countDown();
      get(held);
      get(answer);
      get(reader);
    }
    // 200 tokens in pieces of 16 are 13 passes, and the answer got a token in each.
    int last = heard.lastIndexOf("piece");
    assertThat(Collections.frequency(heard.subList(0, last), "token")).isBetween(10, 16);
  }

  @Test
  void prompts_take_turns_so_a_short_one_does_not_wait_for_the_end_of_long_ones() throws Exception {
    List<String> turns = Collections.synchronizedList(new ArrayList<>());
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler =
            model.newScheduler(SchedulerOptions.DEFAULT.withPromptTokens(16, 16))) {
      Brake brake = new Brake();
      Request held = scheduler.submit(prompt(1), GREEDY, brake);
      brake.reached.await();
      List<Request> requests = new ArrayList<>();
      for (int length : new int[] {200, 210, 40}) {
        GenerationListener asked =
            new GenerationListener() {
              @Override
              public boolean cancelled() {
                turns.add("prompt of " + length); // Asked whenever a piece of it is planned.
                return false;
              }
            };
        requests.add(
            scheduler.submit(prompt(length), GREEDY.toBuilder().maxTokens(0).build(), asked));
      }
      brake.released.countDown();
      get(held);
      for (Request request : requests) {
        get(request);
      }
    }
    List<String> untilShortIsRead = turns.subList(0, turns.lastIndexOf("prompt of 40"));
    assertThat(Collections.frequency(untilShortIsRead, "prompt of 200")).isBetween(2, 5);
    assertThat(Collections.frequency(untilShortIsRead, "prompt of 210")).isBetween(2, 5);
    assertThat(turns).endsWith("prompt of 210");
  }

  private static GenerationListener noting(String what, List<String> heard) {
    return new GenerationListener() {
      @Override
      public void onPrompt(int done, int total) {
        if (what.equals("piece")) {
          heard.add(what);
        }
      }

      @Override
      public void onToken(GeneratedToken token) {
        if (what.equals("token")) {
          heard.add(what);
        }
      }
    };
  }

  @Test
  void clients_take_turns_however_many_requests_one_has() throws Exception {
    List<String> finished = Collections.synchronizedList(new ArrayList<>());
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT.withParallel(1))) {
      Brake brake = new Brake();
      Request held = scheduler.submit("greedy", prompt(3), GREEDY, brake);
      brake.reached.await();
      List<Request> requests = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        requests.add(submitNoting(scheduler, "greedy", finished));
      }
      for (int i = 0; i < 2; i++) {
        requests.add(submitNoting(scheduler, "modest", finished));
        requests.add(submitNoting(scheduler, "late", finished));
      }
      assertThat(scheduler.statistics().waiting()).isEqualTo(10);
      brake.released.countDown();
      get(held);
      for (Request request : requests) {
        get(request);
      }
    }
    assertThat(finished)
        .containsExactly(
            "greedy", "modest", "late", "greedy", "modest", "late", "greedy", "greedy", "greedy",
            "greedy");
  }

  private Request submitNoting(Scheduler scheduler, String client, List<String> started) {
    return scheduler.submit(
        client,
        prompt(3),
        GREEDY.toBuilder().maxTokens(2).build(),
        new GenerationListener() {
          private boolean asked;

          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void onPrompt(int done, int total) {
            if (!asked) {
              asked = true;
              started.add(client);
            }
          }
        });
  }

  @Test
  void a_full_queue_refuses_and_says_so() throws Exception {
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler =
            model.newScheduler(SchedulerOptions.DEFAULT.withParallel(1).withQueue(3, 2))) {
      Brake brake = new Brake();
      Request held = scheduler.submit(prompt(3), GREEDY, brake);
      brake.reached.await();
      Request first = scheduler.submit("a", prompt(3), GREEDY, NONE);
      scheduler.submit("a", prompt(3), GREEDY, NONE);
      assertThatThrownBy(() -> scheduler.submit("a", prompt(3), GREEDY, NONE))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining("queuePerClient");
      scheduler.submit("b", prompt(3), GREEDY, NONE);
      assertThatThrownBy(() -> scheduler.submit("c", prompt(3), GREEDY, NONE))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining("3 requests are waiting");
      brake.released.countDown();
      get(held);
      get(first);
    }
  }

  @Test
  void a_listener_that_fails_ends_its_own_answer_alone() throws Exception {
    var failure = new IllegalStateException("listener");
    try (LanguageModel model = load(KvType.F16, 0, 2);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      int[] prompt = prompt(5);
      List<Request> broken = new ArrayList<>();
      for (String where : List.of("onPrompt", "onToken", "cancelled")) {
        broken.add(scheduler.submit(prompt, GREEDY, failing(where, failure)));
      }
      Request sound = scheduler.submit(prompt, GREEDY, NONE);
      for (Request request : broken) {
        assertThatThrownBy(() -> get(request))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isSameAs(failure);
      }
      assertThat(get(sound).tokens()).isNotEmpty();
    }
  }

  private static GenerationListener failing(String where, RuntimeException failure) {
    return new GenerationListener() {
      private int calls;

      private void call(String method) {
        if (method.equals(where) && ++calls == 2) {
          throw failure;
        }
      }

      @Override
      public void onPrompt(int done, int total) {
        call("onPrompt");
      }

      @Override
      public void onToken(GeneratedToken token) {
        call("onToken");
      }

      @Override
      public boolean cancelled() {
        call("cancelled");
        return false;
      }
    };
  }

  @Test
  void a_listener_that_is_slow_holds_up_nobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      Request slow =
          scheduler.submit(
              prompt(5),
              GREEDY,
              new GenerationListener() {
                @Override
                public void onPrompt(int done, int total) {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }
              });
      get(scheduler.submit(prompt(5), GREEDY, NONE));
      assertThat(slow.completion()).isNotDone();
      never.countDown();
      get(slow);
    }
  }

  @Test
  void what_cannot_be_answered_is_refused_at_once() {
    try (LanguageModel model = load(KvType.F16, 0, 1)) {
      Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT);
      assertThatThrownBy(() -> scheduler.submit(new int[0], GREEDY, NONE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> scheduler.submit(new int[] {9999}, GREEDY, NONE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> scheduler.submit(prompt(CONTEXT + 1), GREEDY, NONE))
          .isInstanceOf(ContextLengthException.class);
      var biased = GREEDY.sampling().toBuilder().logitBias(Map.of(9999, 1f)).build();
      assertThatThrownBy(
              () -> scheduler.submit(prompt(3), GREEDY.toBuilder().sampling(biased).build(), NONE))
          .isInstanceOf(IllegalArgumentException.class);
      scheduler.close();
      scheduler.close();
      assertThatThrownBy(() -> scheduler.submit(prompt(3), GREEDY, NONE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the scheduler is closed");
    }
  }

  @Test
  void what_waits_is_cancelled_without_having_begun() throws Exception {
    try (LanguageModel model = load(KvType.F16, 0, 1)) {
      Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT.withParallel(1));
      Brake brake = new Brake();
      Request held = scheduler.submit(prompt(3), GREEDY, brake);
      brake.reached.await();
      Request waiting = scheduler.submit(prompt(7), GREEDY, NONE);
      waiting.cancel();
      held.cancel();
      brake.released.countDown();
      Generation cancelled = get(waiting);
      assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(cancelled.promptTokens()).isEqualTo(7);
      assertThat(cancelled.promptTime()).isEqualTo(Duration.ZERO);
      assertThat(get(held).finishReason()).isEqualTo(FinishReason.CANCELLED);
      scheduler.close();
    }
  }

  @Test
  void completing_the_future_from_outside_changes_nothing() throws Exception {
    try (LanguageModel model = load(KvType.F16, 0, 1);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      Request request = scheduler.submit(prompt(3), GREEDY, NONE);
      assertThat(request.completion().cancel(true)).isTrue();
      assertThat(get(request).finishReason()).isNotEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void where_sessions_hold_the_memory_an_answer_fails_and_later_ones_do_not() throws Exception {
    try (LanguageModel model = load(KvType.F16, 4, 1);
        Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      try (Session hog = model.newSession()) {
        hog.logits(prompt(3 * PAGE_TOKENS), (position, logits) -> {});
        Request request = scheduler.submit(prompt(100), GREEDY, NONE);
        assertThatThrownBy(() -> get(request))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(OutOfMemoryException.class);
        get(scheduler.submit(prompt(30), GREEDY, NONE));
      }
      get(scheduler.submit(prompt(100), GREEDY, NONE));
    }
  }

  @Test
  void a_model_that_is_closed_fails_its_answers_not_the_program() throws Exception {
    LanguageModel model = load(KvType.F16, 0, 1);
    try (Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT)) {
      Brake brake = new Brake();
      Request held = scheduler.submit(prompt(3), GREEDY, brake);
      brake.reached.await();
      model.close();
      brake.released.countDown();
      assertThatThrownBy(() -> get(held)).hasRootCauseMessage("the model is closed");
      assertThatThrownBy(() -> get(scheduler.submit(prompt(3), GREEDY, NONE)))
          .hasRootCauseMessage("the model is closed");
    }
  }

  @Test
  void the_cache_must_hold_one_context() {
    assertThatThrownBy(() -> load(KvType.F16, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one context of 256 tokens");
  }
}
