package org.blossomlm.data.teacher;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A teacher in this process that answers everything with the same text, for measurements. */
public final class InstantTeacher implements DirectTeacher {
  private static final ServiceSettings SETTINGS =
      ServiceSettings.of("instant", "instant", URI.create("http://localhost"));

  private final byte[] answer;

  private InstantTeacher(String text) {
    answer =
        """
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "%s"},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 50, "completion_tokens": 250}}
        """
            .formatted(text)
            .getBytes(StandardCharsets.UTF_8);
  }

  /** Behind a cache, as in a run. */
  public static Teacher cached(String text, CallCache cache) {
    return new CachedTeacher(
        "instant",
        new InstantTeacher(text),
        cache,
        Budget.unlimited(),
        new CostMeter(),
        Optional.of(Price.FREE));
  }

  @Override
  public String base() {
    return "instant:";
  }

  @Override
  public String model() {
    return "instant";
  }

  @Override
  public Map<String, @Nullable Object> chatBody(CompletionRequest request) {
    return RequestBody.chat(SETTINGS, request);
  }

  @Override
  public Map<String, @Nullable Object> embeddingBody() {
    return Map.of();
  }

  @Override
  public long completionTokens(Map<String, ? extends @Nullable Object> body) {
    return 250;
  }

  @Override
  public CachedCall chat(Map<String, ? extends @Nullable Object> body, String key) {
    return new CachedCall(CachedCall.ANSWERED, answer);
  }

  @Override
  public Vectors embed(Map<String, ? extends @Nullable Object> body, List<String> texts) {
    throw new UnsupportedOperationException("this teacher has no vectors");
  }

  @Override
  public void close() {}
}
