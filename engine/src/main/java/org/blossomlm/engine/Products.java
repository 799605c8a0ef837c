package org.blossomlm.engine;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.engine.kernels.ProductInput;
import org.blossomlm.engine.kernels.Scratch;

/**
 * Products of one input with up to three matrices, as one parallel loop over all their rows. Holds
 * what the running loop works on, so that nothing is allocated.
 */
final class Products implements AutoCloseable {
  private static final int MOST = 3;

  /** Pieces that each thread gets on average: enough that a slow one does not hold up the rest. */
  private static final int PIECES = 8;

  private final Kernels kernels;
  private final WorkerPool pool;
  private final Optional<MatmulObserver> observer;
  private final AdapterProducts adapter;
  private final Matrix[] matrices = new Matrix[MOST];
  private final MemorySegment[] outs = new MemorySegment[MOST];
  private final WorkerPool.Range rows = this::rows;
  private final WorkerPool.Range gatedRows = this::gatedRows;
  private int count;
  private ProductInput input = new ProductInput(MemorySegment.NULL, MemorySegment.NULL, 0);
  private int tokens;

  Products(Kernels kernels, WorkerPool pool, Adapter adapter, Optional<MatmulObserver> observer) {
    this.kernels = kernels;
    this.pool = pool;
    this.observer = observer;
    this.adapter = new AdapterProducts(adapter, kernels, pool, MOST);
  }

  /** Encodes rows of {@code input} if a product with one of the matrices will read them so. */
  void encode(ProductInput input, int from, int to, Matrix matrix) {
    if (kernels.encodes(matrix.type())) {
      kernels.encode(input, from, to);
    }
  }

  void encode(ProductInput input, int from, int to, Matrix first, Matrix second) {
    encode(input, from, to, kernels.encodes(first.type()) ? first : second);
  }

  void encode(ProductInput input, int from, int to, Matrix first, Matrix second, Matrix third) {
    encode(input, from, to, kernels.encodes(first.type()) ? first : second, third);
  }

  void run(ProductInput input, int tokens, Matrix matrix, MemorySegment out) {
    count = 0;
    add(matrix, out);
    run(input, tokens);
  }

  void run(
      ProductInput input,
      int tokens,
      Matrix first,
      MemorySegment firstOut,
      Matrix second,
      MemorySegment secondOut,
      Matrix third,
      MemorySegment thirdOut) {
    count = 0;
    add(first, firstOut);
    add(second, secondOut);
    add(third, thirdOut);
    run(input, tokens);
  }

  /** {@code gateOut = silu(gate · x) · (up · x)}: the two products and what joins them, by rows. */
  void runGated(
      ProductInput input,
      int tokens,
      Matrix gate,
      MemorySegment gateOut,
      Matrix up,
      MemorySegment upOut) {
    count = 0;
    add(gate, gateOut);
    add(up, upOut);
    this.input = input;
    this.tokens = tokens;
    observe();
    adapter.prepare(matrices, count, input, tokens);
    pool.run(gate.rows(), grain(gate.rows()), gatedRows);
  }

  private void add(Matrix matrix, MemorySegment out) {
    matrices[count] = matrix;
    outs[count] = out;
    count++;
  }

  private void observe() {
    if (observer.isPresent()) {
      for (int i = 0; i < count; i++) {
        String name = matrices[i].tensor().name();
        observer.get().observe(name, tokens, input.columns(), input.floats());
      }
    }
  }

  private void run(ProductInput input, int tokens) {
    this.input = input;
    this.tokens = tokens;
    observe();
    adapter.prepare(matrices, count, input, tokens);
    int padded = 0;
    for (int i = 0; i < count; i++) {
      padded += padded(matrices[i]);
    }
    pool.run(padded, grain(padded), rows);
  }

  /** Rows up to a whole tile, so that no piece of work starts within one. */
  private static int padded(Matrix matrix) {
    return (matrix.rows() + Kernels.ROW_TILE - 1) & -Kernels.ROW_TILE;
  }

  private int grain(int rows) {
    int piece = rows / (PIECES * pool.threads());
    return Math.max(Kernels.ROW_TILE, (piece + Kernels.ROW_TILE - 1) & -Kernels.ROW_TILE);
  }

  private void rows(int from, int to, Scratch scratch) {
    int start = 0;
    for (int i = 0; i < count; i++) {
      Matrix matrix = matrices[i];
      int first = Math.max(from, start);
      int last = Math.min(to, start + matrix.rows());
      if (first < last) {
        kernels.matmul(matrix, first - start, last - start, input, tokens, outs[i], scratch);
        adapter.change(i, first - start, last - start, outs[i], scratch);
      }
      start += padded(matrix);
    }
  }

  private void gatedRows(int from, int to, Scratch scratch) {
    kernels.matmul(matrices[0], from, to, input, tokens, outs[0], scratch);
    kernels.matmul(matrices[1], from, to, input, tokens, outs[1], scratch);
    adapter.change(0, from, to, outs[0], scratch);
    adapter.change(1, from, to, outs[1], scratch);
    kernels.swiGlu(outs[0], outs[1], tokens, matrices[0].rows(), from, to);
  }

  @Override
  public void close() {
    adapter.close();
  }
}
