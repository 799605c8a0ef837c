package org.blossomlm.data.teacher;

/**
 * A model that says how likely it finds a text. Services that answer conversations do not tell, so
 * this is no part of {@link Teacher}: see {@link Teacher#scorer}. May be asked by many threads at
 * once.
 */
public interface TokenScorer {
  /**
   * The probabilities of a text's tokens.
   *
   * @throws TeacherException if there are none, for instance because a conversation is longer than
   *     the context
   * @throws InterruptedException if the run is to stop
   */
  TextScore score(ScoreRequest request) throws InterruptedException;
}
