package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.AnswerReader.Answer;
import org.blossomlm.data.teacher.Completion.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A teacher that remembers: asks the call cache first, then, if the budget allows it, the model.
 * Requests that are the same, of several threads at once too, are paid for once.
 */
final class CachedTeacher implements Teacher {
  private static final int EMBEDDING_BATCH = 64;

  private final String name;
  private final DirectTeacher direct;
  private final CallCache cache;
  private final Budget budget;
  private final CostMeter meter;
  private final Optional<Price> price;

  CachedTeacher(
      String name,
      DirectTeacher direct,
      CallCache cache,
      Budget budget,
      CostMeter meter,
      Optional<Price> price) {
    this.name = name;
    this.direct = direct;
    this.cache = cache;
    this.budget = budget;
    this.meter = meter;
    this.price = price;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Completion complete(CompletionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> body = direct.chatBody(request);
    String key = key(body, request.attempt());
    CallCache.Answer found = cache.get(key, () -> buy(body, key));
    CachedCall call = found.call();
    if (!call.answered()) {
      if (!found.fresh()) {
        meter.failed(name);
      }
      throw new TeacherException(
          "teacher "
              + name
              + ": HTTP "
              + call.status()
              + ": "
              + new String(call.payload(), StandardCharsets.UTF_8),
          call.status());
    }
    Answer answer = AnswerReader.read(name, call);
    Usage usage = answer.usage().orElseGet(() -> estimate(body, call));
    if (!found.fresh()) {
      meter.cached(name, usage, price);
    }
    return new Completion(answer.message(), answer.finish(), usage, key, !found.fresh());
  }

  private String key(Map<String, @Nullable Object> body, int attempt) {
    return CallKey.of("chat", direct.base(), direct.model(), body, attempt);
  }

  private CachedCall buy(Map<String, @Nullable Object> body, String key)
      throws InterruptedException {
    cache.checkWritable();
    try (Budget.Reservation reservation = budget.reserve(mostCost(body))) {
      CachedCall call = direct.chat(body, key);
      if (call.answered()) {
        Optional<Usage> told = call.object().flatMap(AnswerReader::usage);
        Usage usage = told.orElseGet(() -> estimate(body, call));
        pay(reservation, usage, told.isEmpty());
      } else {
        meter.failed(name);
      }
      return call;
    } catch (TeacherException e) {
      meter.failed(name);
      throw e;
    }
  }

  private void pay(Budget.Reservation reservation, Usage usage, boolean estimated) {
    reservation.settle(price.map(known -> known.cost(usage)).orElse(BigDecimal.ZERO));
    meter.answered(name, usage, estimated, price);
  }

  private BigDecimal mostCost(Map<String, @Nullable Object> body) {
    Usage most = new Usage(TokenEstimate.of(body), 0, direct.completionTokens(body));
    return price.map(known -> known.cost(most)).orElse(BigDecimal.ZERO);
  }

  /** Of a service that does not count. */
  private static Usage estimate(Map<String, @Nullable Object> body, CachedCall call) {
    Object choices = call.object().<Object>map(tree -> tree.get("choices")).get();
    return new Usage(TokenEstimate.of(body), 0, TokenEstimate.of(Map.of("choices", choices)));
  }

  /** What one call would cost now. */
  Estimate estimate(CompletionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> body = direct.chatBody(request);
    if (cache.find(key(body, request.attempt())).isPresent()) {
      return new Estimate(1, 1, 0, 0, Optional.of(BigDecimal.ZERO));
    }
    return new Estimate(
        1,
        0,
        TokenEstimate.of(body),
        direct.completionTokens(body),
        price.map(known -> mostCost(body)));
  }

  /** Each text is remembered by itself, so that it does not matter with which others it came. */
  @Override
  public List<float[]> embed(List<String> texts) throws InterruptedException {
    Map<String, float[]> vectors = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String text : texts) {
      if (vectors.putIfAbsent(text, new float[0]) == null) {
        Optional<CachedCall> known = cache.find(embeddingKey(text));
        if (known.isPresent()) {
          vectors.put(text, EmbeddingReader.decode(known.get().payload()));
          meter.cached(name, new Usage(TokenEstimate.of(text), 0, 0), price);
        } else {
          missing.add(text);
        }
      }
    }
    for (int from = 0; from < missing.size(); from += EMBEDDING_BATCH) {
      List<String> batch = missing.subList(from, Math.min(missing.size(), from + EMBEDDING_BATCH));
      List<float[]> values = buyVectors(batch);
      for (int i = 0; i < batch.size(); i++) {
        vectors.put(batch.get(i), values.get(i));
      }
    }
    List<float[]> result = new ArrayList<>();
    for (String text : texts) {
      result.add(vectors.getOrDefault(text, new float[0]).clone());
    }
    return result;
  }

  private List<float[]> buyVectors(List<String> texts) throws InterruptedException {
    cache.checkWritable();
    Usage most = new Usage(texts.stream().mapToLong(TokenEstimate::of).sum(), 0, 0);
    BigDecimal mostCost = price.map(known -> known.cost(most)).orElse(BigDecimal.ZERO);
    DirectTeacher.Vectors vectors;
    try (Budget.Reservation reservation = budget.reserve(mostCost)) {
      vectors = direct.embed(direct.embeddingBody(), texts);
      pay(reservation, vectors.usage(), false);
    } catch (TeacherException e) {
      meter.failed(name);
      throw e;
    }
    Map<String, CachedCall> calls = new LinkedHashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      calls.put(
          embeddingKey(texts.get(i)),
          new CachedCall(CachedCall.ANSWERED, EmbeddingReader.encode(vectors.values().get(i))));
    }
    cache.putAll(calls);
    return vectors.values();
  }

  private String embeddingKey(String text) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>(direct.embeddingBody());
    body.put("input", text);
    return CallKey.of("embedding", direct.base(), direct.model(), body, 0);
  }

  Optional<TeacherPause> pause() {
    return direct.pause();
  }

  @Override
  public Optional<TokenScorer> scorer() {
    return direct instanceof LocalTeacher local
        ? Optional.of(new CachedScorer(name, local, cache, meter))
        : Optional.empty();
  }

  @Override
  public void close() {
    direct.close();
  }
}
