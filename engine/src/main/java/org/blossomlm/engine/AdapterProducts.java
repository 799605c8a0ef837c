package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.engine.kernels.Scratch;

/**
 * What an adapter adds to the products of a pass. Before the rows of the base are multiplied, the
 * input is brought down to the rank of each change; after them, each piece of rows adds its part,
 * so that an element is the same however rows were split.
 */
final class AdapterProducts implements AutoCloseable {
  private final Adapter adapter;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final Adapter.Change[] changes;
  private final ProductInput[] lowered;
  private final GrowingSegment[] loweredFloats;
  private final GrowingSegment[] added;
  private final WorkerPool.Range lowerRows = this::lowerRows;
  private ProductInput input = new ProductInput(MemorySegment.NULL, MemorySegment.NULL, 0);
  private int tokens;
  private int lowering;

  /**
   * @param most matrices of one product
   */
  AdapterProducts(Adapter adapter, Kernels kernels, WorkerPool pool, int most) {
    this.adapter = adapter;
    this.kernels = kernels;
    this.pool = pool;
    changes = new Adapter.Change[most];
    Arrays.fill(changes, Adapter.Change.NONE);
    lowered = new ProductInput[most];
    Arrays.fill(lowered, input);
    loweredFloats = new GrowingSegment[most];
    Arrays.setAll(loweredFloats, i -> new GrowingSegment());
    added = new GrowingSegment[most];
    Arrays.setAll(added, i -> new GrowingSegment());
  }

  /** Finds the changes of the next product's matrices and makes what they are multiplied with. */
  void prepare(Matrix[] matrices, int count, ProductInput input, int tokens) {
    if (adapter.isNone()) {
      return;
    }
    this.input = input;
    this.tokens = tokens;
    for (lowering = 0; lowering < count; lowering++) {
      Adapter.Change change = adapter.change(matrices[lowering].tensor().name());
      changes[lowering] = change;
      if (!change.isNone()) {
        int rank = change.down().rows();
        lowered[lowering] =
            new ProductInput(
                loweredFloats[lowering].floats((long) tokens * rank), MemorySegment.NULL, rank);
        added[lowering].floats((long) tokens * change.up().rows());
        pool.run(rank, Kernels.ROW_TILE, lowerRows);
      }
    }
  }

  private void lowerRows(int from, int to, Scratch scratch) {
    kernels.matmul(
        changes[lowering].down(), from, to, input, tokens, lowered[lowering].floats(), scratch);
  }

  /**
   * Changes rows {@code [from, to)} of a product.
   *
   * @param i the place of its matrix among those of {@link #prepare}
   */
  void change(int i, int from, int to, MemorySegment out, Scratch scratch) {
    Adapter.Change change = changes[i];
    if (change.isNone()) {
      return;
    }
    int rows = change.up().rows();
    MemorySegment more = added[i].segment();
    kernels.matmul(change.up(), from, to, lowered[i], tokens, more, scratch);
    float[] factors = change.factors();
    for (int t = 0; t < tokens; t++) {
      long at = (long) t * rows + from;
      kernels.add(out, at, more, at, to - from);
      if (factors.length > 0) {
        for (int row = from; row < to; row++) {
          long element = (long) t * rows + row;
          float value = out.getAtIndex(ValueLayout.JAVA_FLOAT, element);
          out.setAtIndex(ValueLayout.JAVA_FLOAT, element, factors[row] * value);
        }
      }
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < added.length; i++) {
      added[i].close();
      loweredFloats[i].close();
    }
  }

  /** Native memory that is replaced by a larger piece when more is needed. */
  private static final class GrowingSegment implements AutoCloseable {
    private Arena arena = Arena.ofShared();
    private MemorySegment segment = MemorySegment.NULL;

    MemorySegment segment() {
      return segment;
    }

    // The arena is closed when its segment is replaced, and at the end.
    @SuppressWarnings("MustBeClosedChecker")
    MemorySegment floats(long count) {
      long bytes = count * Float.BYTES;
      if (segment.byteSize() < bytes) {
        arena.close();
        arena = Arena.ofShared();
        segment = arena.allocate(bytes, 64);
      }
      return segment;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
