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
 * is packed by all threads and the file's pages are given back piece by piece, so that memory never
 * holds the model twice.
 */
final class WeightPacker {
  /** Of the file, packed at once: a vocabulary may have half a gigabyte. */
  private static final long PIECE_BYTES = 4L << 20;

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
    MemorySegment file = matrix.tensor().data();
    long rowBytes = matrix.tensor().rowBytes();
    int tiles = (matrix.rows() + Kernels.ROW_TILE - 1) / Kernels.ROW_TILE;
    long pieces = Math.max(8L * pool.threads(), file.byteSize() / PIECE_BYTES);
    pool.run(
        tiles,
        (int) Math.max(1, tiles / pieces),
        (from, to, scratch) -> {
          int first = from * Kernels.ROW_TILE;
          int last = Math.min(matrix.rows(), to * Kernels.ROW_TILE);
          kernels.pack(matrix, first, last, segment, scratch);
          kernels.release(file.asSlice(first * rowBytes, (last - first) * rowBytes));
        });
    kernels.release(file); // With what lies across the borders of pieces.
    listener.onWeights(done, total);
    return matrix.withPacked(segment);
  }
}
