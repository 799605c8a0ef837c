package org.blossomlm.data.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;
import org.jspecify.annotations.Nullable;

/** What a stage reads: its inputs one after the other, from any position on. */
final class StageInput implements AutoCloseable {
  private final List<Stage.Input> inputs;
  private final IntFunction<Path> stageFiles;
  private final SourceFiles sources;
  private final long seed;
  private int part;
  private Optional<Part> open = Optional.empty();
  private Position start;

  /** One of the inputs. */
  private interface Part extends AutoCloseable {
    Optional<Item> next() throws IOException;

    /** How much of it has been read, from 0 to 1, where that is known. */
    OptionalDouble fraction() throws IOException;

    @Override
    void close() throws IOException;
  }

  /**
   * Something that becomes a record.
   *
   * @param after where the input stands behind it
   * @param badLines lines for {@code failed.jsonl} about what was met before it
   * @param line what the record is read from, in the file of a stage
   * @param record makes the record, if this stage wants it; to be asked once, on any thread
   */
  record Item(
      Position after,
      List<byte[]> badLines,
      Optional<byte[]> line,
      Supplier<Optional<DataRecord>> record) {}

  /**
   * @param stageFiles the files of stages by their ids
   */
  StageInput(
      List<Stage.Input> inputs,
      Position from,
      IntFunction<Path> stageFiles,
      SourceFiles sources,
      long seed) {
    this.inputs = inputs;
    this.stageFiles = stageFiles;
    this.sources = sources;
    this.seed = seed;
    part = from.part();
    start = from;
  }

  /**
   * Reads what a run has read before it was ended, up to {@code position} of {@code stage}, since
   * what later records are called depends on it. Does nothing where no more sources are read.
   */
  static void replay(
      List<Stage> stages, int stage, Position position, SourceFiles sources, long seed)
      throws IOException {
    boolean more = false;
    for (int i = stage; i < stages.size(); i++) {
      List<Stage.Input> inputs = inputs(stages.get(i));
      int from = i == stage ? Math.min(position.part(), inputs.size()) : 0;
      more |=
          inputs.subList(from, inputs.size()).stream()
              .anyMatch(Stage.Input.OfSource.class::isInstance);
    }
    Set<String> read = new HashSet<>();
    for (int i = 0; more && i <= stage && i < stages.size(); i++) {
      List<Stage.Input> inputs = inputs(stages.get(i));
      int parts = i < stage ? inputs.size() : Math.min(inputs.size(), position.part() + 1);
      for (int part = 0; part < parts; part++) {
        if (inputs.get(part) instanceof Stage.Input.OfSource source) {
          boolean whole = i < stage || part < position.part();
          long end = whole ? Long.MAX_VALUE : position.at();
          if (end > 0 && (!whole || read.add(source.source().name()))) {
            replay(source, end, sources, seed);
          }
        }
      }
    }
  }

  private static void replay(Stage.Input.OfSource source, long end, SourceFiles sources, long seed)
      throws IOException {
    try (var input =
        new StageInput(List.of(source), Position.START, id -> Path.of(""), sources, seed)) {
      Optional<Item> item = input.next();
      while (item.isPresent() && item.get().after().at() < end) {
        item = input.next();
      }
    }
  }

  private static List<Stage.Input> inputs(Stage stage) {
    return switch (stage) {
      case Stage.Records records -> records.inputs();
      case Stage.Output output -> output.inputs();
      case Stage.Together together -> List.of();
    };
  }

  Optional<Item> next() throws IOException {
    while (part < inputs.size()) {
      if (open.isEmpty()) {
        open = Optional.of(open(inputs.get(part)));
      }
      Optional<Item> item = open.get().next();
      if (item.isPresent()) {
        return item;
      }
      close();
      part++;
      start = new Position(part, 0, 0);
    }
    return Optional.empty();
  }

  /** How much of everything has been read, from 0 to 1, where that is known. */
  OptionalDouble fraction() throws IOException {
    if (part >= inputs.size()) {
      return OptionalDouble.of(1);
    }
    OptionalDouble current = open.isPresent() ? open.get().fraction() : OptionalDouble.of(0);
    return current.isPresent()
        ? OptionalDouble.of((part + current.getAsDouble()) / inputs.size())
        : current;
  }

  private Part open(Stage.Input input) throws IOException {
    return switch (input) {
      case Stage.Input.OfSource source -> new SourcePart(source, start);
      case Stage.Input.OfStage stage -> new StagePart(stage, start);
    };
  }

  @Override
  public void close() throws IOException {
    if (open.isPresent()) {
      open.get().close();
      open = Optional.empty();
    }
  }

  private final class SourcePart implements Part {
    private final Stage.Input.OfSource input;
    private final Recipe.Source source;
    private final SourceFiles.Reader reader;
    private final int number = part;
    private long at;
    private long taken;
    private boolean ended;

    SourcePart(Stage.Input.OfSource input, Position from) {
      this.input = input;
      source = input.source();
      reader = sources.open(source, from.at());
      at = from.at();
      taken = from.taken();
    }

    @Override
    public Optional<Item> next() {
      while (!ended && taken < source.limit().orElse(Long.MAX_VALUE)) {
        Optional<DataRecord> record = reader.next();
        at++;
        if (record.isEmpty()) {
          // One position behind the last record, so that bad lines at the end are told of once.
          ended = true;
          List<byte[]> last = reader.takeBadLines();
          return last.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new Item(
                      new Position(number, at, taken), last, Optional.empty(), Optional::empty));
        }
        DataRecord read = record.get();
        if (Seeds.sampled(source.sample(), seed, "source", source.name(), read.id())) {
          taken++;
          DataRecord found = reader.unique(read);
          return Optional.of(
              new Item(
                  new Position(number, at, taken),
                  reader.takeBadLines(),
                  Optional.empty(),
                  () -> wanted(tagged(found), input.sample(), input.salt(), input, seed)));
        }
      }
      return Optional.empty();
    }

    @Override
    public OptionalDouble fraction() {
      return source.limit().isPresent()
          ? OptionalDouble.of((double) taken / source.limit().getAsLong())
          : reader.fraction();
    }

    @Override
    public void close() {
      reader.close();
    }

    private DataRecord tagged(DataRecord record) {
      if (source.metadata().isEmpty()) {
        return record;
      }
      Map<String, @Nullable Object> merged = new LinkedHashMap<>(record.head().metadata());
      merged.putAll(source.metadata());
      return record.mapHead(head -> head.withMetadata(merged));
    }
  }

  private final class StagePart implements Part {
    private final Stage.Input.OfStage input;
    private final LineFile lines;
    private final int number = part;

    StagePart(Stage.Input.OfStage input, Position from) throws IOException {
      this.input = input;
      lines = new LineFile(stageFiles.apply(input.id()), from.at());
    }

    @Override
    public Optional<Item> next() throws IOException {
      return lines
          .next()
          .map(line ->
              new Item(
                  new Position(number, lines.position(), 0),
                  List.of(),
                  Optional.of(line),
                  () -> wanted(RecordLine.read(line), input.sample(), input.salt(), input, seed)));
    }

    @Override
    public OptionalDouble fraction() throws IOException {
      long size = lines.size();
      return OptionalDouble.of(size == 0 ? 1 : (double) lines.position() / size);
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  /** A record, if the consumer of an input wants it. */
  static Optional<DataRecord> wanted(
      DataRecord record, double sample, String salt, Stage.Input input, long seed) {
    return input.when().test(record) && Seeds.sampled(sample, seed, salt, record.id())
        ? Optional.of(record)
        : Optional.empty();
  }
}
