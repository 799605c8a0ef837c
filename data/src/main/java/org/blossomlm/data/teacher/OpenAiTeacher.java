package org.blossomlm.data.teacher;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.blossomlm.data.teacher.EventStream.BrokenStream;
import org.blossomlm.data.teacher.HttpCalls.HttpAnswer;
import org.blossomlm.data.teacher.KeyRing.ApiKey;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model behind OpenAI's API. Each attempt at a call waits, in this order, for a key whose limits
 * allow it, for a place among those under way, and for a service that is up. What failed for a
 * reason that passes is sent again: see {@link RetrySettings}.
 */
final class OpenAiTeacher implements DirectTeacher {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<Integer> PASSING = Set.of(408, 409, 425);
  private static final int TOO_MANY_REQUESTS = 429;

  /** Of the key: not known, or without money. */
  private static final Set<Integer> KEY_REFUSED = Set.of(401, 402);

  /** Of the request, so the same comes again: these are remembered. */
  private static final Set<Integer> PERMANENT = Set.of(400, 413, 414, 415, 422);

  private final ServiceSettings settings;
  private final RetrySettings retry;
  private final KeyRing keys;
  private final ServiceHealth health;
  private final Semaphore places;
  private final HttpCalls http;
  private final Runnable onRetry;
  private volatile boolean closed;

  /**
   * @param environment where the keys are
   * @param onRetry called for each attempt after the first
   */
  OpenAiTeacher(ServiceSettings settings, Map<String, String> environment, Runnable onRetry) {
    this.settings = settings;
    this.retry = settings.retry();
    this.keys = KeyRing.of(settings, environment);
    this.health = new ServiceHealth(settings.name(), retry);
    this.places = new Semaphore(settings.limits().concurrency(), true);
    this.http = new HttpCalls(settings);
    this.onRetry = onRetry;
  }

  @Override
  public String base() {
    return settings.base().toString();
  }

  @Override
  public String model() {
    return settings.model();
  }

  @Override
  public Map<String, @Nullable Object> chatBody(CompletionRequest request) {
    return RequestBody.chat(settings, request);
  }

  @Override
  public Map<String, @Nullable Object> embeddingBody() {
    return RequestBody.embedding(settings);
  }

  @Override
  public long completionTokens(Map<String, ? extends @Nullable Object> body) {
    for (String name : List.of("max_completion_tokens", "max_tokens")) {
      if (body.get(name) instanceof Number most && most.longValue() > 0) {
        return most.longValue();
      }
    }
    return settings.completionEstimate();
  }

  @Override
  public CachedCall chat(Map<String, ? extends @Nullable Object> body, String key)
      throws InterruptedException {
    Map<String, @Nullable Object> sent = new LinkedHashMap<>(body);
    if (settings.stream()) {
      sent.put("stream", true);
      sent.put("stream_options", Map.of("include_usage", true));
    }
    long tokens = TokenEstimate.of(body) + completionTokens(body);
    return call("/chat/completions", sent, settings.stream(), tokens, this::readChat);
  }

  @Override
  public Vectors embed(Map<String, ? extends @Nullable Object> body, List<String> texts)
      throws InterruptedException {
    Map<String, @Nullable Object> sent = new LinkedHashMap<>(body);
    sent.put("input", texts);
    CachedCall call =
        call(
            "/embeddings",
            sent,
            false,
            TokenEstimate.of(sent),
            answer -> new CachedCall(CachedCall.ANSWERED, EmbeddingReader.check(answer)));
    if (!call.answered()) {
      throw new TeacherException(
          message(call.status(), AnswerReader.beginning(call.payload())), call.status());
    }
    return EmbeddingReader.read(settings.name(), call.payload(), texts);
  }

  /** Makes an answer of a body with status 200. */
  @FunctionalInterface
  private interface BodyReader {
    CachedCall read(HttpAnswer answer) throws BrokenStream;
  }

  private CachedCall readChat(HttpAnswer answer) throws BrokenStream {
    boolean events =
        answer.headers().firstValue("content-type").orElse("").contains("event-stream");
    if (events) {
      byte[] whole = JSON.writeValueAsBytes(EventStream.read(answer.body()));
      return new CachedCall(CachedCall.ANSWERED, whole);
    }
    var call = new CachedCall(CachedCall.ANSWERED, answer.body());
    if (call.object().filter(AnswerReader::isAnswer).isEmpty()) {
      throw new BrokenStream("no answer in: " + AnswerReader.beginning(answer.body()));
    }
    return call;
  }

  private sealed interface Outcome {
    /** There is no use in asking again. */
    record Over(CachedCall call) implements Outcome {}

    /**
     * @param status of HTTP; 0 where none came
     * @param delay what the service asks for
     */
    record Again(int status, String said, Optional<Duration> delay) implements Outcome {}
  }

  private CachedCall call(
      String path,
      Map<String, ? extends @Nullable Object> body,
      boolean stream,
      long tokens,
      BodyReader reader)
      throws InterruptedException {
    URI address = URI.create(settings.base() + path);
    byte[] json = JSON.writeValueAsBytes(body);
    health.enter();
    try {
      return call(address, json, stream, tokens, reader);
    } finally {
      health.leave();
    }
  }

  private CachedCall call(URI address, byte[] json, boolean stream, long tokens, BodyReader reader)
      throws InterruptedException {
    long begin = System.nanoTime();
    long served = health.served();
    int attempts = 0;
    int failures = 0;
    while (true) {
      switch (attempt(address, json, stream, tokens, reader)) {
        case Outcome.Over over -> {
          return over.call;
        }
        case Outcome.Again again -> {
          attempts++;
          long servedNow = health.served();
          boolean others = servedNow != served;
          served = servedNow;
          if (again.status == TOO_MANY_REQUESTS) {
            checkPatience(again, begin, others);
            // The key pauses. Whatever number of calls wait for it, they must not come at once.
            Thread.sleep(jittered(Duration.ofMillis(Math.min(20, retry.firstDelay().toMillis()))));
          } else {
            // Where nobody else is served either, it is not this call's failure.
            failures += others ? 1 : 0;
            if (failures > retry.retries()) {
              throw TeacherException.passing(
                  message(again.status, again.said + " (attempt " + attempts + ")"), again.status);
            }
            if (attempts > retry.retries()) {
              health.checkPatience();
            }
            Thread.sleep(again.delay.orElse(backOff(attempts - 1)));
          }
        }
      }
      if (closed) {
        throw new TeacherException(message(0, "it was closed"), 0);
      }
      onRetry.run();
    }
  }

  /** With 429, patience is that of the call: others may be served all the time. */
  private void checkPatience(Outcome.Again again, long begin, boolean others) {
    if (System.nanoTime() - begin <= retry.patience().toNanos()) {
      return;
    }
    if (!others) {
      health.checkPatience();
      return;
    }
    throw TeacherException.passing(
        message(again.status, "for " + retry.patience().toSeconds() + " s: " + again.said),
        again.status);
  }

  private Outcome attempt(URI address, byte[] json, boolean stream, long tokens, BodyReader reader)
      throws InterruptedException {
    ApiKey key = keys.take(tokens);
    places.acquire();
    HttpAnswer answer;
    long sent = System.nanoTime();
    try {
      health.await();
      sent = System.nanoTime();
      answer = http.post(address, key.authorization(), json, stream);
    } catch (HttpFailure e) {
      if (e.tooLarge()) {
        health.heard();
        health.served(System.nanoTime());
        throw new TeacherException(message(CachedCall.ANSWERED, e.what()), 200);
      }
      health.failed(sent, 0, e.reached(), message(0, e.what()));
      return new Outcome.Again(0, e.what(), Optional.empty());
    } catch (InterruptedException e) {
      health.abandoned();
      throw e;
    } finally {
      places.release();
    }
    return judge(answer, sent, key, tokens, reader);
  }

  private Outcome judge(HttpAnswer answer, long sent, ApiKey key, long tokens, BodyReader reader) {
    int status = answer.status();
    if (status == CachedCall.ANSWERED) {
      return judgeAnswer(answer, sent, key, tokens, reader);
    }
    String said = key.hidden(AnswerReader.beginning(answer.body()));
    if (status >= 500) {
      health.failed(sent, status, true, message(status, said));
      return again(answer, said);
    }
    health.heard();
    if (KEY_REFUSED.contains(status)
        || (status == TOO_MANY_REQUESTS && said.contains("insufficient_quota"))) {
      keys.refuse(key, message(status, said));
      return new Outcome.Again(TOO_MANY_REQUESTS, said, Optional.empty()); // with another key
    }
    if (status == TOO_MANY_REQUESTS) {
      Outcome.Again again = again(answer, said);
      keys.pause(key, again.delay.orElseGet(() -> backOff(keys.tooMany(key))), said);
      health.unserved(sent, status, message(status, said));
      return again;
    }
    if (PASSING.contains(status)) {
      health.unserved(sent, status, message(status, said));
      return again(answer, said);
    }
    if (status == 404 || status == 405 || status / 100 == 3) {
      throw new TeacherUnavailableException(
          message(status, said)
              + ". There is no such model or address; see model and base_url ("
              + settings.base()
              + ")");
    }
    health.served(System.nanoTime());
    if (PERMANENT.contains(status)) {
      return new Outcome.Over(new CachedCall(status, said.getBytes(StandardCharsets.UTF_8)));
    }
    throw new TeacherException(message(status, said), status);
  }

  private Outcome judgeAnswer(
      HttpAnswer answer, long sent, ApiKey key, long tokens, BodyReader reader) {
    health.heard();
    try {
      CachedCall call = reader.read(answer);
      long used =
          call.object()
              .flatMap(AnswerReader::usage)
              .map(usage -> usage.prompt() + usage.completion())
              .orElse(tokens);
      keys.used(key, tokens, used);
      health.served(System.nanoTime());
      return new Outcome.Over(call);
    } catch (BrokenStream e) {
      String what = key.hidden(e.what());
      health.unserved(sent, answer.status(), message(answer.status(), what));
      return new Outcome.Again(answer.status(), what, Optional.empty());
    }
  }

  private Outcome.Again again(HttpAnswer answer, String said) {
    Optional<Duration> wait = RetryAfter.of(answer.headers(), Instant.now());
    if (wait.isPresent() && wait.get().compareTo(retry.patience()) > 0) {
      throw new TeacherUnavailableException(
          message(answer.status(), said)
              + ". It asks to wait "
              + wait.get().toSeconds()
              + " s, more than patience allows ("
              + retry.patience().toSeconds()
              + " s)");
    }
    return new Outcome.Again(answer.status(), said, wait);
  }

  private Duration backOff(int earlier) {
    double doubled = retry.firstDelay().toMillis() * Math.scalb(1.0, Math.min(earlier, 30));
    return jittered(Duration.ofMillis((long) Math.min(doubled, retry.mostDelay().toMillis())));
  }

  /** Give or take a half, so that calls that failed together do not come back together. */
  private static Duration jittered(Duration delay) {
    return Duration.ofNanos(
        (long) (delay.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
  }

  private String message(int status, String said) {
    return "teacher "
        + settings.name()
        + ": "
        + (status == 0 ? "" : "HTTP " + status + ": ")
        + (said.isEmpty() ? "(no text)" : said);
  }

  @Override
  public Optional<TeacherPause> pause() {
    return health.pause();
  }

  @Override
  public void close() {
    closed = true;
    http.close();
  }
}
