package org.blossomlm.model.convert;

import java.nio.file.Path;
import java.util.List;

/**
 * What a conversion made.
 *
 * @param output the GGUF file, or the folder
 * @param type of the matrices, as it was decided
 * @param tensors their number
 * @param parameters numbers in all tensors
 * @param bytes of all tensors
 * @param notes what a user should know: parts of the source that have no place in the result
 */
public record Conversion(
    Path output, String type, int tensors, long parameters, long bytes, List<String> notes) {
  public Conversion {
    notes = List.copyOf(notes);
  }
}
