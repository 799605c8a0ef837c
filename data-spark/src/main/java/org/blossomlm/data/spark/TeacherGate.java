package org.blossomlm.data.spark;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.blossomlm.data.DataException;
import org.blossomlm.data.run.TeacherPool;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.ResumableException;
import org.blossomlm.data.teacher.TeacherException;

/**
 * Where executors ask the teachers of a run. The teachers themselves are open in the driver alone:
 * one call cache, one budget, one count of requests and tokens a minute, one circuit breaker,
 * whatever the number of executors, none of which ever sees a key. What goes through here is text,
 * a few kilobytes for each second that a model works on it.
 *
 * <p>It listens on the address that Spark gives to the executors for its driver, and answers those
 * who know its password.
 */
final class TeacherGate implements AutoCloseable {
  static final String PASSWORD = "Blossom-Gate";
  static final int REFUSED = 422;

  private static final int PASSWORD_BYTES = 32;
  private static final int BACKLOG = 1024;
  private static final int LAST_SECONDS = 5;

  private final TeacherPool teachers;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final URI address;
  private final String password;

  private TeacherGate(TeacherPool teachers, HttpServer server, String host) {
    this.teachers = teachers;
    this.server = server;
    address = URI.create("http://" + host + ":" + server.getAddress().getPort());
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    password = HexFormat.of().formatHex(random);
  }

  /**
   * @param host an address of this machine that executors reach
   */
  static TeacherGate open(TeacherPool teachers, String host) {
    try {
      var server = HttpServer.create(new InetSocketAddress(host, 0), BACKLOG);
      var gate = new TeacherGate(teachers, server, host);
      server.createContext("/complete", exchange -> gate.handle(exchange, gate::complete));
      server.createContext("/embed", exchange -> gate.handle(exchange, gate::embed));
      server.setExecutor(gate.threads);
      server.start();
      return gate;
    } catch (IOException e) {
      throw new DataException(
          "executors cannot ask teachers: no port could be opened on %s (%s); set -Dspark.driver.host to an address of this machine"
              .formatted(host, e.getMessage()),
          e);
    }
  }

  URI address() {
    return address;
  }

  String password() {
    return password;
  }

  /** Something that answers a body with another. */
  private interface Desk {
    Object answer(byte[] body) throws InterruptedException;
  }

  private Object complete(byte[] body) throws InterruptedException {
    GateMessages.Question question = GateMessages.read(body, GateMessages.Question.class);
    Completion completion = teachers.teacher(question.teacher()).complete(question.request());
    return GateMessages.Answer.of(
        completion, teachers.cost(question.teacher(), completion.usage()));
  }

  private Object embed(byte[] body) throws InterruptedException {
    GateMessages.Texts texts = GateMessages.read(body, GateMessages.Texts.class);
    return new GateMessages.Vectors(teachers.teacher(texts.teacher()).embed(texts.texts()));
  }

  private void handle(HttpExchange exchange, Desk desk) throws IOException {
    try (exchange) {
      String given = exchange.getRequestHeaders().getFirst(PASSWORD);
      if (given == null
          || !MessageDigest.isEqual(
              given.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8))) {
        exchange.sendResponseHeaders(403, -1);
        return;
      }
      int status = 200;
      Object answer;
      try {
        answer = desk.answer(exchange.getRequestBody().readAllBytes());
      } catch (InterruptedException e) {
        return; // The run ends, and the connection with it.
      } catch (RuntimeException e) {
        status = REFUSED;
        answer = refusal(e);
      }
      byte[] bytes = GateMessages.bytes(answer);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static GateMessages.Refusal refusal(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case TeacherException said ->
          new GateMessages.Refusal(
              GateMessages.Refusal.Kind.TEACHER, message, said.status().orElse(0));
      case ResumableException paused ->
          new GateMessages.Refusal(GateMessages.Refusal.Kind.PAUSE, message, 0);
      case DataException known ->
          new GateMessages.Refusal(GateMessages.Refusal.Kind.OTHER, message, 0);
      default ->
          new GateMessages.Refusal(
              GateMessages.Refusal.Kind.OTHER, e.getClass().getSimpleName() + ": " + message, 0);
    };
  }

  /** Questions that are under way get a moment: their answers are paid for. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    server.stop(0);
  }
}
