package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.adapter.LoraAdapter;
import org.blossomlm.model.gguf.GgufFile;

/** A decoder over a GGUF file, without tokenizer and template. */
final class LoadedDecoder implements AutoCloseable {
  private final GgufFile file;
  private final Arena arena = Arena.ofShared();
  private final WorkerPool pool;
  final SharedDecoder decoder;
  final KvPagePool pages;
  final int vocabulary;

  /** As {@link LoadOptions#DEFAULT} has it. */
  LoadedDecoder(Path gguf, Kernels kernels, int threads) {
    this(gguf, kernels, threads, KvType.F16, 1 << 30, LoadOptions.DEFAULT.pack());
  }

  LoadedDecoder(Path gguf, Kernels kernels, int threads, boolean packed) {
    this(gguf, kernels, threads, KvType.F16, 1 << 30, packed);
  }

  LoadedDecoder(Path gguf, Kernels kernels, int threads, KvType type, long budget) {
    this(gguf, kernels, threads, type, budget, LoadOptions.DEFAULT.pack());
  }

  LoadedDecoder(Path gguf, Kernels kernels, int threads, KvType type, long budget, boolean packed) {
    this(gguf, kernels, threads, type, budget, packed, Optional.empty());
  }

  LoadedDecoder(
      Path gguf,
      Kernels kernels,
      int threads,
      KvType type,
      long budget,
      boolean packed,
      Optional<Path> adapterFolder) {
    file = GgufFile.open(gguf);
    Architecture architecture = Architecture.of(file.metadata());
    Adapter adapter = adapterFolder.map(folder -> bind(folder, architecture)).orElse(Adapter.NONE);
    Weights weights = Weights.of(architecture, adapter.tensors(file.tensors()), arena);
    vocabulary = weights.vocabulary();
    pool = new WorkerPool(threads);
    Weights ready =
        packed ? new WeightPacker(kernels, pool, arena, LoadListener.NONE).pack(weights) : weights;
    decoder =
        new SharedDecoder(
            new Decoder(architecture, ready, kernels, pool, adapter, Optional.empty()), pool);
    pages = new KvPagePool(KvLayout.of(decoder.architecture(), type), budget);
  }

  private Adapter bind(Path folder, Architecture architecture) {
    try (LoraAdapter adapter = LoraAdapter.open(folder)) {
      return Adapter.of(adapter, architecture, file.tensors(), arena);
    }
  }

  Sequence sequence(int contextLength, int chunkSize) {
    return new Sequence(decoder, pages, contextLength, chunkSize);
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

  /** Evaluates tokens and returns the logits after the last. */
  static float[] evaluate(Sequence sequence, int[] tokens, int from, int to) {
    LogitRows logits = new LogitRows();
    logits.expect(1);
    sequence.evaluate(tokens, from, to, logits);
    return logits.row(0);
  }

  @Override
  public void close() {
    decoder.close();
    pages.close();
    pool.close();
    arena.close();
    file.close();
  }
}
