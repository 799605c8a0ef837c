package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Scratch;
import org.blossomlm.model.tensor.Tensor;

/**
 * The forward pass of a decoder-only transformer (Vaswani et al. 2017; Touvron et al. 2023 for the
 * Llama form). Knows nothing of text, sampling or sessions. One pass runs at a time; the caller
 * makes sure of it.
 */
final class Decoder implements AutoCloseable {
  /** Receives the logits of one batch entry; the array is reused. */
  @FunctionalInterface
  interface LogitsSink {
    void accept(int batchIndex, float[] logits);
  }

  /** Fewer rows than this are not worth handing to another thread. */
  private static final int MIN_ROWS = 16;

  /**
   * Elements of a row that make a piece of an element-wise loop; a multiple of every vector width.
   */
  private static final int ELEMENT_GRAIN = 1 << 11;

  private final Architecture a;
  private final Weights weights;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final float[] logits;
  private Activations act;

  Decoder(Architecture architecture, Weights weights, Kernels kernels, WorkerPool pool) {
    this.a = weights.ropeFactors().map(architecture::withRopeFactors).orElse(architecture);
    this.weights = weights;
    this.kernels = kernels;
    this.pool = pool;
    this.act = new Activations(a, weights.vocabulary(), 1);
    this.logits = new float[weights.vocabulary()];
  }

  /** The architecture as it is computed: what the weights say of rotation is in it. */
  Architecture architecture() {
    return a;
  }

  int vocabulary() {
    return weights.vocabulary();
  }

  /**
   * Runs {@code batch} through all layers, appends to its caches, and hands over the wanted logits
   * in order.
   */
  void forward(Batch batch, LogitsSink sink) {
    int tokens = batch.size();
    if (tokens > act.capacity) {
      act.close();
      act = new Activations(a, weights.vocabulary(), tokens);
    }
    for (int t = 0; t < tokens; t++) {
      batch.cache(t).reserve(batch.position(t) + 1);
    }
    pool.run(tokens, 16, (from, to, scratch) -> embed(batch, from, to, scratch));
    for (int layer = 0; layer < a.layers(); layer++) {
      Weights.Layer w = weights.layers().get(layer);
      attention(batch, layer, w);
      feedForward(tokens, w);
    }
    output(batch, sink);
  }

  private void embed(Batch batch, int from, int to, Scratch scratch) {
    RopeScaling rope = a.rope();
    for (int t = from; t < to; t++) {
      int token = batch.token(t);
      kernels.embed(weights.embedding(), token, act.residual, (long) t * a.hidden(), scratch);
      long table = (long) t * rope.rotated();
      for (int i = 0; i < rope.rotated() / 2; i++) {
        double angle = batch.position(t) * rope.angles()[i];
        act.cosSin.setAtIndex(
            JAVA_FLOAT, table + 2 * i, (float) (Math.cos(angle) * rope.magnitude()));
        act.cosSin.setAtIndex(
            JAVA_FLOAT, table + 2 * i + 1, (float) (Math.sin(angle) * rope.magnitude()));
      }
    }
  }

  private void attention(Batch batch, int layer, Weights.Layer w) {
    int tokens = batch.size();
    norm(w.attentionNorm(), tokens);
    matmuls(
        act.normed,
        tokens,
        new Tensor[] {w.query(), w.key(), w.value()},
        new MemorySegment[] {act.query, act.key, act.value});
    pool.run(
        tokens,
        tokens == 1 ? 1 : 8,
        (from, to, scratch) -> {
          for (int t = from; t < to; t++) {
            positionAndStore(batch, t, layer, w);
          }
        });
    pool.run(
        tokens * a.keyValueHeads(),
        1,
        (from, to, scratch) -> {
          for (int i = from; i < to; i++) {
            attend(batch, i / a.keyValueHeads(), i % a.keyValueHeads(), layer, scratch);
          }
        });
    project(act.attended, tokens, w.attentionOutput());
  }

  /** Biases, head norms, rotation, and into the cache. */
  private void positionAndStore(Batch batch, int t, int layer, Weights.Layer w) {
    long q = (long) t * a.queryWidth();
    long k = (long) t * a.keyValueWidth();
    addBias(act.query, q, w.queryBias(), a.queryWidth());
    addBias(act.key, k, w.keyBias(), a.keyValueWidth());
    addBias(act.value, k, w.valueBias(), a.keyValueWidth());
    headNorms(act.query, q, a.heads(), w.queryNorm());
    headNorms(act.key, k, a.keyValueHeads(), w.keyNorm());
    rotate(act.query, q, a.heads(), t);
    rotate(act.key, k, a.keyValueHeads(), t);
    KvCache cache = batch.cache(t);
    int position = batch.position(t);
    long element = cache.elementOf(position);
    kernels.toFloat16(act.key, k, cache.keyPage(layer, position), element, a.keyValueWidth());
    kernels.toFloat16(act.value, k, cache.valuePage(layer, position), element, a.keyValueWidth());
  }

  private void addBias(MemorySegment x, long offset, Optional<MemorySegment> bias, int size) {
    bias.ifPresent(b -> kernels.add(x, offset, b, 0, size));
  }

  private void headNorms(MemorySegment x, long offset, int heads, Optional<MemorySegment> weight) {
    if (weight.isPresent()) {
      for (int h = 0; h < heads; h++) {
        long head = offset + (long) h * a.headSize();
        kernels.rmsNorm(x, head, weight.get(), x, head, a.headSize(), a.epsilon());
      }
    }
  }

  private void rotate(MemorySegment x, long offset, int heads, int t) {
    RopeScaling rope = a.rope();
    long table = (long) t * rope.rotated();
    for (int h = 0; h < heads; h++) {
      long head = offset + (long) h * a.headSize();
      kernels.rope(x, head, act.cosSin, table, rope.rotated(), rope.halves());
    }
  }

  private void attend(Batch batch, int t, int keyValueHead, int layer, Scratch scratch) {
    batch.cache(t).view(layer, keyValueHead, scratch.head);
    long head = (long) t * a.queryWidth() + (long) keyValueHead * a.group() * a.headSize();
    kernels.attention(
        act.query,
        head,
        a.group(),
        scratch.head,
        batch.position(t) + 1,
        a.attentionScale(),
        act.attended,
        head,
        scratch);
  }

  private void feedForward(int tokens, Weights.Layer w) {
    norm(w.feedForwardNorm(), tokens);
    matmuls(
        act.normed,
        tokens,
        new Tensor[] {w.gate(), w.up()},
        new MemorySegment[] {act.gate, act.up});
    int pieces = (a.feedForward() + ELEMENT_GRAIN - 1) / ELEMENT_GRAIN;
    pool.run(
        tokens * pieces,
        tokens == 1 ? 1 : pieces,
        (from, to, scratch) -> {
          for (int i = from; i < to; i++) {
            long row = (long) (i / pieces) * a.feedForward();
            int start = i % pieces * ELEMENT_GRAIN;
            int end = Math.min(a.feedForward(), start + ELEMENT_GRAIN);
            kernels.swiGlu(act.gate, act.up, row + start, row + end);
          }
        });
    project(act.gate, tokens, w.down());
  }

  private void norm(MemorySegment weight, int tokens) {
    pool.run(
        tokens,
        16,
        (from, to, scratch) -> {
          for (int t = from; t < to; t++) {
            long row = (long) t * a.hidden();
            kernels.rmsNorm(act.residual, row, weight, act.normed, row, a.hidden(), a.epsilon());
          }
        });
  }

  /** Adds {@code weights · x} to the residual stream. */
  private void project(MemorySegment x, int tokens, Tensor matrix) {
    matmuls(x, tokens, new Tensor[] {matrix}, new MemorySegment[] {act.projected});
    pool.run(
        tokens,
        16,
        (from, to, scratch) -> {
          long row = (long) from * a.hidden();
          kernels.add(act.residual, row, act.projected, row, (to - from) * a.hidden());
        });
  }

  /** Several products of the same input as one parallel loop over all their rows. */
  private void matmuls(MemorySegment x, int tokens, Tensor[] matrices, MemorySegment[] outs) {
    int rows = 0;
    for (Tensor matrix : matrices) {
      rows += (int) matrix.rows();
    }
    int grain = Math.max(MIN_ROWS, (rows / (8 * pool.threads()) + MIN_ROWS - 1) & -MIN_ROWS);
    pool.run(
        rows,
        grain,
        (from, to, scratch) -> {
          int start = 0;
          for (int i = 0; i < matrices.length; i++) {
            int end = start + (int) matrices[i].rows();
            int first = Math.max(from, start);
            int last = Math.min(to, end);
            if (first < last) {
              kernels.matmul(matrices[i], first - start, last - start, x, tokens, outs[i], scratch);
            }
            start = end;
          }
        });
  }

  /**
   * The last norm and the vocabulary, only for the tokens whose logits are wanted, a few rows at a
   * time.
   */
  private void output(Batch batch, LogitsSink sink) {
    int[] rows = new int[Activations.LOGIT_ROWS];
    int count = 0;
    for (int t = 0; t < batch.size(); t++) {
      if (batch.wantsLogits(t)) {
        rows[count++] = t;
      }
      if (count > 0 && (count == rows.length || t == batch.size() - 1)) {
        logits(rows, count, sink);
        count = 0;
      }
    }
  }

  private void logits(int[] rows, int count, LogitsSink sink) {
    for (int i = 0; i < count; i++) {
      kernels.rmsNorm(
          act.residual,
          (long) rows[i] * a.hidden(),
          weights.outputNorm(),
          act.normed,
          (long) i * a.hidden(),
          a.hidden(),
          a.epsilon());
    }
    matmuls(act.normed, count, new Tensor[] {weights.output()}, new MemorySegment[] {act.logits});
    for (int i = 0; i < count; i++) {
      long offset = (long) i * logits.length * Float.BYTES;
      MemorySegment.copy(act.logits, JAVA_FLOAT, offset, logits, 0, logits.length);
      sink.accept(rows[i], logits);
    }
  }

  @Override
  public void close() {
    act.close();
  }
}
