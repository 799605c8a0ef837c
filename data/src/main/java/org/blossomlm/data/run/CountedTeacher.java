package org.blossomlm.data.run;

import java.util.List;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherException;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.data.teacher.TokenScorer;

/** A teacher that tells a step what it was asked. */
final class CountedTeacher implements Teacher {
  private final Teacher teacher;
  private final Listener listener;
  private final Runnable onUnserved;

  /** Hears of every call. */
  @FunctionalInterface
  interface Listener {
    /**
     * A call was answered.
     *
     * @param key under which the call cache has the answer
     * @param cached whether it was paid for in an earlier run
     */
    void asked(String key, boolean cached, Completion.Usage usage);
  }

  /**
   * @param onUnserved called where the teacher did not get to a request, so that it may be answered
   *     another time
   */
  CountedTeacher(Teacher teacher, Listener listener, Runnable onUnserved) {
    this.teacher = teacher;
    this.listener = listener;
    this.onUnserved = onUnserved;
  }

  @Override
  public String name() {
    return teacher.name();
  }

  @Override
  public Completion complete(CompletionRequest request) throws InterruptedException {
    try {
      Completion completion = teacher.complete(request);
      listener.asked(completion.key(), completion.cached(), completion.usage());
      return completion;
    } catch (TeacherException e) {
      throw noted(e);
    }
  }

  @Override
  public List<float[]> embed(List<String> texts) throws InterruptedException {
    try {
      return teacher.embed(texts);
    } catch (TeacherException e) {
      throw noted(e);
    }
  }

  private TeacherException noted(TeacherException e) {
    if (e.isPassing()) {
      onUnserved.run();
    }
    return e;
  }

  @Override
  public Optional<TokenScorer> scorer() {
    return teacher
        .scorer()
        .map(scorer ->
            request -> {
              try {
                TextScore score = scorer.score(request);
                listener.asked(
                    score.key(), score.cached(), new Completion.Usage(score.tokens(), 0, 0));
                return score;
              } catch (TeacherException e) {
                throw noted(e);
              }
            });
  }

  /** The run closes its teachers. */
  @Override
  public void close() {}
}
