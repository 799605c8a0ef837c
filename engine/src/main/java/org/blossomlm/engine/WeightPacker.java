package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Matrix;

/**
 * Brings the matrices of a model into the kernels' own order when it is loaded. Matrix after matrix
 * is packed by all threads and the file's pages are given back at once, so that memory never holds
 * the model twice.
 */
final class WeightPacker {
  private final Kernels kernels;
  private final WorkerPool pool;
  private final Arena arena;
  private final LoadListener listener;
  private final IdentityHashMap<Matrix, Matrix> packed = new IdentityHashMap<>();
  private long done;
  private long total;

  /**
   * @param arena lives as long as the packed weights
   */
  WeightPacker(Kernels kernels, WorkerPool pool, Arena arena, LoadListener listener) {
    this.kernels = kernels;
    this.pool = pool;
    this.arena = arena;
    this.listener = listener;
  }

  /**
   * The same weights, packed. The embedding stays as it is, since rows of it are read one at a
   * time; where it also is the output matrix, that gets a packed copy.
   */
  Weights pack(Weights weights) {
    total = matrices(weights).stream().mapToLong(WeightPacker::bytes).sum();
    List<Weights.Layer> layers = new ArrayList<>();
    for (Weights.Layer layer : weights.layers()) {
      layers.add(layer.map(this::pack));
    }
    return new Weights(
        weights.embedding(),
        pack(weights.output()),
        weights.outputNorm(),
        List.copyOf(layers),
        weights.ropeFactors());
  }

  /** Bytes that packing adds to what stays mapped, for the check of memory. */
  static long extraBytes(Kernels kernels, Weights weights) {
    long bytes = 0;
    for (Matrix matrix : matrices(weights)) {
      bytes += Math.max(0, kernels.packedBytes(matrix) - bytes(matrix));
    }
    return bytes;
  }

  private static List<Matrix> matrices(Weights weights) {
    List<Matrix> all = new ArrayList<>();
    weights
        .layers()
        .forEach(layer ->
            layer.map(matrix -> {
              all.add(matrix);
              return matrix;
            }));
    all.add(weights.output());
    return all;
  }

  private static long bytes(Matrix matrix) {
    return matrix.tensor().data().byteSize();
  }

  private Matrix pack(Matrix matrix) {
    return packed.computeIfAbsent(matrix, this::packNew);
  }

  private Matrix packNew(Matrix matrix) {
    long size = kernels.packedBytes(matrix);
    done += bytes(matrix);
    if (size == 0) {
      return matrix;
    }
    MemorySegment segment = kernels.allocate(size, arena);
    int tiles = (matrix.rows() + Kernels.ROW_TILE - 1) / Kernels.ROW_TILE;
    pool.run(
        tiles,
        Math.max(1, tiles / (8 * pool.threads())),
        (from, to, scratch) ->
            kernels.pack(
                matrix,
                from * Kernels.ROW_TILE,
                Math.min(matrix.rows(), to * Kernels.ROW_TILE),
                segment,
                scratch));
    kernels.release(matrix.tensor().data());
    listener.onWeights(done, total);
    return matrix.withPacked(segment);
  }
}
