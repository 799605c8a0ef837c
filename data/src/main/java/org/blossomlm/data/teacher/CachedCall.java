package org.blossomlm.data.teacher;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a service said, as the call cache keeps it. */
final class CachedCall {
  static final int ANSWERED = 200;

  private final int status;
  private final byte[] payload;

  /** Parsed when it is first asked for; several threads may do so, to the same end. */
  private volatile @Nullable Optional<Map<?, ?>> object;

  /**
   * @param status HTTP status; 200 for an answer, another for an error that would come again
   * @param payload the body: JSON of OpenAI's shape; the floats of a vector or of a text's
   *     log-probabilities, little-endian; or the beginning of an error's text
   */
  CachedCall(int status, byte[] payload) {
    this.status = status;
    this.payload = payload;
  }

  int status() {
    return status;
  }

  byte[] payload() {
    return payload;
  }

  boolean answered() {
    return status == ANSWERED;
  }

  /** The payload as a JSON object; empty if it is none. */
  Optional<Map<?, ?>> object() {
    Optional<Map<?, ?>> known = object;
    if (known == null) {
      known = AnswerReader.object(payload);
      object = known;
    }
    return known;
  }
}
