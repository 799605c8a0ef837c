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
 * @param promptTime from the call to the logits after the prompt
 * @param generationTime the rest; both include the time the listener took
 */
public record Generation(
    String text,
    List<GeneratedToken> tokens,
    FinishReason finishReason,
    int promptTokens,
    int cachedTokens,
    Duration promptTime,
    Duration generationTime) {}
