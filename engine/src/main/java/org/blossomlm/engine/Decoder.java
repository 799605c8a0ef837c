package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Scratch;

/*
 * A pass is a fixed series of parallel loops. The loops are objects made once, which find what they work on in the fields
 * below: a token of a small model takes a millisecond, and nothing is allocated for it.
 */
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

  /** Tokens that are worth handing to another thread in loops over single tokens. */
  private static final int TOKEN_GRAIN = 4;

  private final Architecture a;
  private final Weights weights;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final Products products;
  private final AttentionPass attention;
  private final float[] logits;
  private final int[] wanted = new int[Activations.LOGIT_ROWS];
  private Activations act;

  private final WorkerPool.Range embed = this::embed;
  private final WorkerPool.Range attentionInput = this::attentionInput;
  private final WorkerPool.Range positionAndStore = this::positionAndStore;
  private final WorkerPool.Range encodeAttended = this::encodeAttended;
  private final WorkerPool.Range feedForwardInput = this::feedForwardInput;
  private final WorkerPool.Range encodeGated = this::encodeGated;

  // The pass that runs.
  private Batch batch = new Batch();
  private int layer;
  private Weights.Layer w;

  Decoder(Architecture architecture, Weights weights, Kernels kernels, WorkerPool pool) {
    this(architecture, weights, kernels, pool, Adapter.NONE, Optional.empty());
  }

  /**
   * @param adapter what is added to the products
   * @param observer of what the weights are multiplied with
   */
  Decoder(
      Architecture architecture,
      Weights weights,
      Kernels kernels,
      WorkerPool pool,
      Adapter adapter,
      Optional<MatmulObserver> observer) {
    this.a = weights.ropeFactors().map(architecture::withRopeFactors).orElse(architecture);
    this.weights = weights;
    this.w = weights.layers().getFirst();
    this.kernels = kernels;
    this.pool = pool;
    this.products = new Products(kernels, pool, adapter, observer);
    this.attention = new AttentionPass(a, kernels, pool);
    this.act = new Activations(a, kernels, weights.vocabulary(), 1);
    this.logits = new float[weights.vocabulary()];
  }

  /** The architecture as it is computed: what the weights say of rotation is in it. */
  Architecture architecture() {
    return a;
  }

  Kernels kernels() {
    return kernels;
  }

  int vocabulary() {
    return weights.vocabulary();
  }

  /**
   * Runs {@code batch} through all layers, appends to its caches, and hands over the wanted logits
   * in order.
   */
  void forward(Batch batch, LogitsSink sink) {
    this.batch = batch;
    int tokens = batch.size();
    if (tokens > act.capacity) {
      act.close();
      act = new Activations(a, kernels, weights.vocabulary(), tokens);
    }
    for (int t = 0; t < tokens; t++) {
      batch.cache(t).reserve(batch.position(t) + 1);
    }
    attention.prepare(batch);
    pool.run(tokens, TOKEN_GRAIN, embed);
    for (layer = 0; layer < a.layers(); layer++) {
      w = weights.layers().get(layer);
      pool.run(tokens, TOKEN_GRAIN, attentionInput);
      products.run(
          act.normed, tokens, w.query(), act.query, w.key(), act.key, w.value(), act.value);
      pool.run(tokens, TOKEN_GRAIN, positionAndStore);
      attention.run(layer, act);
      pool.run(tokens, TOKEN_GRAIN, encodeAttended);
      products.run(act.attended, tokens, w.attentionOutput(), act.projected);
      pool.run(tokens, TOKEN_GRAIN, feedForwardInput);
      products.runGated(act.normed, tokens, w.gate(), act.gated.floats(), w.up(), act.up);
      pool.run(tokens, TOKEN_GRAIN, encodeGated);
      products.run(act.gated, tokens, w.down(), act.projected);
    }
    output(sink);
  }

  private void embed(int from, int to, Scratch scratch) {
    RopeScaling rope = a.rope();
    for (int t = from; t < to; t++) {
      int token = batch.token(t);
      long row = (long) t * a.hidden();
      kernels.embed(weights.embedding().tensor(), token, act.residual, row, scratch);
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

  /** Takes over what the layer before has added, and makes the input of query, key and value. */
  private void attentionInput(int from, int to, Scratch scratch) {
    for (int t = from; t < to; t++) {
      if (layer > 0) {
        addProjected(t);
      }
      norm(t, w.attentionNorm());
    }
    products.encode(act.normed, from, to, w.query(), w.key(), w.value());
  }

  private void addProjected(int t) {
    long row = (long) t * a.hidden();
    kernels.add(act.residual, row, act.projected, row, a.hidden());
  }

  private void norm(int t, MemorySegment weight) {
    long row = (long) t * a.hidden();
    kernels.rmsNorm(act.residual, row, weight, act.normed.floats(), row, a.hidden(), a.epsilon());
  }

  /** Biases, head norms, rotation, and into the cache. */
  private void positionAndStore(int from, int to, Scratch scratch) {
    for (int t = from; t < to; t++) {
      long q = (long) t * a.queryWidth();
      long k = (long) t * a.keyValueWidth();
      addBias(act.query, q, w.queryBias(), a.queryWidth());
      addBias(act.key, k, w.keyBias(), a.keyValueWidth());
      addBias(act.value, k, w.valueBias(), a.keyValueWidth());
      headNorms(act.query, q, a.heads(), w.queryNorm());
      headNorms(act.key, k, a.keyValueHeads(), w.keyNorm());
      rotate(act.query, q, a.heads(), t);
      rotate(act.key, k, a.keyValueHeads(), t);
      batch.cache(t).store(kernels, layer, batch.position(t), act.key, act.value, k);
    }
  }

  private void addBias(MemorySegment x, long offset, Optional<MemorySegment> bias, int size) {
    if (bias.isPresent()) {
      kernels.add(x, offset, bias.get(), 0, size);
    }
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
    kernels.rope(x, offset, heads, a.headSize(), act.cosSin, table, rope.rotated(), rope.halves());
  }

  private void encodeAttended(int from, int to, Scratch scratch) {
    products.encode(act.attended, from, to, w.attentionOutput());
  }

  private void feedForwardInput(int from, int to, Scratch scratch) {
    for (int t = from; t < to; t++) {
      addProjected(t);
      norm(t, w.feedForwardNorm());
    }
    products.encode(act.normed, from, to, w.gate(), w.up());
  }

  private void encodeGated(int from, int to, Scratch scratch) {
    products.encode(act.gated, from, to, w.down());
  }

  /**
   * The last norm and the vocabulary, only for the tokens whose logits are wanted, a few rows at a
   * time.
   */
  private void output(LogitsSink sink) {
    int count = 0;
    for (int t = 0; t < batch.size(); t++) {
      if (batch.wantsLogits(t)) {
        wanted[count++] = t;
      }
      if (count > 0 && (count == wanted.length || t == batch.size() - 1)) {
        logits(count, sink);
        count = 0;
      }
    }
  }

  private void logits(int count, LogitsSink sink) {
    for (int i = 0; i < count; i++) {
      addProjected(wanted[i]);
      kernels.rmsNorm(
          act.residual,
          (long) wanted[i] * a.hidden(),
          weights.outputNorm(),
          act.normed.floats(),
          (long) i * a.hidden(),
          a.hidden(),
          a.epsilon());
    }
    products.encode(act.normed, 0, count, weights.output());
    products.run(act.normed, count, weights.output(), act.logits);
    for (int i = 0; i < count; i++) {
      long offset = (long) i * logits.length * Float.BYTES;
      MemorySegment.copy(act.logits, JAVA_FLOAT, offset, logits, 0, logits.length);
      sink.accept(wanted[i], logits);
    }
  }

  @Override
  public void close() {
    act.close();
    attention.close();
    products.close();
  }
}
