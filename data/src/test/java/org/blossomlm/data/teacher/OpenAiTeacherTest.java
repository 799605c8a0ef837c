package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.blossomlm.data.teacher.TestTeachers.IMPATIENT;
import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.data.teacher.FakeTeacherServer.Call;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.blossomlm.data.teacher.ServiceSettings.ReasoningRule;
import org.blossomlm.data.teacher.ServiceSettings.StructuredOutput;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiTeacherTest {
  private final FakeTeacherServer server = FakeTeacherServer.start();
  @TempDir Path folder;

  @AfterEach
  void stop() {
    server.close();
  }

  private TestTeachers open(UnaryOperator<ServiceSettings> change) {
    return new TestTeachers(server, folder, Budget.unlimited(), change);
  }

  private TestTeachers open() {
    return open(settings -> settings);
  }

  private Call onlyCall() {
    assertThat(server.calls()).hasSize(1);
    return server.calls().getFirst();
  }

  private static Map<String, @Nullable Object> with(String name, @Nullable Object value) {
    Map<String, @Nullable Object> map = new HashMap<>();
    map.put(name, value);
    return map;
  }

  @Test
  void anAnswerHasItsTextReasoningFinishAndTokens() throws Exception {
    server.next(
        Reply.json(
            Map.of(
                "choices",
                List.of(
                    Map.of(
                        "message",
                        Map.of(
                            "content", "四", "reasoning_content", "2+2", "annotations", List.of()),
                        "finish_reason",
                        "length")),
                "usage",
                Map.of(
                    "prompt_tokens",
                    7,
                    "completion_tokens",
                    3,
                    "prompt_tokens_details",
                    Map.of("cached_tokens", 5)))));
    try (TestTeachers open = open()) {
      Completion answer = open.teacher.complete(ask("2+2?"));
      assertThat(answer.text()).isEqualTo("四");
      assertThat(answer.message().reasoning()).contains("2+2");
      assertThat(answer.message().extra()).isEmpty();
      assertThat(answer.finish()).isEqualTo(FinishReason.LENGTH);
      assertThat(answer.usage()).isEqualTo(new Usage(7, 5, 3));
      assertThat(answer.cached()).isFalse();
    }
    assertThat(onlyCall().path()).isEqualTo("/v1/chat/completions");
  }

  @Test
  void aStreamedAnswerIsTheSameAsAWholeOneAndHasTheSameKey() throws Exception {
    server.answer(call -> Reply.text("你好, 𝄞 world"));
    Completion whole;
    try (TestTeachers open = open()) {
      whole = open.teacher.complete(ask("hi"));
    }
    try (TestTeachers open =
        new TestTeachers(
            server, folder.resolve("other"), Budget.unlimited(), s -> s.withStream(true))) {
      assertThat(open.teacher.complete(ask("hi"))).isEqualTo(whole);
    }
    assertThat(server.calls()).extracting(Call::stream).containsExactly(false, true);
  }

  @Test
  void aStreamOfToolCallsAndThoughtsIsPutTogether() throws Exception {
    server.next(
        Reply.events(
            FakeTeacherServer.delta(
                Map.of("role", "assistant", "reasoning_content", "look "), null),
            FakeTeacherServer.delta(Map.of("reasoning_content", "it up"), null),
            FakeTeacherServer.delta(
                Map.of(
                    "tool_calls",
                    List.of(
                        Map.of(
                            "index",
                            0,
                            "id",
                            "c1",
                            "function",
                            Map.of("name", "weather", "arguments", "{\"city\":")))),
                null),
            FakeTeacherServer.delta(
                Map.of(
                    "tool_calls",
                    List.of(Map.of("index", 0, "function", Map.of("arguments", "\"上海\"}")))),
                null),
            FakeTeacherServer.delta(Map.of(), "tool_calls"),
            "[DONE]"));
    try (TestTeachers open = open(settings -> settings.withStream(true))) {
      Completion answer = open.teacher.complete(ask("weather?"));
      assertThat(answer.finish()).isEqualTo(FinishReason.TOOL_CALLS);
      assertThat(answer.message().reasoning()).contains("look it up");
      assertThat(answer.message().toolCalls())
          .containsExactly(new ToolCall("c1", "weather", Map.of("city", "上海")));
    }
  }

  @Test
  void aStreamThatBreaksOffIsAskedForAgain() throws Exception {
    server.next(
        Reply.events(FakeTeacherServer.delta(Map.of("content", "ha"), null)),
        Reply.events(FakeTeacherServer.delta(Map.of("content", "ha"), null), "{broken"),
        Reply.events("{\"error\": {\"message\": \"overloaded\"}}"));
    try (TestTeachers open = open(settings -> settings.withStream(true))) {
      assertThat(open.teacher.complete(ask("whole")).text()).isEqualTo("whole");
      assertThat(open.costs().retries()).isEqualTo(3);
    }
  }

  @Test
  void aStreamThatStaysOpenAfterItsEndIsOver() throws Exception {
    Reply events =
        Reply.events(FakeTeacherServer.delta(Map.of("content", "done"), "stop"), "[DONE]");
    server.next(new Reply(200, events.headers(), events.pieces(), 0, 1 << 20, Reply.Form.OPEN));
    try (TestTeachers open = open(settings -> settings.withStream(true))) {
      assertThat(open.teacher.complete(ask("x")).text()).isEqualTo("done");
    }
    assertThat(server.calls()).hasSize(1);
  }

  @Test
  void parametersOfTheRequestGoBeforeThoseOfTheTeacherAndNullTakesAway() throws Exception {
    try (TestTeachers open =
        open(settings ->
            settings.withParameters(
                Map.of("temperature", 0.5, "top_p", 0.9, "thinking", Map.of("type", "on"))))) {
      Map<String, @Nullable Object> parameters = with("top_p", null);
      parameters.put("temperature", 0);
      open.teacher.complete(ask("x").withParameters(parameters));
      assertThatThrownBy(() -> open.teacher.complete(ask("x").withParameters(with("n", 3))))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("'n'");
    }
    assertThat(onlyCall().body())
        .containsOnlyKeys("model", "messages", "temperature", "thinking")
        .containsEntry("temperature", 0)
        .containsEntry("thinking", Map.of("type", "on"));
  }

  @Test
  void thoughtsAreSentBackByTheRuleOfTheServiceAndForeignFieldsNever() throws Exception {
    ChatMessage thought =
        new ChatMessage(
            Role.ASSISTANT,
            "4",
            Optional.of("2+2"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of("score", 3));
    ChatMessage called =
        new ChatMessage(
            Role.ASSISTANT,
            "",
            Optional.of("call it"),
            List.of(new ToolCall("1", "add", Map.of())),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    CompletionRequest request =
        CompletionRequest.of(
            List.of(ChatMessage.user("a"), thought, ChatMessage.user("b"), called));
    for (ReasoningRule rule : ReasoningRule.values()) {
      try (TestTeachers open =
          new TestTeachers(
              server, folder.resolve("" + rule), Budget.unlimited(), s -> s.withReasoning(rule))) {
        open.teacher.complete(request);
      }
    }
    assertThat(server.calls())
        .extracting(call -> String.valueOf(call.body().get("messages")))
        .noneMatch(messages -> messages.contains("score"))
        .satisfiesExactly(
            never -> assertThat(never).doesNotContain("reasoning_content"),
            always -> assertThat(always).contains("2+2", "call it"),
            withTools -> assertThat(withTools).contains("call it").doesNotContain("2+2"));
  }

  @Test
  void aSchemaBecomesAResponseFormatWhereTheServiceKnowsIt() throws Exception {
    Map<String, Object> schema =
        Map.of(
            "type",
            "object",
            "properties",
            Map.of("keep", Map.of("type", "boolean")),
            "required",
            List.of("keep"),
            "additionalProperties",
            false);
    for (StructuredOutput output : StructuredOutput.values()) {
      try (TestTeachers open =
          new TestTeachers(
              server,
              folder.resolve("" + output),
              Budget.unlimited(),
              s -> s.withStructuredOutput(output))) {
        open.teacher.complete(ask("JSON, please").withSchema(schema));
      }
    }
    assertThat(server.calls())
        .extracting(call -> Optional.ofNullable(call.body().get("response_format")))
        .containsExactly(
            Optional.empty(),
            Optional.of(Map.of("type", "json_object")),
            Optional.of(
                Map.of(
                    "type",
                    "json_schema",
                    "json_schema",
                    Map.of("name", "answer", "strict", true, "schema", schema))));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409, 425, 500, 502, 503, 529})
  void failuresThatPassAreTriedAgain(int status) throws Exception {
    server.next(Reply.status(status, "busy"), Reply.status(status, "busy"));
    try (TestTeachers open = open()) {
      assertThat(open.teacher.complete(ask("x")).text()).isEqualTo("x");
      assertThat(open.costs().retries()).isEqualTo(2);
    }
    assertThat(server.calls()).hasSize(3);
  }

  @Test
  void connectionsThatBreakGarbageAndTruncatedBodiesAreTriedAgain() throws Exception {
    server.next(Reply.down(), Reply.garbage(), Reply.text("a long answer").truncatedAt(20));
    try (TestTeachers open = open()) {
      assertThat(open.teacher.complete(ask("x")).text()).isEqualTo("x");
    }
    server.next(
        Reply.status(200, "<html>gateway</html>"), Reply.json(Map.of("error", "overloaded")));
    try (TestTeachers open = open()) {
      assertThat(open.teacher.complete(ask("y")).text()).isEqualTo("y");
    }
  }

  @Test
  void theStatusAndTheBeginningOfTheBodyReachTheException() {
    server.answer(call -> Reply.status(500, "the GPU is on fire " + "x".repeat(10_000)));
    // Alone, a call cannot know whether it is to blame: it waits for as long as patience lasts.
    try (TestTeachers open =
        open(settings -> settings.withRetry(hasty(3, Duration.ofMillis(200))))) {
      TeacherException failure =
          catchThrowableOfType(TeacherException.class, () -> open.teacher.complete(ask("x")));
      assertThat(failure.status()).contains(500);
      assertThat(failure)
          .hasMessageStartingWith("teacher fake: HTTP 500: the GPU is on fire")
          .message()
          .hasSizeLessThan(1200);
      assertThat(failure.isPassing()).isTrue();
      assertThat(open.costs().failed()).isEqualTo(1);
    }
    assertThat(server.calls()).hasSizeGreaterThan(4);
  }

  @Test
  void aServiceThatIsNotThereIsNamedAndIsNoFailureOfTheCall() {
    server.close();
    try (TestTeachers open =
        open(settings -> settings.withRetry(hasty(1, Duration.ofMillis(200))))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherUnavailableException.class)
          .hasMessageContaining("ConnectException");
    }
  }

  @Test
  void aCallThatFailsWhileOthersAreAnsweredFailsAfterItsRetries() throws Exception {
    server.answer(call ->
        call.lastText().equals("poison")
            ? Reply.status(500, "out of memory")
            : Reply.text("fine").after(1));
    AtomicBoolean over = new AtomicBoolean();
    try (TestTeachers open = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> others =
          threads.submit(() -> {
            for (int i = 0; !over.get(); i++) {
              open.teacher.complete(ask("other " + i));
            }
            return null;
          });
      TeacherException failure =
          catchThrowableOfType(TeacherException.class, () -> open.teacher.complete(ask("poison")));
      over.set(true);
      others.get();
      assertThat(failure.status()).contains(500);
      assertThat(failure.isPassing()).isTrue();
      assertThat(failure).hasMessageContaining("out of memory (attempt ");
    }
  }

  @Test
  void duringAnOutageACallWaitsHoweverFewRetriesItHas() throws Exception {
    long begin = System.nanoTime();
    server.answer(call ->
        System.nanoTime() - begin < 400_000_000L ? Reply.status(503, "down") : Reply.text("back"));
    try (TestTeachers open = open(settings -> settings.withRetry(hasty(0, IMPATIENT.patience())))) {
      assertThat(open.teacher.complete(ask("x")).text()).isEqualTo("back");
      assertThat(open.teachers.pause()).isEmpty();
    }
  }

  @Test
  void anOutageIsTold() throws Exception {
    server.answer(call -> Reply.status(503, "under maintenance"));
    try (TestTeachers open = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Completion> call = threads.submit(() -> open.teacher.complete(ask("x")));
      while (open.teachers.pause().isEmpty()) {
        Thread.sleep(5);
      }
      TeacherPause pause = open.teachers.pause().orElseThrow();
      assertThat(pause.teacher()).isEqualTo("fake");
      assertThat(pause.said()).contains("HTTP 503: under maintenance");
      assertThat(pause.patience()).isEqualTo(IMPATIENT.patience());
      server.answer(next -> Reply.text("back"));
      assertThat(call.get().text()).isEqualTo("back");
      assertThat(open.teachers.pause()).isEmpty();
    }
  }

  private static RetrySettings hasty(int retries, Duration patience) {
    return new RetrySettings(
        IMPATIENT.timeout(),
        IMPATIENT.idleTimeout(),
        retries,
        IMPATIENT.firstDelay(),
        IMPATIENT.mostDelay(),
        patience,
        1000,
        IMPATIENT.openDelay());
  }

  @Test
  void ofCallsThatAreAloneInAnOutageOnlyTheFirstFails() {
    server.answer(call -> Reply.status(500, "boom"));
    try (TestTeachers open =
        open(settings -> settings.withRetry(hasty(1, Duration.ofMillis(100))))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("a")))
          .isInstanceOf(TeacherException.class);
      assertThatThrownBy(() -> open.teacher.complete(ask("b")))
          .isInstanceOf(TeacherUnavailableException.class);
    }
  }

  @Test
  void inAStormOf429EveryRetryAfterIsHonoured() throws Exception {
    server.next(
        Reply.status(429, "slow down").with("Retry-After", "1"),
        Reply.status(429, "slow down").with("retry-after-ms", "300"),
        Reply.status(429, "slow down").with("Retry-After", "0"),
        Reply.status(429, "slow down"),
        Reply.status(429, "slow down"),
        Reply.status(429, "slow down"));
    try (TestTeachers open = open()) {
      assertThat(open.teacher.complete(ask("x")).text()).isEqualTo("x"); // more than its 3 retries
    }
    List<Call> calls = server.calls();
    assertThat(calls).hasSize(7);
    assertThat(calls.get(1).nanoTime() - calls.get(0).nanoTime())
        .isGreaterThanOrEqualTo(1_000_000_000L);
    assertThat(calls.get(2).nanoTime() - calls.get(1).nanoTime())
        .isGreaterThanOrEqualTo(300_000_000L);
  }

  @Test
  void whileTheServiceAsksToWaitNobodyAsks() throws Exception {
    server.next(Reply.status(429, "slow down").with("Retry-After", "1"));
    try (TestTeachers open = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Completion> first = threads.submit(() -> open.teacher.complete(ask("first")));
      while (open.costs().retries() == 0) {
        Thread.sleep(5);
      }
      List<Future<Completion>> others =
          IntStream.range(0, 20)
              .mapToObj(i -> threads.submit(() -> open.teacher.complete(ask("other " + i))))
              .toList();
      first.get();
      for (Future<Completion> other : others) {
        other.get();
      }
    }
    long refused = server.calls().getFirst().nanoTime();
    assertThat(server.calls().stream().skip(1))
        .hasSize(21)
        .allMatch(call -> call.nanoTime() - refused >= 1_000_000_000L);
  }

  @Test
  void aStormWithoutEndIsGivenUpWithItsStatus() {
    server.answer(call -> Reply.status(429, "never"));
    try (TestTeachers open =
        open(settings -> settings.withRetry(patience(Duration.ofMillis(300))))) {
      TeacherException failure =
          catchThrowableOfType(TeacherException.class, () -> open.teacher.complete(ask("x")));
      assertThat(failure.status()).contains(429);
      assertThat(failure).hasMessageContaining("never");
    }
  }

  @Test
  void aWaitBeyondPatienceStopsTheRun() {
    server.answer(call -> Reply.status(429, "tomorrow").with("Retry-After", "86400"));
    try (TestTeachers open = open()) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherUnavailableException.class)
          .hasMessageContaining("86400 s")
          .hasMessageContaining("tomorrow");
    }
  }

  private static RetrySettings patience(Duration patience) {
    return new RetrySettings(
        IMPATIENT.timeout(),
        IMPATIENT.idleTimeout(),
        1000,
        IMPATIENT.firstDelay(),
        IMPATIENT.mostDelay(),
        patience,
        3,
        Duration.ofMillis(30));
  }

  @Test
  void aServiceThatIsDownIsAskedRarelyAndStopsTheRunAtTheEnd() throws Exception {
    AtomicBoolean up = new AtomicBoolean();
    server.answer(call -> up.get() ? Reply.text("back") : Reply.status(503, "down"));
    try (TestTeachers open =
            open(settings -> settings.withRetry(patience(Duration.ofMillis(600))));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Completion>> calls =
          IntStream.range(0, 16)
              .mapToObj(i -> threads.submit(() -> open.teacher.complete(ask("call " + i))))
              .toList();
      for (Future<Completion> call : calls) {
        assertThatThrownBy(call::get)
            .hasCauseInstanceOf(TeacherUnavailableException.class)
            .hasMessageContaining("HTTP 503: down");
      }
      // 16 calls at first, then one each 30 ms; without the breaker it would be hundreds.
      assertThat(server.calls()).hasSizeLessThan(16 + 60);
      up.set(true);
      Thread.sleep(50);
      assertThat(open.teacher.complete(ask("again")).text()).isEqualTo("back");
    }
  }

  @Test
  void slowLorisAndSilenceEndByTimeOut() {
    RetrySettings hasty =
        new RetrySettings(
            Duration.ofMillis(400),
            Duration.ofSeconds(10),
            0,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            1000,
            Duration.ofMillis(10));
    server.next(Reply.text("a long answer").slowly(20), Reply.silence());
    try (TestTeachers open = open(settings -> settings.withRetry(hasty))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("loris")))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("no complete answer within 400 ms (timeout)");
      assertThatThrownBy(() -> open.teacher.complete(ask("silence")))
          .isInstanceOf(TeacherUnavailableException.class)
          .hasMessageContaining("no complete answer within 400 ms (timeout)");
    }
  }

  @Test
  void aStreamThatStopsInTheMiddleEndsByTheIdleTimeOut() {
    RetrySettings hasty =
        new RetrySettings(
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            0,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            1000,
            Duration.ofMillis(10));
    server.next(Reply.text("abc").after(5_000));
    try (TestTeachers open = open(settings -> settings.withStream(true).withRetry(hasty))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("stopped in the middle for 200 ms (idle_timeout)");
    }
  }

  @Test
  void aBodyBeyondTheLimitIsRefusedAndNotAskedForAgain() {
    server.answer(call -> Reply.huge());
    try (TestTeachers open =
        open(settings -> settings.withLimits(new CallLimits(0, 0, 4, 1 << 20)))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("more than 1048576 bytes (max_response_bytes)");
    }
    assertThat(server.calls()).hasSize(1);
  }

  @Test
  void keysTakeTurnsAndOneThatIsRefusedIsUsedNoMore() throws Exception {
    server.answer(call ->
        "Bearer secret-a".equals(call.headers().get("authorization"))
            ? Reply.text("fine")
            : Reply.status(401, "wrong key: secret-b"));
    try (TestTeachers open = open(settings -> settings.withKeyVariables("KEY_A", "KEY_B"))) {
      for (int i = 0; i < 6; i++) {
        assertThat(open.teacher.complete(ask("x" + i)).text()).isEqualTo("fine");
      }
    }
    assertThat(server.calls())
        .extracting(call -> String.valueOf(call.headers().get("authorization")))
        .containsOnlyOnce("Bearer secret-b")
        .hasSize(7);
  }

  @Test
  void whenEveryKeyIsRefusedTheRunStopsAndNoKeyIsShown() {
    server.answer(call -> Reply.status(401, "wrong key " + call.headers().get("authorization")));
    try (TestTeachers open = open(settings -> settings.withKeyVariables("BOTH"))) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherUnavailableException.class)
          .hasMessageContaining("HTTP 401: wrong key Bearer ***")
          .hasMessageNotContaining("secret");
    }
    assertThat(server.calls()).hasSize(2);
  }

  @Test
  void aMissingKeyIsToldBeforeTheRun() {
    assertThatThrownBy(() -> open(settings -> settings.withKeyVariables("NO_SUCH_KEY")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("NO_SUCH_KEY");
  }

  @Test
  void aModelThatIsNotThereStopsTheRun() {
    server.answer(call -> Reply.status(404, "no such model"));
    try (TestTeachers open = open()) {
      assertThatThrownBy(() -> open.teacher.complete(ask("x")))
          .isInstanceOf(TeacherUnavailableException.class)
          .hasMessageContaining("no such model");
    }
  }

  @Test
  void noMoreCallsAreUnderWayThanAllowed() throws Exception {
    server.answer(call -> Reply.text("x").after(20));
    try (TestTeachers open =
            open(settings -> settings.withLimits(new CallLimits(0, 0, 3, 1 << 20)));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Completion>> calls =
          IntStream.range(0, 24)
              .mapToObj(i -> threads.submit(() -> open.teacher.complete(ask("call " + i))))
              .toList();
      for (Future<Completion> call : calls) {
        call.get();
      }
    }
    assertThat(server.mostUnderWay()).isEqualTo(3);
  }

  @Test
  void requestsPerMinuteSpreadTheCalls() throws Exception {
    try (TestTeachers open =
        open(settings -> settings.withLimits(new CallLimits(600, 0, 8, 1 << 20)))) {
      for (int i = 0; i < 15; i++) {
        open.teacher.complete(ask("x" + i));
      }
    }
    List<Call> calls = server.calls();
    // Ten may come at once after a pause, then one each 100 ms.
    assertThat(calls.getLast().nanoTime() - calls.getFirst().nanoTime())
        .isGreaterThanOrEqualTo(400_000_000L);
  }

  @Test
  void aThreadThatIsInterruptedStopsWaitingAtOnce() throws Exception {
    server.answer(call -> Reply.silence());
    try (TestTeachers open = open()) {
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  open.teacher.complete(ask("x"));
                } catch (InterruptedException e) {
                  interrupted.set(true);
                }
              });
      while (server.calls().isEmpty()) {
        Thread.sleep(5);
      }
      thread.interrupt();
      thread.join(Duration.ofSeconds(5));
      assertThat(interrupted).isTrue();
    }
  }

  @Test
  void textsAreEmbeddedInBatchesAndEachIsPaidForOnce() throws Exception {
    server.answer(Reply::vectors);
    List<String> texts = IntStream.range(0, 100).mapToObj(i -> "text " + i).toList();
    try (TestTeachers open = open()) {
      assertThat(open.teacher.embed(List.of("b", "aa", "b")))
          .containsExactly(
              new float[] {1, 'b', 1}, new float[] {2, 'a', 1}, new float[] {1, 'b', 1});
      open.teacher.embed(texts);
      assertThat(open.teacher.embed(List.of("text 99", "aa"))).hasSize(2);
    }
    assertThat(server.calls()).extracting(call -> call.inputs().size()).containsExactly(2, 64, 36);
    assertThat(server.calls().getFirst().path()).isEqualTo("/v1/embeddings");
  }

  @Test
  void vectorsThatMakeNoSenseAreRefused() {
    server.answer(call ->
        Reply.json(Map.of("data", List.of(Map.of("index", 0, "embedding", List.of(1, 2))))));
    try (TestTeachers open = open()) {
      assertThatThrownBy(() -> open.teacher.embed(List.of("a", "b")))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("not one vector of the same length for each text");
    }
  }
}
