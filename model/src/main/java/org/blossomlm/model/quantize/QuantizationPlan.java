package org.blossomlm.model.quantize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * What quantising would make of a model, decided before a byte is written.
 *
 * @param steps one for each tensor, in the order of the file
 * @param metadata of the new file
 * @param withoutImportance tensors to be quantised that the importance matrix does not know
 * @param unusedRules patterns of the user that no tensor's name matches
 */
public record QuantizationPlan(
    List<Step> steps,
    GgufMetadata metadata,
    List<String> withoutImportance,
    List<String> unusedRules) {

  /**
   * One tensor.
   *
   * @param choice the type it gets
   * @param importance mean squared activation per column and expert; null if not known
   */
  public record Step(Tensor source, TensorChoice choice, float @Nullable [] importance) {
    public TensorType type() {
      return choice.type();
    }

    /** Whether the bytes stay as they are. */
    public boolean copied() {
      return source.type() == type();
    }

    public long bytes() {
      return type().bytes(source.columns()) * source.rows();
    }
  }

  /** Bytes of all tensors in the new file. */
  public long bytes() {
    return steps.stream().mapToLong(Step::bytes).sum();
  }

  /** Bytes of all tensors in the source. */
  public long sourceBytes() {
    return steps.stream().mapToLong(step -> step.source().data().byteSize()).sum();
  }

  public long elements() {
    return steps.stream().mapToLong(step -> step.source().elements()).sum();
  }

  /** Over all tensors, norms included. */
  public double bitsPerWeight() {
    return 8.0 * bytes() / elements();
  }

  public double sourceBitsPerWeight() {
    return 8.0 * sourceBytes() / elements();
  }

  /** Tensors whose rows do not divide into blocks of the type that was wanted. */
  public List<Step> fallBacks() {
    return steps.stream().filter(step -> step.choice().fellBack()).toList();
  }

  /**
   * Decides the type of every tensor.
   *
   * @throws ModelException if a tensor is quantised already and may not be again, if the importance
   *     matrix belongs to another model, or if there is nothing to quantise
   */
  public static QuantizationPlan of(GgufFile source, QuantizeOptions options) {
    return new Planner(source, options).plan();
  }

  /** The state of planning. */
  private static final class Planner {
    private final GgufFile source;
    private final QuantizeOptions options;
    private final List<String> withoutImportance = new ArrayList<>();
    private final Map<String, TensorChoice> recipe;
    private final boolean tied;

    Planner(GgufFile source, QuantizeOptions options) {
      this.source = source;
      this.options = options;
      List<TensorShape> shapes =
          source.tensors().values().stream()
              .map(tensor -> new TensorShape(tensor.name(), tensor.dimensions()))
              .toList();
      this.recipe =
          QuantizationMix.types(
              options.recipe(),
              ModelTraits.of(source.metadata()),
              shapes,
              options.importance().isPresent());
      this.tied = source.tensor("output.weight").isEmpty();
    }

    QuantizationPlan plan() {
      if (recipe.isEmpty()) {
        throw new ModelException(
            source.path() + ": there is nothing to quantise: no tensor is a matrix of weights");
      }
      List<Step> steps = new ArrayList<>();
      for (Tensor tensor : source.tensors().values()) {
        TensorChoice choice = choice(tensor);
        boolean quantises = choice.type() != tensor.type() && choice.type().blockElements() > 1;
        steps.add(new Step(tensor, choice, quantises ? importance(tensor) : null));
      }
      return new QuantizationPlan(steps, metadata(), withoutImportance, unusedRules());
    }

    private TensorChoice choice(Tensor tensor) {
      TensorChoice ofRecipe = recipe.get(tensor.name());
      if (ofRecipe == null) {
        return new TensorChoice(tensor.type(), tensor.type());
      }
      TensorChoice choice = TensorChoice.fit(wanted(tensor.name(), ofRecipe), tensor.columns());
      if (tensor.type().blockElements() > 1
          && tensor.type() != choice.type()
          && !options.allowRequantize()) {
        throw new ModelException(
            source.path()
                + ": tensor '"
                + tensor.name()
                + "' is quantised already ("
                + tensor.type()
                + "), and quantising it again to "
                + choice.type()
                + " loses more than quantising the original: start from an F32, F16 or BF16 file,"
                + " or allow it with --allow-requantize");
      }
      return choice;
    }

    private TensorType wanted(String name, TensorChoice ofRecipe) {
      TensorRole role = TensorRole.of(name);
      if (role == TensorRole.TOKEN_EMBEDDING && options.tokenEmbedding().isPresent()) {
        return options.tokenEmbedding().get();
      }
      boolean output = role == TensorRole.OUTPUT || (tied && role == TensorRole.TOKEN_EMBEDDING);
      if (output && options.output().isPresent()) {
        return options.output().get();
      }
      for (QuantizeOptions.TypeRule rule : options.rules()) {
        if (rule.pattern().matcher(name).find()) {
          return rule.type();
        }
      }
      return options.pure() ? options.recipe().base() : ofRecipe.wanted();
    }

    private float @Nullable [] importance(Tensor tensor) {
      if (options.importance().isEmpty()) {
        return null;
      }
      ImportanceMatrix.Entry entry = options.importance().get().entry(tensor.name());
      if (entry == null) {
        withoutImportance.add(tensor.name());
        return null;
      }
      long matrices = tensor.dimensions().size() > 2 ? tensor.dimensions().get(2) : 1;
      if (entry.sums().length != tensor.columns() * matrices) {
        // A matrix made with an untied model may know the embeddings by another shape.
        if (TensorRole.of(tensor.name()) == TensorRole.TOKEN_EMBEDDING) {
          withoutImportance.add(tensor.name());
          return null;
        }
        throw new ModelException(
            "importance matrix "
                + options.importanceFile()
                + ": entry '"
                + tensor.name()
                + "' has "
                + entry.sums().length
                + " columns, the tensor "
                + tensor.columns() * matrices
                + ": it was made with another model");
      }
      return entry.means();
    }

    private List<String> unusedRules() {
      return options.rules().stream()
          .map(QuantizeOptions.TypeRule::pattern)
          .filter(
              pattern -> recipe.keySet().stream().noneMatch(name -> pattern.matcher(name).find()))
          .map(Object::toString)
          .toList();
    }

    private GgufMetadata metadata() {
      GgufMetadata.Builder metadata = source.metadata().toBuilder();
      metadata.put("general.file_type", GgufValue.uint32(options.recipe().fileType()));
      metadata.put("general.quantization_version", GgufValue.uint32(2));
      options
          .importance()
          .ifPresent(matrix -> {
            Map<String, GgufValue> about = new LinkedHashMap<>();
            about.put("file", GgufValue.text(options.importanceFile()));
            about.put("dataset", GgufValue.text(String.join(", ", matrix.datasets())));
            about.put("entries_count", GgufValue.uint32(matrix.entries().size()));
            about.put("chunks_count", GgufValue.uint32(matrix.chunks()));
            about.forEach((key, value) -> metadata.put("quantize.imatrix." + key, value));
          });
      return metadata.build();
    }
  }
}
