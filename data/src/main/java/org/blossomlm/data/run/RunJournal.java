package org.blossomlm.data.run;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.blossomlm.data.recipe.Recipe;

/**
 * What a run has done: the lengths of its files and the counts of its steps. A checkpoint is made
 * of all of them at one moment, after the files were brought to the disk; a run that was killed is
 * cut back to the last one, so that what was done after it is done again, to the same bytes.
 */
final class RunJournal implements AutoCloseable {
  private static final String UNSERVED = "unserved";

  private final RunFolder folder;
  private final GrowingFile.Opener opener;
  private final Supplier<BigDecimal> spentNow;
  private final Map<String, Long> lengths = new HashMap<>();
  private final Map<String, Long> counts = new HashMap<>();
  private final Map<String, GrowingFile> open = new LinkedHashMap<>();
  private final Map<String, StepTally> tallies = new LinkedHashMap<>();
  private final Duration before;
  private final BigDecimal spentBefore;
  private final long start = System.nanoTime();
  private int stage;
  private Position position;

  /** From where a resumed run asks teachers again. */
  private Optional<Checkpoint> again = Optional.empty();

  RunJournal(
      RunFolder folder,
      Recipe recipe,
      Checkpoint from,
      GrowingFile.Opener opener,
      Supplier<BigDecimal> spentNow) {
    this.folder = folder;
    this.opener = opener;
    this.spentNow = spentNow;
    lengths.putAll(from.files());
    counts.putAll(from.counts());
    for (Recipe.Branch branch : recipe.branches()) {
      branch.steps().forEach(step -> tallies.put(step.name(), new StepTally(step.name())));
    }
    from.steps().forEach(step -> tallies.put(step.name(), StepTally.of(step)));
    before = from.elapsed();
    spentBefore = from.spent();
    stage = from.stage();
    position = from.position();
    again = from.again();
  }

  int stage() {
    return stage;
  }

  Position position() {
    return position;
  }

  void position(Position position) {
    this.position = position;
  }

  StepTally tally(Recipe.Step step) {
    return tally(step.name());
  }

  /** Of the step with this name. */
  StepTally tally(String step) {
    return Objects.requireNonNull(tallies.get(step));
  }

  List<StepStatus> steps() {
    return tallies.values().stream().map(StepTally::status).toList();
  }

  Duration elapsed() {
    return before.plusNanos(System.nanoTime() - start);
  }

  BigDecimal spent() {
    return spentBefore.add(spentNow.get());
  }

  /** The number of records in the file of a stage. */
  long count(String name) {
    return counts.getOrDefault(name, 0L);
  }

  boolean knows(String name) {
    return counts.containsKey(name);
  }

  void counted(String name, long records) {
    counts.merge(name, records, Long::sum);
  }

  /** Appends to a file of the run. */
  void write(String name, byte[] bytes) throws IOException {
    GrowingFile file = open.get(name);
    if (file == null) {
      file = new GrowingFile(folder.file(name), opener);
      open.put(name, file);
    }
    file.write(bytes);
  }

  /** Adds a line to {@code failed.jsonl}. */
  void fail(byte[] line) throws IOException {
    write(RunFolder.failedName(), line);
    counted(RunFolder.failedName(), 1);
  }

  /** Everything as it is now; to be relied on only when a checkpoint was made later. */
  Checkpoint here() {
    Map<String, Long> reached = new HashMap<>(lengths);
    open.forEach((name, file) -> reached.put(name, file.length()));
    return new Checkpoint(
        stage, position, reached, counts, steps(), elapsed(), spent(), false, Optional.empty());
  }

  /**
   * A record is about to be written that a teacher did not get to. The first one is where a resumed
   * run goes on, however far this one gets: what comes after it is done again, with the answers of
   * the cache, so that the result is that of a run in which the teacher was there.
   *
   * @param before asked for at most once
   */
  void unserved(Supplier<Checkpoint> before) {
    if (again.isEmpty()) {
      again = Optional.of(before.get());
    }
    counted(UNSERVED, 1);
  }

  /** Records that a resumed run asks teachers about again. */
  long unservedCount() {
    return count(UNSERVED);
  }

  /** Makes a file that holds nothing so far. */
  void begin(String name) throws IOException {
    write(name, new byte[0]);
  }

  /** Brings everything to the disk and remembers it. */
  void checkpoint() throws IOException {
    for (Map.Entry<String, GrowingFile> file : open.entrySet()) {
      file.getValue().force();
      lengths.put(file.getKey(), file.getValue().length());
    }
    folder.save(current(false));
  }

  /**
   * The stage is done.
   *
   * @param obsolete files that no later stage reads
   */
  void nextStage(List<String> obsolete) throws IOException {
    stage++;
    position = Position.START;
    for (Map.Entry<String, GrowingFile> file : open.entrySet()) {
      file.getValue().force();
      lengths.put(file.getKey(), file.getValue().length());
      file.getValue().close();
    }
    open.clear();
    List<String> gone = new ArrayList<>(obsolete);
    again.ifPresent(from -> gone.removeAll(from.files().keySet()));
    // First forgotten, then deleted: a file that a killed run has left is not in the way.
    gone.forEach(lengths::remove);
    folder.save(current(false));
    for (String name : gone) {
      folder.delete(name);
    }
  }

  void complete() throws IOException {
    folder.save(current(true));
  }

  private Checkpoint current(boolean complete) {
    return new Checkpoint(
        stage,
        position,
        lengths,
        counts,
        new ArrayList<>(steps()),
        elapsed(),
        spent(),
        complete,
        again);
  }

  @Override
  public void close() throws IOException {
    for (GrowingFile file : open.values()) {
      file.close();
    }
  }
}
