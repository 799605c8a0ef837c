package org.blossomlm.data.run;

import java.util.List;
import java.util.function.Consumer;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherException;

/** A teacher that tells a step what it was asked. */
final class CountedTeacher implements Teacher {
  private final Teacher teacher;
  private final Consumer<Completion> listener;
  private final Runnable onUnserved;

  /**
   * @param onUnserved called where the teacher did not get to a request, so that it may be answered
   *     another time
   */
  CountedTeacher(Teacher teacher, Consumer<Completion> listener, Runnable onUnserved) {
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
      listener.accept(completion);
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

  /** The run closes its teachers. */
  @Override
  public void close() {}
}
