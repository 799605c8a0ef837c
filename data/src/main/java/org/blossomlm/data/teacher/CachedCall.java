package org.blossomlm.data.teacher;

/**
 * What a service said, as the call cache keeps it.
 *
 * @param status HTTP status; 200 for an answer, another for an error that would come again
 * @param payload the body: JSON of OpenAI's shape; the floats of a vector or of a text's
 *     log-probabilities, little-endian; or the beginning of an error's text
 */
record CachedCall(int status, byte[] payload) {
  static final int ANSWERED = 200;

  boolean answered() {
    return status == ANSWERED;
  }
}
