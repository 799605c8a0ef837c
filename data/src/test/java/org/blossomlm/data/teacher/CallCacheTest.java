package org.blossomlm.data.teacher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallCacheTest {
  private final FakeTeacherServer server = FakeTeacherServer.start();
  @TempDir Path folder;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anAnswerIsRememberedAcrossRuns() throws Exception {
    server.answer(call -> Reply.text("answer " + server.calls().size()));
    Completion paid;
    try (TestTeachers run = new TestTeachers(server, folder)) {
      paid = run.teacher.complete(ask("q"));
    }
    try (TestTeachers run = new TestTeachers(server, folder)) {
      Completion again = run.teacher.complete(ask("q"));
      assertThat(again.message()).isEqualTo(paid.message());
      assertThat(again.key()).isEqualTo(paid.key());
      assertThat(again.cached()).isTrue();
      assertThat(run.costs().answered()).isZero();
      assertThat(run.costs().cached()).isEqualTo(1);
      assertThat(run.costs().cost()).isEqualByComparingTo("0");
      assertThat(run.costs().saved()).isPositive();
    }
    assertThat(server.calls()).hasSize(1);
  }

  @Test
  void anotherAttemptModelBaseParameterOrMessageIsAnotherCall() throws Exception {
    try (TestTeachers run = new TestTeachers(server, folder)) {
      run.teacher.complete(ask("q"));
      run.teacher.complete(ask("q").withAttempt(1));
      run.teacher.complete(ask("q").withParameters(Map.of("temperature", 1)));
      run.teacher.complete(ask("q "));
      run.teacher.complete(ask("q").withParameters(Map.of("temperature", 1.0))); // the same as 1
    }
    assertThat(server.calls()).hasSize(4);
    Map<String, Object> body = Map.of("a", 1);
    assertThat(
            List.of(
                CallKey.of("chat", "http://a", "m", body, 0),
                CallKey.of("chat", "http://b", "m", body, 0),
                CallKey.of("chat", "http://a", "n", body, 0),
                CallKey.of("embedding", "http://a", "m", body, 0),
                CallKey.of("chat", "http://a", "m", Map.of("a", "1"), 0)))
        .doesNotHaveDuplicates();
  }

  @Test
  void theOrderOfKeysDoesNotMatterButThatOfMessagesDoes() {
    Map<String, Object> ab = new LinkedHashMap<>();
    ab.put("a", 1);
    ab.put("b", List.of(1, 2));
    Map<String, Object> ba = new LinkedHashMap<>();
    ba.put("b", List.of(1, 2));
    ba.put("a", 1e0);
    assertThat(CallKey.of("chat", "x", "m", ab, 0)).isEqualTo(CallKey.of("chat", "x", "m", ba, 0));
    ba.put("b", List.of(2, 1));
    assertThat(CallKey.of("chat", "x", "m", ab, 0))
        .isNotEqualTo(CallKey.of("chat", "x", "m", ba, 0));
  }

  @Test
  void anErrorThatWouldComeAgainIsRememberedAndOneThatPassesIsNot() throws Exception {
    server.answer(call ->
        call.lastText().equals("bad")
            ? Reply.status(400, "too long by 7 tokens")
            : Reply.status(403, "not today"));
    for (int run = 0; run < 2; run++) {
      try (TestTeachers open = new TestTeachers(server, folder)) {
        assertThatThrownBy(() -> open.teacher.complete(ask("bad")))
            .isInstanceOf(TeacherException.class)
            .hasMessage("teacher fake: HTTP 400: too long by 7 tokens")
            .extracting(e -> ((TeacherException) e).status().orElseThrow())
            .isEqualTo(400);
        assertThatThrownBy(() -> open.teacher.complete(ask("passing")))
            .hasMessageContaining("HTTP 403: not today");
      }
    }
    assertThat(server.calls())
        .extracting(FakeTeacherServer.Call::lastText)
        .containsExactly("bad", "passing", "passing");
  }

  @Test
  void theSameRequestOfManyThreadsIsSentOnce() throws Exception {
    server.answer(call -> Reply.text("one").after(100));
    try (TestTeachers run = new TestTeachers(server, folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Completion>> answers =
          IntStream.range(0, 50)
              .mapToObj(i -> threads.submit(() -> run.teacher.complete(ask("same"))))
              .toList();
      int paid = 0;
      for (Future<Completion> answer : answers) {
        assertThat(answer.get().text()).isEqualTo("one");
        paid += answer.get().cached() ? 0 : 1;
      }
      assertThat(paid).isEqualTo(1);
      assertThat(run.costs().answered()).isEqualTo(1);
    }
    assertThat(server.calls()).hasSize(1);
  }

  @Test
  void whoWaitsForAnInterruptedThreadAsksItself() throws Exception {
    server.next(Reply.silence());
    try (TestTeachers run = new TestTeachers(server, folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Completion> first = threads.submit(() -> run.teacher.complete(ask("same")));
      while (server.calls().isEmpty()) {
        Thread.sleep(5);
      }
      Future<Completion> second = threads.submit(() -> run.teacher.complete(ask("same")));
      Thread.sleep(50);
      first.cancel(true);
      assertThat(second.get().text()).isEqualTo("same");
    }
  }

  @Test
  void manyThreadsReadAndWrite() throws Exception {
    try (CallCache cache = CallCache.open(folder.resolve("calls.db"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger asked = new AtomicInteger();
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        work.add(
            threads.submit(() -> {
              for (int i = 0; i < 200; i++) {
                String text = "call " + i;
                String key = CallKey.of("chat", "x", "m", Map.of("text", text), 0);
                CallCache.Answer answer =
                    cache.get(
                        key,
                        () -> {
                          asked.incrementAndGet();
                          return new CachedCall(200, text.getBytes(UTF_8));
                        });
                assertThat(answer.call().payload()).isEqualTo(text.getBytes(UTF_8));
              }
              return null;
            }));
      }
      for (Future<?> each : work) {
        each.get();
      }
      assertThat(asked).hasValue(200);
      assertThat(cache.size()).isEqualTo(200);
    }
  }

  @Test
  void twoProcessesMayShareAFileAndTheFirstAnswerStays() throws Exception {
    String key = CallKey.of("chat", "x", "m", Map.of(), 0);
    try (CallCache one = CallCache.open(folder.resolve("calls.db"));
        CallCache two = CallCache.open(folder.resolve("calls.db"))) {
      CountDownLatch asking = new CountDownLatch(1);
      CountDownLatch answered = new CountDownLatch(1);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<CallCache.Answer> slow =
            threads.submit(() ->
                one.get(
                    key,
                    () -> {
                      asking.countDown();
                      answered.await();
                      return new CachedCall(200, "slow".getBytes(UTF_8));
                    }));
        asking.await();
        two.get(key, () -> new CachedCall(200, "fast".getBytes(UTF_8)));
        answered.countDown();
        assertThat(slow.get().call().payload()).isEqualTo("fast".getBytes(UTF_8));
      }
    }
  }

  @Test
  void whatIsNoCacheIsRefusedWithItsName() throws Exception {
    Path text = Files.writeString(folder.resolve("notes.txt"), "not a database ".repeat(100));
    assertThatThrownBy(() -> CallCache.open(text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("notes.txt");
    assertThat(text).hasContent("not a database ".repeat(100));

    Path history = folder.resolve("history.db");
    change(history, "CREATE TABLE chats (id INTEGER)");
    assertThatThrownBy(() -> CallCache.open(history))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a database of something else");

    Path newer = folder.resolve("newer.db");
    change(newer, "PRAGMA user_version = 99");
    assertThatThrownBy(() -> CallCache.open(newer))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("version 99");
  }

  private static void change(Path database, String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Test
  void whenAnswersCannotBeKeptNoMoreAreBought() throws Exception {
    try (TestTeachers run = new TestTeachers(server, folder)) {
      run.teacher.complete(ask("kept"));
      change(folder.resolve("calls.db"), "DROP TABLE calls"); // as a full disk would
      for (String text : List.of("lost", "not sent")) {
        assertThatThrownBy(() -> run.teacher.complete(ask(text)))
            .isInstanceOf(DataException.class)
            .isNotInstanceOf(TeacherException.class);
      }
    }
    assertThat(server.calls()).hasSizeLessThanOrEqualTo(2);
  }
}
