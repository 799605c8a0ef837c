package org.blossomlm.data.teacher;

import java.util.List;
import java.util.Optional;

/** A model that writes, judges or embeds. May be asked by many threads at once. */
public interface Teacher extends AutoCloseable {
  /** As the recipe calls it. */
  String name();

  /**
   * Answers a conversation.
   *
   * @throws TeacherException if there is no answer, with what the service said
   * @throws InterruptedException if the run is to stop
   */
  Completion complete(CompletionRequest request) throws InterruptedException;

  /**
   * One vector for each text, of the same length.
   *
   * @throws TeacherException if there are none, with what the service said
   * @throws InterruptedException if the run is to stop
   */
  List<float[]> embed(List<String> texts) throws InterruptedException;

  /** What tells how likely this model finds a text; only models of this machine have it. */
  default Optional<TokenScorer> scorer() {
    return Optional.empty();
  }

  @Override
  void close();
}
