package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.gguf.GgufFile;

/** A decoder over a GGUF file, without tokenizer and template. */
final class LoadedDecoder implements AutoCloseable {
  private final GgufFile file;
  private final Arena arena = Arena.ofShared();
  private final WorkerPool pool;
  final SharedDecoder decoder;
  final int vocabulary;

  /** With weights as {@link LoadOptions#DEFAULT} has them. */
  LoadedDecoder(Path gguf, Kernels kernels, int threads) {
    this(gguf, kernels, threads, LoadOptions.DEFAULT.pack());
  }

  LoadedDecoder(Path gguf, Kernels kernels, int threads, boolean packed) {
    file = GgufFile.open(gguf);
    Architecture architecture = Architecture.of(file.metadata());
    Weights weights = Weights.of(architecture, file.tensors(), arena);
    vocabulary = weights.vocabulary();
    pool = new WorkerPool(threads);
    Weights ready =
        packed ? new WeightPacker(kernels, pool, arena, LoadListener.NONE).pack(weights) : weights;
    decoder = new SharedDecoder(new Decoder(architecture, ready, kernels, pool));
  }

  Sequence sequence(int contextLength, int chunkSize) {
    return new Sequence(decoder, KvType.F16, contextLength, chunkSize);
  }

  /** The logits after every token, evaluated in chunks. */
  float[][] logits(int[] tokens, int chunkSize) {
    float[][] all = new float[tokens.length][];
    try (Sequence sequence = sequence(tokens.length, chunkSize)) {
      for (int from = 0; from < tokens.length; from += chunkSize) {
        int start = from;
        sequence.evaluateAll(
            tokens,
            from,
            Math.min(tokens.length, from + chunkSize),
            (index, logits) -> all[start + index] = logits.clone());
      }
    }
    return all;
  }

  @Override
  public void close() {
    decoder.close();
    pool.close();
    arena.close();
    file.close();
  }
}
