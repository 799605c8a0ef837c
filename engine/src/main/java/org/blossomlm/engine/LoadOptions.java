package org.blossomlm.engine;

import java.util.Optional;

/**
 * How a model is loaded.
 *
 * @param contextLength tokens the context of a session can hold; 0 takes 4096 or what the model was
 *     trained for, whichever is less
 * @param threads 0 takes the number of physical cores
 * @param chunkSize prompt tokens evaluated together; 0 takes 512
 * @param kernels provider by name ({@code scalar}, {@code vector}, {@code native}); empty takes the
 *     best one
 */
public record LoadOptions(int contextLength, int threads, int chunkSize, Optional<String> kernels) {
  public static final LoadOptions DEFAULT = new LoadOptions(0, 0, 0, Optional.empty());
}
