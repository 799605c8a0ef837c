package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.AttentionTask;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Scratch;

/*
 * The positions of a sequence are cut into spans of fixed size. A span's softmax is taken on its own and the spans of a
 * head are folded in order with an online softmax (Milakov and Gimelshein 2018; the split over positions is that of
 * Flash-Decoding, Dao et al. 2023). Since spans do not depend on threads or on what else is in the batch, neither does a
 * bit of the result: where there are many heads and tokens a thread computes all spans of one, where there are few the
 * spans are shared out and folded afterwards.
 */
/** Attention of all tokens of a batch in one layer, shared among the threads of a pool. */
final class AttentionPass implements AutoCloseable {
  /** Positions of a span; a multiple of a page. */
  static final int SPAN = 512;

  private final Architecture a;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final int blockTokens;
  private final int partialSize;
  private final WorkerPool.Range wholeHeads = this::wholeHeads;
  private final WorkerPool.Range singleSpans = this::singleSpans;
  private final WorkerPool.Range foldSpans = this::foldSpans;

  /** First token of each block; tokens of a block are consecutive ones of one sequence. */
  private int[] blockStarts = new int[16];

  private int blocks;
  private int spans;
  private boolean shared;
  private Batch batch = new Batch();
  private int layer;
  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment out = MemorySegment.NULL;

  private Partials partials = new Partials(64);

  /** Memory for partial results; replaced by a larger one as contexts grow. */
  private static final class Partials {
    final Arena arena = Arena.ofShared();
    final MemorySegment floats;

    Partials(long bytes) {
      floats = arena.allocate(bytes, 64);
    }
  }

  AttentionPass(Architecture a, Kernels kernels, WorkerPool pool) {
    this.a = a;
    this.kernels = kernels;
    this.pool = pool;
    this.blockTokens = Math.max(1, kernels.attentionQueries() / a.group());
    this.partialSize = a.headSize() + AttentionTask.PARTIAL_EXTRA;
  }

  /** Plans the loops for a batch; the same plan serves all layers. */
  void prepare(Batch batch) {
    this.batch = batch;
    if (blockStarts.length <= batch.size()) {
      blockStarts = new int[Math.max(batch.size() + 1, 2 * blockStarts.length)];
    }
    blocks = 0;
    spans = 0;
    for (int t = 0; t < batch.size(); t++) {
      if (t == 0 || !continuesBlock(t)) {
        blockStarts[blocks++] = t;
      }
      spans = Math.max(spans, batch.position(t) / SPAN + 1);
    }
    blockStarts[blocks] = batch.size();
    shared = spans > 1 && blocks * a.keyValueHeads() < 2 * pool.threads();
    // Shared spans each have a place; otherwise every worker has one for the span at hand and one
    // to fold into.
    int blockFloats = blockTokens * a.group() * partialSize;
    long places = shared ? (long) blocks * a.keyValueHeads() * spans : 2L * pool.threads();
    reserve(places * blockFloats * Float.BYTES);
  }

  private boolean continuesBlock(int t) {
    return t - blockStarts[blocks - 1] < blockTokens
        && batch.cache(t) == batch.cache(t - 1)
        && batch.position(t) == batch.position(t - 1) + 1;
  }

  private void reserve(long bytes) {
    long size = partials.floats.byteSize();
    if (size < bytes) {
      partials.arena.close();
      partials = new Partials(Math.max(bytes, 2 * size));
    }
  }

  /** Reads the queries of {@code act} and the caches of the batch, writes what was attended to. */
  void run(int layer, Activations act) {
    this.layer = layer;
    query = act.query;
    out = act.attended.floats();
    int heads = blocks * a.keyValueHeads();
    if (shared) {
      pool.run(heads * spans, 1, singleSpans);
      pool.run(heads, heads, foldSpans);
    } else {
      pool.run(heads, 1, wholeHeads);
    }
  }

  private long place(long index) {
    return index * blockTokens * a.group() * partialSize;
  }

  private void wholeHeads(int from, int to, Scratch scratch) {
    long folded = place(2L * scratch.worker());
    long next = place(2L * scratch.worker() + 1);
    for (int i = from; i < to; i++) {
      int block = i / a.keyValueHeads();
      int head = i % a.keyValueHeads();
      int length = batch.position(blockStarts[block + 1] - 1) + 1;
      for (int start = 0; start < length; start += SPAN) {
        attend(block, head, start, start == 0 ? folded : next, scratch);
        if (start > 0) {
          fold(block, folded, next);
        }
      }
      finish(block, head, folded);
    }
  }

  private void singleSpans(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      int head = i / spans;
      int block = head / a.keyValueHeads();
      int start = i % spans * SPAN;
      if (start <= batch.position(blockStarts[block + 1] - 1)) {
        attend(block, head % a.keyValueHeads(), start, place(i), scratch);
      }
    }
  }

  private void foldSpans(int from, int to, Scratch scratch) {
    for (int i = from; i < to; i++) {
      int block = i / a.keyValueHeads();
      long folded = place((long) i * spans);
      int last = batch.position(blockStarts[block + 1] - 1) / SPAN;
      for (int s = 1; s <= last; s++) {
        fold(block, folded, place((long) i * spans + s));
      }
      finish(block, i % a.keyValueHeads(), folded);
    }
  }

  private void attend(int block, int head, int start, long partial, Scratch scratch) {
    int first = blockStarts[block];
    AttentionTask task = scratch.attention;
    batch.cache(first).view(layer, head, task);
    task.query = query;
    task.queryOffset = queryAt(first, head);
    task.tokenStride = a.queryWidth();
    task.tokens = blockStarts[block + 1] - first;
    task.group = a.group();
    task.headSize = a.headSize();
    task.firstPosition = batch.position(first);
    task.from = start;
    task.to = start + SPAN;
    task.scale = a.attentionScale();
    task.partial = partials.floats;
    task.partialOffset = partial;
    kernels.attention(task, scratch);
  }

  private long queryAt(int token, int head) {
    return (long) token * a.queryWidth() + (long) head * a.group() * a.headSize();
  }

  /** Joins the later span at {@code next} to what is at {@code folded}. */
  private void fold(int block, long folded, long next) {
    int vectors = (blockStarts[block + 1] - blockStarts[block]) * a.group();
    int size = a.headSize();
    for (int v = 0; v < vectors; v++) {
      long x = folded + (long) v * partialSize;
      long y = next + (long) v * partialSize;
      float yTotal = get(y + size + 1);
      if (yTotal == 0) {
        continue; // The token does not reach into this span.
      }
      float max = Math.max(get(x + size), get(y + size));
      float xFactor = (float) Math.exp(get(x + size) - max);
      float yFactor = (float) Math.exp(get(y + size) - max);
      for (int i = 0; i < size; i++) {
        set(x + i, get(x + i) * xFactor + get(y + i) * yFactor);
      }
      set(x + size, max);
      set(x + size + 1, get(x + size + 1) * xFactor + yTotal * yFactor);
    }
  }

  /** Divides the sums by their totals. */
  private void finish(int block, int head, long folded) {
    int size = a.headSize();
    long from = folded;
    for (int t = blockStarts[block]; t < blockStarts[block + 1]; t++) {
      long to = queryAt(t, head);
      for (int h = 0; h < a.group(); h++, from += partialSize, to += size) {
        float factor = 1 / get(from + size + 1);
        for (int i = 0; i < size; i++) {
          out.setAtIndex(JAVA_FLOAT, to + i, get(from + i) * factor);
        }
      }
    }
  }

  private float get(long index) {
    return partials.floats.getAtIndex(JAVA_FLOAT, index);
  }

  private void set(long index, float value) {
    partials.floats.setAtIndex(JAVA_FLOAT, index, value);
  }

  @Override
  public void close() {
    partials.arena.close();
  }
}
