package org.blossomlm.data.teacher;

import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion.Usage;
import org.jspecify.annotations.Nullable;

/** A scorer that remembers, in the cache that answers lie in. */
final class CachedScorer implements TokenScorer {
  private final String name;
  private final LocalTeacher direct;
  private final CallCache cache;
  private final CostMeter meter;

  CachedScorer(String name, LocalTeacher direct, CallCache cache, CostMeter meter) {
    this.name = name;
    this.direct = direct;
    this.cache = cache;
    this.meter = meter;
  }

  @Override
  public TextScore score(ScoreRequest request) throws InterruptedException {
    Map<String, @Nullable Object> body = direct.scoreBody(request);
    String key = CallKey.of("score", direct.base(), direct.model(), body, 0);
    CallCache.Answer found = cache.get(key, () -> compute(request));
    float[] logProbabilities = EmbeddingReader.decode(found.call().payload());
    Usage usage = new Usage(logProbabilities.length, 0, 0);
    if (found.fresh()) {
      meter.answered(name, usage, false, Optional.of(Price.FREE));
    } else {
      meter.cached(name, usage, Optional.of(Price.FREE));
    }
    return new TextScore(logProbabilities, key, !found.fresh());
  }

  private CachedCall compute(ScoreRequest request) throws InterruptedException {
    cache.checkWritable();
    try {
      return new CachedCall(CachedCall.ANSWERED, EmbeddingReader.encode(direct.score(request)));
    } catch (TeacherException e) {
      meter.failed(name);
      throw e;
    }
  }
}
