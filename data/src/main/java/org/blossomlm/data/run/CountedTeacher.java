package org.blossomlm.data.run;

import java.util.List;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.data.teacher.TokenScorer;

/** A teacher that tells a step what it was asked. */
final class CountedTeacher implements Teacher {
  private final Teacher teacher;
  private final Listener listener;

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

  CountedTeacher(Teacher teacher, Listener listener) {
    this.teacher = teacher;
    this.listener = listener;
  }

  @Override
  public String name() {
    return teacher.name();
  }

  @Override
  public Completion complete(CompletionRequest request) throws InterruptedException {
    Completion completion = teacher.complete(request);
    listener.asked(completion.key(), completion.cached(), completion.usage());
    return completion;
  }

  @Override
  public List<float[]> embed(List<String> texts) throws InterruptedException {
    return teacher.embed(texts);
  }

  @Override
  public Optional<TokenScorer> scorer() {
    return teacher
        .scorer()
        .map(scorer ->
            request -> {
              TextScore score = scorer.score(request);
              listener.asked(
                  score.key(), score.cached(), new Completion.Usage(score.tokens(), 0, 0));
              return score;
            });
  }

  /** The run closes its teachers. */
  @Override
  public void close() {}
}
