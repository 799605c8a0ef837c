package org.blossomlm.engine;

import java.util.List;

/**
 * A sampled token.
 *
 * @param logprob natural log of its probability under the model (before sampling changes); NaN if
 *     not asked for
 * @param top the likeliest alternatives, best first; empty if not asked for
 */
public record GeneratedToken(int id, float logprob, List<Alternative> top) {
  /** A token that could have been chosen. */
  public record Alternative(int id, float logprob) {}
}
