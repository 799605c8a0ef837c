package org.blossomlm.data.run;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Teacher;

/** What one operator gets for one record, or for all of them. */
final class StepContext implements OperatorContext {
  private final String step;
  private final long seed;
  private final TeacherPool teachers;
  private final StepTally tally;
  private final List<String> calls = new ArrayList<>();
  private volatile boolean unserved;

  StepContext(String step, long seed, TeacherPool teachers, StepTally tally) {
    this.step = step;
    this.seed = seed;
    this.teachers = teachers;
    this.tally = tally;
  }

  @Override
  public String step() {
    return step;
  }

  @Override
  public RandomGenerator random(DataRecord record) {
    return Seeds.random(seed, step, record.id());
  }

  @Override
  public RandomGenerator random() {
    return Seeds.random(seed, step);
  }

  @Override
  public Teacher teacher(String name) {
    return new CountedTeacher(
        teachers.teacher(name),
        (key, cached, usage) -> asked(name, key, cached, usage),
        () -> unserved = true);
  }

  private void asked(String teacher, String key, boolean cached, Completion.Usage usage) {
    synchronized (calls) {
      calls.add(key);
    }
    tally.call(cached, usage, teachers.cost(teacher, usage));
  }

  @Override
  public void count(String what, long amount) {
    tally.count(what, amount);
  }

  /** Whether a teacher did not get to a request, for a reason that passes. */
  boolean isUnserved() {
    return unserved;
  }

  /** Keys of the calls so far; sorted, since an operator may make some at once. */
  List<String> calls() {
    synchronized (calls) {
      return calls.stream().sorted().toList();
    }
  }
}
