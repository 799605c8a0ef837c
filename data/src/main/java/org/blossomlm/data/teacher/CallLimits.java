package org.blossomlm.data.teacher;

/**
 * How much a teacher is asked at once.
 *
 * @param requestsPerMinute for each key; 0 is no limit
 * @param tokensPerMinute of prompts and answers, for each key; 0 is no limit
 * @param concurrency calls under way at the same time
 * @param mostResponseBytes an answer with more is refused
 */
public record CallLimits(
    long requestsPerMinute, long tokensPerMinute, int concurrency, long mostResponseBytes) {
  public static final CallLimits DEFAULT = new CallLimits(0, 0, 32, 32L << 20);

  private static final long MOST_BYTES = 1L << 30;

  /** The keys that a configuration may have, with these as the defaults. */
  CallLimits read(SettingsReader fields) {
    return new CallLimits(
        fields.integer("requests_per_minute", 0, 10_000_000).orElse(requestsPerMinute),
        fields.integer("tokens_per_minute", 0, 1_000_000_000_000L).orElse(tokensPerMinute),
        (int) fields.integer("concurrency", 1, 10_000).orElse(concurrency),
        fields.integer("max_response_bytes", 1024, MOST_BYTES).orElse(mostResponseBytes));
  }
}
