package org.blossomlm.model.quantize;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How large the inputs of each weight matrix were while a model read a text: per column the mean of
 * the squared activations. An error in a column with large inputs does more harm, so quantising
 * weighs errors by it.
 *
 * @param datasets names of the texts
 * @param chunks of text that were read
 * @param chunkSize tokens of a chunk; 0 where the file does not say
 * @param entries by tensor name
 * @param origin where the file says so, which ours do
 */
public record ImportanceMatrix(
    List<String> datasets,
    int chunks,
    int chunkSize,
    Map<String, Entry> entries,
    Optional<Origin> origin) {
  public ImportanceMatrix {
    datasets = List.copyOf(datasets);
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /** One whose origin is not known. */
  public ImportanceMatrix(
      List<String> datasets, int chunks, int chunkSize, Map<String, Entry> entries) {
    this(datasets, chunks, chunkSize, entries, Optional.empty());
  }

  /**
   * What it was made from, told by SHA-256 in hexadecimal digits.
   *
   * @param tokens of all chunks
   * @param model tensors of the model
   */
  public record Origin(String tokens, String model) {}

  /**
   * The sums for one tensor.
   *
   * @param sums of squared activations, {@code columns} for each expert, one expert after another
   * @param counts rows of activations that were summed, for each expert
   */
  public record Entry(float[] sums, float[] counts) {
    public Entry {
      if (counts.length == 0 || sums.length % counts.length != 0) {
        throw new IllegalArgumentException(
            sums.length + " sums cannot belong to " + counts.length + " matrices");
      }
    }

    public int columns() {
      return sums.length / counts.length;
    }

    /** Mean squared activation per column and expert; 1 for an expert that was never used. */
    public float[] means() {
      float[] means = new float[sums.length];
      for (int i = 0; i < means.length; i++) {
        float count = counts[i / columns()];
        means[i] = count > 0 ? sums[i] / count : 1;
      }
      return means;
    }
  }

  /** The entry of a tensor; null if it was not observed. */
  public @Nullable Entry entry(String tensor) {
    return entries.get(tensor);
  }
}
