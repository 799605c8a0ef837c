package org.blossomlm.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * The model that was measured.
 *
 * @param file its name without folders
 * @param quantization as {@code general.file_type} says, or the type of most weights
 * @param parameters elements of all tensors
 * @param bytes of the file, or of all parts
 */
public record ModelDescription(
    String file,
    String name,
    String architecture,
    String quantization,
    long parameters,
    long bytes) {

  static ModelDescription of(GgufFile file) {
    Collection<Tensor> tensors = file.tensors().values();
    String fileName = String.valueOf(file.path().getFileName());
    return new ModelDescription(
        fileName,
        file.metadata().string("general.name").orElse(fileName),
        file.metadata().requireString("general.architecture"),
        recipe(file).map(Recipe::name).orElseGet(() -> mostCommonType(tensors).name()),
        tensors.stream().mapToLong(Tensor::elements).sum(),
        file.fileBytes());
  }

  private static Optional<Recipe> recipe(GgufFile file) {
    var fileType = file.metadata().integer("general.file_type");
    return Arrays.stream(Recipe.values())
        .filter(recipe -> fileType.isPresent() && recipe.fileType() == fileType.getAsLong())
        .findFirst();
  }

  private static TensorType mostCommonType(Collection<Tensor> tensors) {
    Map<TensorType, Long> elements = new EnumMap<>(TensorType.class);
    tensors.forEach(tensor -> elements.merge(tensor.type(), tensor.elements(), Long::sum));
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(TensorType.F32);
  }
}
