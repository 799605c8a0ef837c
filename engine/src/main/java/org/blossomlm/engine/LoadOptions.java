package org.blossomlm.engine;

import java.util.Optional;
import org.blossomlm.engine.kernels.KvType;

/**
 * How a model is loaded.
 *
 * @param contextLength tokens the context of a session can hold; 0 takes 4096 or what the model was
 *     trained for, whichever is less
 * @param threads 0 takes the number of physical cores
 * @param chunkSize prompt tokens evaluated together; 0 takes 512
 * @param kernels provider by name ({@code scalar}, {@code vector}, {@code native}); empty takes the
 *     best one
 * @param kvType how keys and values are stored
 * @param pack whether quantised weights are brought into the kernels' own order, where these have
 *     one: decoding is faster, loading slower; answers are the same to the bit
 * @param observer of what the weights are multiplied with
 */
public record LoadOptions(
    int contextLength,
    int threads,
    int chunkSize,
    Optional<String> kernels,
    KvType kvType,
    boolean pack,
    Optional<MatmulObserver> observer) {
  public static final LoadOptions DEFAULT =
      new LoadOptions(0, 0, 0, Optional.empty(), KvType.F16, true, Optional.empty());

  public LoadOptions withContextLength(int tokens) {
    return new LoadOptions(tokens, threads, chunkSize, kernels, kvType, pack, observer);
  }

  public LoadOptions withThreads(int count) {
    return new LoadOptions(contextLength, count, chunkSize, kernels, kvType, pack, observer);
  }

  public LoadOptions withChunkSize(int tokens) {
    return new LoadOptions(contextLength, threads, tokens, kernels, kvType, pack, observer);
  }

  public LoadOptions withKernels(Optional<String> provider) {
    return new LoadOptions(contextLength, threads, chunkSize, provider, kvType, pack, observer);
  }

  public LoadOptions withKvType(KvType type) {
    return new LoadOptions(contextLength, threads, chunkSize, kernels, type, pack, observer);
  }

  public LoadOptions withPack(boolean packed) {
    return new LoadOptions(contextLength, threads, chunkSize, kernels, kvType, packed, observer);
  }

  public LoadOptions withObserver(MatmulObserver watcher) {
    return new LoadOptions(
        contextLength, threads, chunkSize, kernels, kvType, pack, Optional.of(watcher));
  }
}
