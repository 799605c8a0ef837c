package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.TextScope;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator.RecordSet;

/** The operators of this package. */
public final class DedupOperators {
  static final List<String> EVERYBODY = List.of("system", "user", "assistant", "tool");

  private DedupOperators() {}

  public static List<OperatorSpec> all() {
    List<OperatorSpec> specs = new ArrayList<>();
    specs.add(
        new OperatorSpec(
            "exact_dedup",
            "Leaves one of all records with the same text.",
            scoped(
                Deduplication.parameters(),
                Parameter.choice(
                    "normalize",
                    List.of("text", "tokens", "none"),
                    "text: case, width and spacing do not matter; tokens: nor does punctuation;"
                        + " none: to the character")),
            arguments ->
                new Deduplication(
                    arguments,
                    "duplicate",
                    new ExactDuplicates(
                        TextScope.from(arguments, ""),
                        arguments.choice("normalize", ExactDuplicates.Normalization.class)))));
    specs.add(
        new OperatorSpec(
            "minhash_dedup",
            "Leaves one of all records with nearly the same text: MinHash-LSH, every pair"
                + " verified.",
            scoped(Deduplication.parameters(), similarityParameters()),
            arguments ->
                new Deduplication(arguments, "near duplicate", new SimilarTexts(arguments))));
    specs.add(
        new OperatorSpec(
            "semantic_dedup",
            "Leaves one of all records that mean nearly the same, by vectors that an embedding"
                + " operator left in the metadata.",
            concat(
                Deduplication.parameters(),
                Parameter.of(
                    "embedding_field",
                    Parameter.Kind.TEXT,
                    "metadata.embedding",
                    "where the vector is: a list of numbers, or a list of one such list"),
                Parameter.of(
                    "threshold",
                    Parameter.Kind.NUMBER,
                    0.95,
                    "the least cosine, 0.5 to 1, of vectors that one model made for all languages"),
                Parameter.of(
                    "thresholds",
                    Parameter.Kind.MAP,
                    Map.of("zh", 0.9, "en", 0.95),
                    "the least cosines by language, of vectors that bge-small made; those of"
                        + " different languages are not compared")),
            DedupOperators::semantic));
    specs.add(
        new OperatorSpec(
            "train_validation_split",
            "Marks each record as training or validation data, near duplicates together.",
            scoped(
                List.of(
                    Parameter.of(
                        "validation",
                        Parameter.Kind.NUMBER,
                        0.05,
                        "share of validation data, 0 to 1"),
                    Parameter.of(
                        "field", Parameter.Kind.TEXT, "split", "metadata entry for the mark"),
                    Parameter.of(
                        "train_name", Parameter.Kind.TEXT, "train", "mark of training data"),
                    Parameter.of(
                        "validation_name",
                        Parameter.Kind.TEXT,
                        "validation",
                        "mark of validation data")),
                similarityParameters()),
            arguments -> new Split(arguments, new SimilarTexts(arguments))));
    specs.add(Decontamination.SPEC);
    specs.addAll(ShareOperators.all());
    return List.copyOf(specs);
  }

  private static Operator semantic(Arguments arguments) {
    VectorField field = new VectorField(arguments.text("embedding_field"));
    double threshold = fraction(arguments, "threshold", 0.5);
    Map<String, Double> thresholds = new HashMap<>();
    arguments
        .map("thresholds")
        .forEach((language, value) -> {
          if (!(value instanceof Number number)
              || !(number.doubleValue() >= 0.5 && number.doubleValue() <= 1)) {
            throw new DataException(
                "thresholds: " + language + " is " + value + "; it must be from 0.5 to 1");
          }
          thresholds.put(language, number.doubleValue());
        });
    return new Deduplication(
        arguments, "duplicate in meaning", new SimilarVectors(field, threshold, thresholds));
  }

  private static Parameter[] similarityParameters() {
    return new Parameter[] {
      Parameter.of(
          "threshold", Parameter.Kind.NUMBER, 0.7, "the least Jaccard similarity, 0.1 to 1"),
      Parameter.of(
          "characters", Parameter.Kind.INTEGER, 5, "characters of a shingle in Chinese text"),
      Parameter.of("words", Parameter.Kind.INTEGER, 3, "words of a shingle in other text"),
      Parameter.of(
          "same_numbers",
          Parameter.Kind.FLAG,
          true,
          "whether texts with different numbers are different, however alike they are"),
      Parameter.of(
          "permutations", Parameter.Kind.INTEGER, 128, "at most so many numbers of a signature")
    };
  }

  static List<Parameter> scoped(List<Parameter> first, Parameter... more) {
    List<Parameter> all = concat(first, more);
    all.add(TextScope.rolesParameter(EVERYBODY));
    all.add(TextScope.fieldsParameter());
    return all;
  }

  private static List<Parameter> concat(List<Parameter> first, Parameter... more) {
    List<Parameter> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all;
  }

  /** A number from {@code least} to 1. */
  static double fraction(Arguments arguments, String name, double least) {
    double value = arguments.number(name);
    if (!(value >= least && value <= 1)) {
      throw new DataException(name + " is " + value + "; it must be from " + least + " to 1");
    }
    return value;
  }

  /** An integer from 1 to a million. */
  static int positive(Arguments arguments, String name) {
    long value = arguments.integer(name);
    if (value < 1 || value > 1_000_000) {
      throw new DataException(name + " is " + value + "; it must be from 1 to 1000000");
    }
    return (int) value;
  }

  /** Clusters of near duplicates, as the parameters of an operator describe them. */
  private record SimilarTexts(
      TextScope scope, Shingles shingles, double threshold, boolean sameNumbers, int permutations)
      implements DistributedSearch {
    SimilarTexts(Arguments arguments) {
      this(
          TextScope.from(arguments, ""),
          new Shingles(positive(arguments, "characters"), positive(arguments, "words")),
          fraction(arguments, "threshold", 0.1),
          arguments.flag("same_numbers"),
          positive(arguments, "permutations"));
    }

    @Override
    public Clusters find(RecordSet input, OperatorContext context) throws InterruptedException {
      NearDuplicates.Result result = NearDuplicates.find(input, similarity(context));
      compared(result.comparedPairs(), context);
      return result.clusters();
    }

    @Override
    public Likeness likeness(OperatorContext context) {
      return new SimilarityLikeness<>(similarity(context));
    }

    @Override
    public void compared(long pairs, OperatorContext context) {
      context.count("pairs compared", pairs);
    }

    private TextSimilarity similarity(OperatorContext context) {
      return new TextSimilarity(
          scope, shingles, threshold, sameNumbers, permutations, context.random());
    }
  }

  /** Clusters of records whose vectors point the same way. */
  private record SimilarVectors(VectorField field, double threshold, Map<String, Double> thresholds)
      implements Deduplication.Search {
    @Override
    public Clusters find(RecordSet input, OperatorContext context) throws InterruptedException {
      SemanticDuplicates.Result result =
          SemanticDuplicates.find(input, field, threshold, thresholds, context.random().nextLong());
      context.count("pairs compared", result.comparedPairs());
      return result.clusters();
    }

    @Override
    public ToDoubleBiFunction<DataRecord, DataRecord> degree(OperatorContext context) {
      return (a, b) -> Math.clamp(field.cosine(field.read(a), field.read(b)), 0.0, 1.0);
    }
  }
}
