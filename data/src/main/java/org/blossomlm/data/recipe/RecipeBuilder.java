package org.blossomlm.data.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;

/**
 * Makes a recipe in code. It has the words of the YAML form and goes through the same checks.
 *
 * <pre>{@code
 * Recipe recipe =
 *     Recipe.builder("short-answers")
 *         .source("gsm8k", source -> source.file("train.jsonl").limit(100))
 *         .branch(
 *             "clean",
 *             branch -> branch.from("gsm8k").step("chat_length_filter", Map.of("total_max_len", 500)))
 *         .sink("clean.jsonl", sink -> sink.from("clean"))
 *         .build(catalog, folder);
 * }</pre>
 */
public final class RecipeBuilder {
  private final Map<String, Object> tree = new LinkedHashMap<>();
  private final Map<String, Object> teachers = new LinkedHashMap<>();
  private final Map<String, Object> sources = new LinkedHashMap<>();
  private final Map<String, Object> branches = new LinkedHashMap<>();
  private final List<Object> sinks = new ArrayList<>();
  private final List<OperatorSpec> operators = new ArrayList<>();

  RecipeBuilder(String name) {
    tree.put("name", name);
  }

  public RecipeBuilder seed(long seed) {
    tree.put("seed", seed);
    return this;
  }

  /** A Markdown file that the card of the data set begins with. */
  public RecipeBuilder card(String file) {
    tree.put("card", file);
    return this;
  }

  public RecipeBuilder teacher(String name, Map<String, Object> settings) {
    teachers.put(name, settings);
    return this;
  }

  public RecipeBuilder source(String name, UnaryOperator<SourceBuilder> source) {
    sources.put(name, source.apply(new SourceBuilder()).map);
    return this;
  }

  public RecipeBuilder branch(String name, UnaryOperator<BranchBuilder> branch) {
    branches.put(name, branch.apply(new BranchBuilder(operators)).map());
    return this;
  }

  public RecipeBuilder sink(String file, UnaryOperator<SinkBuilder> sink) {
    sinks.add(sink.apply(new SinkBuilder(file)).map);
    return this;
  }

  /**
   * Checks the recipe.
   *
   * @param catalog the operators that it may name
   * @param folder against which its files are resolved
   * @throws RecipeException naming the key, what was found and what is allowed
   */
  public Recipe build(OperatorCatalog catalog, Path folder) {
    Map<String, Object> complete = new LinkedHashMap<>(tree);
    complete.put("teachers", teachers);
    complete.put("sources", sources);
    complete.put("branches", branches);
    complete.put("sinks", sinks);
    var place = new Place("recipe " + tree.get("name"), 0, 0);
    return new RecipeChecker(catalog.and(operators), folder)
        .check(RecipeNode.of(complete, place), Map.of());
  }

  /** Where records come from. */
  public static final class SourceBuilder {
    private final Map<String, Object> map = new LinkedHashMap<>();

    private SourceBuilder() {}

    public SourceBuilder file(String file) {
      return files(List.of(file));
    }

    public SourceBuilder files(List<String> files) {
      map.put("files", files);
      return this;
    }

    public SourceBuilder format(String format) {
      map.put("format", format);
      return this;
    }

    /** Where the records are in JSON documents: {@code /data/*}. */
    public SourceBuilder at(String at) {
      map.put("at", at);
      return this;
    }

    public SourceBuilder limit(long limit) {
      map.put("limit", limit);
      return this;
    }

    public SourceBuilder sample(double share) {
      map.put("sample", share);
      return this;
    }

    public SourceBuilder metadata(Map<String, Object> metadata) {
      map.put("metadata", metadata);
      return this;
    }
  }

  /** Steps. */
  public static final class BranchBuilder {
    private final List<OperatorSpec> operators;
    private final Map<String, Object> from = new LinkedHashMap<>();
    private final Map<String, Object> when = new LinkedHashMap<>();
    private final List<Object> steps = new ArrayList<>();

    private BranchBuilder(List<OperatorSpec> operators) {
      this.operators = operators;
    }

    /** Takes all records of sources and branches. */
    public BranchBuilder from(String... names) {
      for (String name : names) {
        from.put(name, 1);
      }
      return this;
    }

    /** Takes a share of the records of a source or branch. */
    public BranchBuilder from(String name, double share) {
      from.put(name, share);
      return this;
    }

    /** Takes only records whose metadata have one of {@code values} under {@code key}. */
    public BranchBuilder when(String key, Object... values) {
      when.put(key, List.of(values));
      return this;
    }

    /** An operator of the catalogue. */
    public BranchBuilder step(String operator, Map<String, Object> arguments) {
      steps.add(Map.of(operator, arguments));
      return this;
    }

    /** An operator of the catalogue that needs no arguments. */
    public BranchBuilder step(String operator) {
      return step(operator, Map.of());
    }

    /** An operator of the catalogue, for records whose metadata have {@code value}. */
    public BranchBuilder stepWhen(
        String key, Object value, String operator, Map<String, Object> arguments) {
      steps.add(Map.of(operator, arguments, "when", Map.of(key, value)));
      return this;
    }

    /**
     * An operator made in code.
     *
     * @param name of the step; no operator of the catalogue may be called so
     */
    public BranchBuilder step(String name, Operator operator) {
      operators.add(new OperatorSpec(name, "made in code", List.of(), arguments -> operator));
      return step(name);
    }

    private Map<String, Object> map() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("from", from);
      if (!when.isEmpty()) {
        map.put("when", when);
      }
      map.put("steps", steps);
      return map;
    }
  }

  /** Where records go. */
  public static final class SinkBuilder {
    private final Map<String, Object> map = new LinkedHashMap<>();

    private SinkBuilder(String file) {
      map.put("file", file);
    }

    public SinkBuilder from(String... names) {
      map.put("from", List.of(names));
      return this;
    }

    public SinkBuilder when(Map<String, Object> metadata) {
      map.put("when", metadata);
      return this;
    }

    public SinkBuilder format(String format) {
      map.put("format", format);
      return this;
    }

    public SinkBuilder shard(long records) {
      map.put("shard", records);
      return this;
    }

    public SinkBuilder lineage() {
      map.put("lineage", true);
      return this;
    }
  }
}
