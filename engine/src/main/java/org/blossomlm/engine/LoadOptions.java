package org.blossomlm.engine;

import java.nio.file.Path;
import java.util.Optional;
import org.blossomlm.engine.kernels.KvType;

/**
 * How a model is loaded.
 *
 * @param contextLength tokens the context of a session can hold; 0 takes 4096 or what the model was
 *     trained for, whichever is less
 * @param threads at most {@link #MOST_THREADS}; 0 takes the number of physical cores
 * @param chunkSize prompt tokens evaluated together; 0 takes 512
 * @param kernels provider by name ({@code scalar}, {@code vector}, {@code native}); empty takes the
 *     best one
 * @param kvType how keys and values are stored
 * @param pack whether quantised weights are brought into the kernels' own order, where these have
 *     one: decoding is faster, loading slower; answers are the same to the bit
 * @param kvCacheBytes memory for keys and values, of all sequences together and of prefixes that
 *     are kept for later prompts; it is taken as it is needed. At least a full context; 0 takes
 *     half of the memory that is free, but not more than sixteen contexts
 * @param adapter the folder of a LoRA adapter in PEFT's format, to be used with the model
 * @param observer of what the weights are multiplied with
 */
public record LoadOptions(
    int contextLength,
    int threads,
    int chunkSize,
    Optional<String> kernels,
    KvType kvType,
    boolean pack,
    long kvCacheBytes,
    Optional<Path> adapter,
    Optional<MatmulObserver> observer) {
  /** More threads than this are a slip of the hand. */
  public static final int MOST_THREADS = 1024;

  public static final LoadOptions DEFAULT =
      new LoadOptions(
          0, 0, 0, Optional.empty(), KvType.F16, true, 0, Optional.empty(), Optional.empty());

  /**
   * @throws IllegalArgumentException if a count is negative or too large
   */
  public LoadOptions {
    within("contextLength", contextLength, Integer.MAX_VALUE);
    within("threads", threads, MOST_THREADS);
    within("chunkSize", chunkSize, Integer.MAX_VALUE);
  }

  private static void within(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(name + ": found " + value + ", allowed 0 … " + most);
    }
  }

  public LoadOptions withContextLength(int tokens) {
    return new LoadOptions(
        tokens, threads, chunkSize, kernels, kvType, pack, kvCacheBytes, adapter, observer);
  }

  public LoadOptions withThreads(int count) {
    return new LoadOptions(
        contextLength, count, chunkSize, kernels, kvType, pack, kvCacheBytes, adapter, observer);
  }

  public LoadOptions withChunkSize(int tokens) {
    return new LoadOptions(
        contextLength, threads, tokens, kernels, kvType, pack, kvCacheBytes, adapter, observer);
  }

  public LoadOptions withKernels(Optional<String> provider) {
    return new LoadOptions(
        contextLength, threads, chunkSize, provider, kvType, pack, kvCacheBytes, adapter, observer);
  }

  public LoadOptions withKvType(KvType type) {
    return new LoadOptions(
        contextLength, threads, chunkSize, kernels, type, pack, kvCacheBytes, adapter, observer);
  }

  public LoadOptions withPack(boolean packed) {
    return new LoadOptions(
        contextLength,
        threads,
        chunkSize,
        kernels,
        kvType,
        packed,
        kvCacheBytes,
        adapter,
        observer);
  }

  public LoadOptions withKvCacheBytes(long bytes) {
    return new LoadOptions(
        contextLength, threads, chunkSize, kernels, kvType, pack, bytes, adapter, observer);
  }

  public LoadOptions withAdapter(Optional<Path> folder) {
    return new LoadOptions(
        contextLength, threads, chunkSize, kernels, kvType, pack, kvCacheBytes, folder, observer);
  }

  public LoadOptions withObserver(MatmulObserver watcher) {
    return new LoadOptions(
        contextLength,
        threads,
        chunkSize,
        kernels,
        kvType,
        pack,
        kvCacheBytes,
        adapter,
        Optional.of(watcher));
  }
}
