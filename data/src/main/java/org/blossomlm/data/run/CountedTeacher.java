package org.blossomlm.data.run;

import java.util.List;
import java.util.function.Consumer;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Teacher;

/** A teacher that tells a step what it was asked. */
final class CountedTeacher implements Teacher {
  private final Teacher teacher;
  private final Consumer<Completion> listener;

  CountedTeacher(Teacher teacher, Consumer<Completion> listener) {
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
    listener.accept(completion);
    return completion;
  }

  @Override
  public List<float[]> embed(List<String> texts) throws InterruptedException {
    return teacher.embed(texts);
  }

  /** The run closes its teachers. */
  @Override
  public void close() {}
}
