package org.blossomlm.data.spark;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.blossomlm.data.DataException;
import org.blossomlm.data.run.RunStop;
import org.blossomlm.data.run.TeacherPool;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Estimate;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherException;
import org.jspecify.annotations.Nullable;

/** The teachers of a run as an executor sees them: behind the driver's {@link TeacherGate}. */
final class GateTeachers implements TeacherPool {
  private static final int TRIES = 5;
  private static final long PAUSE_MILLIS = 500;
  private static final int MOST_COSTS = 10_000;

  private final @Nullable URI gate;
  private final String password;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** What calls of a size cost: the gate says it with each answer. */
  private final ConcurrentMap<Sold, BigDecimal> costs = new ConcurrentHashMap<>();

  private record Sold(String teacher, Completion.Usage usage) {}

  /**
   * @param gate nowhere, if the recipe has no teachers
   */
  GateTeachers(@Nullable URI gate, String password) {
    this.gate = gate;
    this.password = password;
  }

  @Override
  public Teacher teacher(String name) {
    if (gate == null) {
      throw new DataException("no teacher " + name + ": the recipe has none");
    }
    return new Absent(name, gate);
  }

  @Override
  public BigDecimal cost(String teacher, Completion.Usage usage) {
    return costs.getOrDefault(new Sold(teacher, usage), BigDecimal.ZERO);
  }

  /** Runs estimate where the teachers are. */
  @Override
  public Estimate estimate(String teacher, CompletionRequest request) {
    return Estimate.NOTHING;
  }

  /** The driver counts for all. */
  @Override
  public BigDecimal spent() {
    return BigDecimal.ZERO;
  }

  @Override
  public void close() {
    client.close();
  }

  /** A teacher that is somewhere else. */
  private final class Absent implements Teacher {
    private final String name;
    private final URI address;

    Absent(String name, URI address) {
      this.name = name;
      this.address = address;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Completion complete(CompletionRequest request) throws InterruptedException {
      GateMessages.Answer answer =
          ask("/complete", GateMessages.Question.of(name, request), GateMessages.Answer.class);
      if (costs.size() >= MOST_COSTS) {
        costs.clear();
      }
      costs.put(new Sold(name, answer.usage()), answer.cost());
      return answer.completion();
    }

    @Override
    public List<float[]> embed(List<String> texts) throws InterruptedException {
      return ask("/embed", new GateMessages.Texts(name, texts), GateMessages.Vectors.class)
          .vectors();
    }

    /** Asking again is safe: what was answered meanwhile is in the call cache. */
    private <T> T ask(String path, Object question, Class<T> type) throws InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(address.resolve(path))
              .header(TeacherGate.PASSWORD, password)
              .POST(HttpRequest.BodyPublishers.ofByteArray(GateMessages.bytes(question)))
              .build();
      for (int i = 1; ; i++) {
        try {
          HttpResponse<byte[]> response =
              client.send(request, HttpResponse.BodyHandlers.ofByteArray());
          return switch (response.statusCode()) {
            case 200 -> GateMessages.read(response.body(), type);
            case TeacherGate.REFUSED ->
                throw refused(GateMessages.read(response.body(), GateMessages.Refusal.class));
            default ->
                throw RunStop.paused(
                    "the driver at " + address + " answers HTTP " + response.statusCode());
          };
        } catch (IOException e) {
          if (i == TRIES) {
            throw RunStop.paused(
                "teachers cannot be asked: the driver at "
                    + address
                    + " is not reached ("
                    + e
                    + "); if it has another address, set -Dspark.driver.host");
          }
          Thread.sleep(i * PAUSE_MILLIS);
        }
      }
    }

    private static RuntimeException refused(GateMessages.Refusal refusal) {
      return switch (refusal.kind()) {
        case TEACHER -> new TeacherException(refusal.message(), refusal.status());
        case PAUSE -> RunStop.paused(refusal.message());
        case OTHER -> new DataException(refusal.message());
      };
    }

    @Override
    public void close() {
      // The gate stays open for others.
    }
  }
}
