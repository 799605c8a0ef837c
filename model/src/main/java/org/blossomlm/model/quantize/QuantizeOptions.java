package org.blossomlm.model.quantize;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.blossomlm.model.tensor.TensorType;

/**
 * How to quantise a model.
 *
 * @param recipe the mix of types
 * @param pure the recipe's base type for every tensor
 * @param rules types that the user gives; the first whose pattern is found in the name counts
 * @param output type of {@code output.weight}, and of the embeddings where they serve as output
 * @param tokenEmbedding type of {@code token_embd.weight}
 * @param importance guides the search for scales
 * @param importanceFile its name, for the metadata
 * @param allowRequantize whether tensors that are quantised already may lose once more
 * @param keepSplit whether a split model stays split
 * @param threads that compute, at least 1
 */
public record QuantizeOptions(
    Recipe recipe,
    boolean pure,
    List<TypeRule> rules,
    Optional<TensorType> output,
    Optional<TensorType> tokenEmbedding,
    Optional<ImportanceMatrix> importance,
    String importanceFile,
    boolean allowRequantize,
    boolean keepSplit,
    int threads) {
  public QuantizeOptions {
    rules = List.copyOf(rules);
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: threads=" + threads);
    }
  }

  /** The recipe as it is, on all processors. */
  public static QuantizeOptions of(Recipe recipe) {
    return new QuantizeOptions(
        recipe,
        false,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "",
        false,
        false,
        Runtime.getRuntime().availableProcessors());
  }

  /** The type of all tensors in whose name the pattern is found. */
  public record TypeRule(Pattern pattern, TensorType type) {}

  public QuantizeOptions withImportance(ImportanceMatrix matrix, String file) {
    return new QuantizeOptions(
        recipe,
        pure,
        rules,
        output,
        tokenEmbedding,
        Optional.of(matrix),
        file,
        allowRequantize,
        keepSplit,
        threads);
  }

  public QuantizeOptions withRecipe(Recipe other) {
    return new QuantizeOptions(
        other,
        pure,
        rules,
        output,
        tokenEmbedding,
        importance,
        importanceFile,
        allowRequantize,
        keepSplit,
        threads);
  }

  public QuantizeOptions withThreads(int count) {
    return new QuantizeOptions(
        recipe,
        pure,
        rules,
        output,
        tokenEmbedding,
        importance,
        importanceFile,
        allowRequantize,
        keepSplit,
        count);
  }
}
