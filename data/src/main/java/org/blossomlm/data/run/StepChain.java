package org.blossomlm.data.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.recipe.Recipe;

/** The operators of a stage, one after the other. */
final class StepChain {
  private final List<Link> links = new ArrayList<>();
  private final long seed;
  private final TeacherPool teachers;

  private record Link(Recipe.Step step, RecordOperator operator) {}

  /** Sees what happens to a record on its way. */
  interface Observer {
    /** Before {@code step}; not told of steps that are not for the record. */
    default void before(Recipe.Step step, DataRecord record) {}

    void kept(DataRecord record);

    void dropped(Recipe.Step step, DataRecord record, String reason);

    /**
     * The record is failed.
     *
     * @param step empty where it was so from the beginning
     */
    void failed(Optional<Recipe.Step> step, DataRecord record);

    /**
     * The record failed or was dropped because a teacher did not get to it; another time it may.
     */
    default void unserved() {}

    /** Counts of {@code step}. */
    StepTally tally(Recipe.Step step);
  }

  /**
   * @param steps none of which looks at all records
   */
  StepChain(List<Recipe.Step> steps, long seed, TeacherPool teachers) {
    for (Recipe.Step step : steps) {
      links.add(new Link(step, (RecordOperator) step.operator()));
    }
    this.seed = seed;
    this.teachers = teachers;
  }

  /**
   * Sends a record through.
   *
   * @throws RunStop if the run cannot go on
   */
  void run(DataRecord record, Observer observer) throws InterruptedException {
    if (record.failure().isPresent()) {
      observer.failed(Optional.empty(), record);
    } else {
      run(record, 0, observer);
    }
  }

  private void run(DataRecord first, int from, Observer observer) throws InterruptedException {
    DataRecord record = first;
    for (int i = from; i < links.size(); i++) {
      Link link = links.get(i);
      if (!link.step.when().test(record)) {
        continue;
      }
      observer.before(link.step, record);
      switch (apply(link, record, observer)) {
        case Outcome.Drop(String reason) -> {
          observer.tally(link.step).dropped(reason);
          observer.dropped(link.step, record, reason);
          return;
        }
        case Outcome.Keep(List<DataRecord> kept) when kept.size() == 1 -> {
          record = kept.getFirst();
          if (!handedOn(link, record, observer)) {
            return;
          }
        }
        case Outcome.Keep(List<DataRecord> kept) -> {
          for (DataRecord one : distinctIds(kept)) {
            if (handedOn(link, one, observer)) {
              run(one, i + 1, observer);
            }
          }
          return;
        }
      }
    }
    observer.kept(record);
  }

  private static boolean handedOn(Link link, DataRecord record, Observer observer) {
    if (record.failure().isPresent()) {
      observer.tally(link.step).failed();
      observer.failed(Optional.of(link.step), record);
      return false;
    }
    observer.tally(link.step).out(1);
    return true;
  }

  private Outcome apply(Link link, DataRecord record, Observer observer)
      throws InterruptedException {
    StepTally tally = observer.tally(link.step);
    var context = new StepContext(link.step.name(), seed, teachers, tally);
    tally.in(1);
    long start = System.nanoTime();
    Outcome outcome = apply(link, record, context, tally, start);
    if (context.isUnserved() && !stays(outcome)) {
      observer.unserved();
    }
    return outcome;
  }

  private static boolean stays(Outcome outcome) {
    return outcome instanceof Outcome.Keep(List<DataRecord> kept)
        && kept.stream().allMatch(record -> record.failure().isEmpty());
  }

  private static Outcome apply(
      Link link, DataRecord record, StepContext context, StepTally tally, long start)
      throws InterruptedException {
    try {
      Outcome outcome = link.operator.apply(record, context);
      if (outcome instanceof Outcome.Keep(List<DataRecord> kept)) {
        return new Outcome.Keep(
            kept.stream().map(one -> touched(record, one, link, context)).toList());
      }
      return outcome;
    } catch (RuntimeException e) {
      if (RunStop.isForRun(e)) {
        throw RunStop.at(link.step, record, e);
      }
      return Outcome.keep(touched(record, record.failed(reason(e)), link, context));
    } catch (StackOverflowError e) {
      return Outcome.keep(
          touched(record, record.failed("StackOverflowError: nested too deeply"), link, context));
    } catch (Error e) {
      throw RunStop.at(link.step, record, e);
    } finally {
      tally.time(System.nanoTime() - start);
    }
  }

  /** Notes the step at a record that it changed, failed or made. */
  private static DataRecord touched(
      DataRecord before, DataRecord after, Link link, StepContext context) {
    if (after == before || after.equals(before)) {
      return after;
    }
    Provenance known = after.head().provenance();
    // A record made from nothing comes from the one that it was made for.
    Provenance origin = known.equals(Provenance.UNKNOWN) ? before.head().provenance() : known;
    if (!origin.steps().isEmpty()
        && !origin.equals(before.head().provenance())
        && origin.steps().getLast().operator().equals(link.step.name())) {
      return after; // The operator has noted it.
    }
    Provenance longer = origin.and(new Provenance.Step(link.step.name(), context.calls()));
    return after.mapHead(head -> head.withProvenance(longer));
  }

  /** Several records in the place of one must not share an id. */
  private static List<DataRecord> distinctIds(List<DataRecord> records) {
    Set<String> ids = new HashSet<>();
    List<DataRecord> distinct = new ArrayList<>();
    for (DataRecord record : records) {
      String id = record.id();
      for (int i = 2; !ids.add(id); i++) {
        id = record.id() + "-" + i;
      }
      String unused = id;
      distinct.add(
          unused.equals(record.id()) ? record : record.mapHead(head -> head.withId(unused)));
    }
    return distinct;
  }

  private static String reason(RuntimeException e) {
    String message = e.getMessage();
    boolean speaksForItself = e instanceof DataException;
    return message == null
        ? e.getClass().getSimpleName()
        : speaksForItself ? message : e.getClass().getSimpleName() + ": " + message;
  }
}
