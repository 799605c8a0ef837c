package org.blossomlm.data.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorSpec;

/**
 * What a run does: checked, with all parameters filled in. Read from YAML by {@link RecipeFile} or
 * made by {@link RecipeBuilder}; both give the same.
 *
 * @param name names the folder of its runs
 * @param seed of everything random
 * @param folder against which the files of sources and operators are resolved
 * @param parameters their values, for the record
 * @param branches in an order in which each comes after those that it takes records from
 * @param card a file with what people say about the data set, for the card that is written beside
 *     it; it changes no record
 */
public record Recipe(
    String name,
    long seed,
    Path folder,
    Map<String, Object> parameters,
    List<TeacherEntry> teachers,
    List<Source> sources,
    List<Branch> branches,
    List<Sink> sinks,
    Optional<String> card) {

  public Recipe {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    teachers = List.copyOf(teachers);
    sources = List.copyOf(sources);
    branches = List.copyOf(branches);
    sinks = List.copyOf(sinks);
  }

  public static RecipeBuilder builder(String name) {
    return new RecipeBuilder(name);
  }

  /**
   * A model that operators may ask.
   *
   * @param settings as {@code data.teacher} understands them
   */
  public record TeacherEntry(String name, Map<String, Object> settings) {
    public TeacherEntry {
      settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
  }

  /**
   * Files that records come from.
   *
   * @param files paths or globs, in the order in which they are read
   * @param format how records are written in them; found out where it is empty
   * @param at where the records are in JSON documents, {@code /data/*} say; empty for the elements
   *     of an array, or objects that follow each other
   * @param limit of records that are taken
   * @param sample share of the records that is taken, chosen by seed and id
   * @param metadata entries that every record gets
   */
  public record Source(
      String name,
      List<String> files,
      Optional<String> format,
      Optional<String> at,
      OptionalLong limit,
      double sample,
      Map<String, Object> metadata) {
    public Source {
      files = List.copyOf(files);
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
  }

  /**
   * Steps that records go through one after the other.
   *
   * @param from where they come from: all records of the first, then those of the next
   * @param when which of them
   */
  public record Branch(String name, List<Input> from, Condition when, List<Step> steps) {
    public Branch {
      from = List.copyOf(from);
      steps = List.copyOf(steps);
    }
  }

  /**
   * A source or branch that records come from.
   *
   * @param sample share of its records, chosen by seed and id
   */
  public record Input(String name, double sample) {}

  /**
   * One operator of a branch.
   *
   * @param name unique in the recipe: {@code zh.chat_length_filter}
   * @param arguments all of them, defaults included
   * @param when which records it is for; the others go past it
   */
  public record Step(
      String name, OperatorSpec spec, Map<String, Object> arguments, Path folder, Condition when) {
    public Step {
      arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /**
     * Makes the operator.
     *
     * @throws RuntimeException of the operator if it refuses its arguments
     */
    public Operator operator() {
      return spec.factory().apply(new Arguments(arguments, folder));
    }
  }

  /**
   * A file that records go to.
   *
   * @param file relative to the folder of the run, or absolute
   * @param from branches or sources, one after the other
   * @param when which of their records
   * @param format how they are written
   * @param shard records per file, of which there are several then
   * @param lineage whether each record says where it comes from
   */
  public record Sink(
      String file,
      List<String> from,
      Condition when,
      Optional<String> format,
      OptionalLong shard,
      boolean lineage) {
    public Sink {
      from = List.copyOf(from);
    }
  }

  /** This recipe with at most {@code limit} records of every source. */
  public Recipe limited(long limit) {
    List<Source> limited = new ArrayList<>();
    for (Source source : sources) {
      limited.add(
          new Source(
              source.name(),
              source.files(),
              source.format(),
              source.at(),
              OptionalLong.of(Math.min(limit, source.limit().orElse(Long.MAX_VALUE))),
              source.sample(),
              source.metadata()));
    }
    return new Recipe(name, seed, folder, parameters, teachers, limited, branches, sinks, card);
  }

  /** Another seed, for another sample of everything random. */
  public Recipe withSeed(long other) {
    return new Recipe(name, other, folder, parameters, teachers, sources, branches, sinks, card);
  }
}
