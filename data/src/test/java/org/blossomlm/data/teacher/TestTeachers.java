package org.blossomlm.data.teacher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.blossomlm.model.chat.ChatMessage;

/** Teachers for tests: impatient ones, with a cache in a temporary folder. */
final class TestTeachers implements AutoCloseable {
  static final RetrySettings IMPATIENT =
      new RetrySettings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          3,
          Duration.ofMillis(2),
          Duration.ofMillis(20),
          Duration.ofSeconds(5),
          1000,
          Duration.ofMillis(20));
  static final Price PRICE = Price.of("1", "0.5", "2");

  final CallCache cache;
  final Teachers teachers;
  final Teacher teacher;

  TestTeachers(FakeTeacherServer server, Path folder) {
    this(server, folder, Budget.unlimited(), settings -> settings);
  }

  TestTeachers(
      FakeTeacherServer server, Path folder, Budget budget, UnaryOperator<ServiceSettings> change) {
    this(change.apply(settings(server)), folder, budget);
  }

  TestTeachers(TeacherSettings settings, Path folder, Budget budget) {
    cache = CallCache.open(folder.resolve("calls.db"));
    try {
      teachers =
          Teachers.open(
              List.of(settings),
              cache,
              PriceTable.of(Map.of()),
              budget,
              Map.of("KEY_A", "secret-a", "KEY_B", "secret-b", "BOTH", "secret-a, secret-b"));
    } catch (RuntimeException e) {
      cache.close();
      throw e;
    }
    teacher = teachers.teacher(settings.name());
  }

  static ServiceSettings settings(FakeTeacherServer server) {
    return ServiceSettings.of("fake", "some-model", server.base())
        .withRetry(IMPATIENT)
        .withPrice(PRICE);
  }

  static CompletionRequest ask(String text) {
    return CompletionRequest.of(List.of(ChatMessage.user(text)));
  }

  TeacherCosts costs() {
    return teachers.meter().total();
  }

  @Override
  public void close() {
    teachers.close();
    cache.close();
  }
}
