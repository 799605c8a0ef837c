package org.blossomlm.engine;

import java.time.Duration;
import java.util.List;

/**
 * A finished answer.
 *
 * @param text without the stop string and the end-of-turn token
 * @param tokens what was sampled, in order; the token that ended the turn is not among them, those
 *     of a stop string are
 * @param promptTokens tokens of the prompt, those found in the cache included
 * @param cachedTokens of these, how many were not computed again
 * @param draftedTokens tokens that were guessed and checked ({@link
 *     GenerationOptions#draftTokens()})
 * @param acceptedTokens of these, how many were right
 * @param promptTime from the call to the logits after the prompt
 * @param generationTime the rest; both include the time the listener took
 */
public record Generation(
    String text,
    List<GeneratedToken> tokens,
    FinishReason finishReason,
    int promptTokens,
    int cachedTokens,
    int draftedTokens,
    int acceptedTokens,
    Duration promptTime,
    Duration generationTime) {
  /** The answer to a request that was cancelled while it waited. */
  static Generation unbegun(int promptTokens) {
    return new Generation(
        "", List.of(), FinishReason.CANCELLED, promptTokens, 0, 0, 0, Duration.ZERO, Duration.ZERO);
  }
}
