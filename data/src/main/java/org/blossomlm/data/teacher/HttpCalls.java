package org.blossomlm.data.teacher;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.blossomlm.data.teacher.HttpFailure.Kind;

/**
 * Sends one request to a service and receives the whole answer, in bounded time and memory,
 * whatever the service does. Redirects are not followed: they would carry the key to somewhere
 * else.
 */
final class HttpCalls implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final long NOT_BEGUN = -1;

  private final HttpClient client;
  private final Duration timeout;
  private final Duration idleTimeout;
  private final long mostBytes;

  /**
   * @param status of HTTP
   * @param body all of it
   */
  record HttpAnswer(int status, HttpHeaders headers, byte[] body) {}

  HttpCalls(ServiceSettings settings) {
    this.timeout = settings.retry().timeout();
    this.idleTimeout = settings.retry().idleTimeout();
    this.mostBytes = settings.limits().mostResponseBytes();
    boolean encrypted = "https".equals(settings.base().getScheme());
    Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    this.client =
        HttpClient.newBuilder()
            // The upgrade that Java offers on plain connections confuses some local servers.
            .version(encrypted ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT.compareTo(timeout) < 0 ? CONNECT_TIMEOUT : timeout)
            .executor(threads)
            .build();
  }

  /**
   * Posts JSON.
   *
   * @param stream whether events are wanted
   * @throws HttpFailure if no complete answer came in time
   */
  HttpAnswer post(URI address, Optional<String> authorization, byte[] json, boolean stream)
      throws HttpFailure, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", stream ? "text/event-stream" : "application/json")
            .header("User-Agent", "blossom")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json));
    authorization.ifPresent(value -> request.header("Authorization", value));
    AtomicLong lastPiece = new AtomicLong(NOT_BEGUN);
    long begin = System.nanoTime();
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(
            request.build(),
            head ->
                new BoundedBody(
                    mostBytes,
                    stream,
                    () -> lastPiece.set(Math.max(0, System.nanoTime() - begin))));
    try {
      HttpResponse<byte[]> complete = await(response, begin, lastPiece);
      return new HttpAnswer(complete.statusCode(), complete.headers(), complete.body());
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    } catch (CancellationException e) {
      throw new HttpFailure("the connection was closed", Kind.BROKEN);
    } finally {
      response.cancel(true); // does nothing where it is complete
    }
  }

  private HttpResponse<byte[]> await(
      CompletableFuture<HttpResponse<byte[]>> response, long begin, AtomicLong lastPiece)
      throws HttpFailure, ExecutionException, InterruptedException {
    while (true) {
      long now = System.nanoTime() - begin;
      long left = timeout.toNanos() - now;
      if (left <= 0) {
        throw new HttpFailure(
            "no complete answer within " + shown(timeout) + " (timeout)", Kind.BROKEN);
      }
      long last = lastPiece.get();
      if (last != NOT_BEGUN) {
        long idleLeft = idleTimeout.toNanos() - (now - last);
        if (idleLeft <= 0) {
          throw new HttpFailure(
              "the answer stopped in the middle for " + shown(idleTimeout) + " (idle_timeout)",
              Kind.BROKEN);
        }
        left = Math.min(left, idleLeft);
      } else {
        left = Math.min(left, idleTimeout.toNanos()); // look whether it has begun
      }
      try {
        return response.get(left, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        // The loop sees which of the two it was.
      }
    }
  }

  private static String shown(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private static HttpFailure failure(Throwable cause) {
    Kind kind = Kind.BROKEN;
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof BoundedBody.TooLarge tooLarge) {
        return new HttpFailure(String.valueOf(tooLarge.getMessage()), Kind.TOO_LARGE);
      }
      if (each instanceof ConnectException || each instanceof HttpConnectTimeoutException) {
        kind = Kind.UNREACHED;
      }
    }
    String what = cause.getMessage() == null ? "" : ": " + cause.getMessage();
    return new HttpFailure(
        (cause instanceof IOException ? "connection failed (" : "request failed (")
            + cause.getClass().getSimpleName()
            + what
            + ")",
        kind);
  }

  /** Ends all calls that are under way. */
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
