package org.blossomlm.engine;

import java.util.Arrays;
import org.blossomlm.engine.kernels.KvType;

/** One sequence in a decoder: its tokens and its KV cache. */
final class Sequence implements Evaluator, AutoCloseable {
  private final SharedDecoder decoder;
  private final KvCache cache;
  private final Batch batch = new Batch();
  private final int chunkSize;

  /** A copy: the decoder's own are overwritten by the next sequence that has its turn. */
  private final float[] logits;

  private int[] tokens = new int[256];
  private int length;

  Sequence(SharedDecoder decoder, KvType kvType, int contextLength, int chunkSize) {
    this.decoder = decoder;
    this.cache = new KvCache(decoder.architecture(), kvType, contextLength);
    this.chunkSize = chunkSize;
    this.logits = new float[decoder.vocabulary()];
  }

  @Override
  public int contextLength() {
    return cache.capacity();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int tokenAt(int position) {
    if (position >= length) {
      throw new IndexOutOfBoundsException(position);
    }
    return tokens[position];
  }

  @Override
  public int chunkSize() {
    return chunkSize;
  }

  @Override
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException(
          "new length must lie in [0, " + length + "]: " + newLength);
    }
    length = newLength;
  }

  @Override
  public void shift(int keep, int discard) {
    if (keep < 0 || discard < 0 || keep + discard > length) {
      throw new IllegalArgumentException(
          "keep and discard must not exceed the length " + length + ": " + keep + ", " + discard);
    }
    decoder.exclusively(d -> cache.shift(keep + discard, length, discard, d.kernels()));
    System.arraycopy(tokens, keep + discard, tokens, keep, length - keep - discard);
    length -= discard;
  }

  @Override
  public float[] evaluate(int[] source, int from, int to) {
    if (from >= to) {
      throw new IllegalArgumentException("no tokens to evaluate: [" + from + ", " + to + ")");
    }
    append(
        source, from, to, false, (index, all) -> System.arraycopy(all, 0, logits, 0, all.length));
    return logits;
  }

  /** Evaluates tokens and hands over the logits after every one. */
  void evaluateAll(int[] source, int from, int to, Decoder.LogitsSink sink) {
    append(source, from, to, true, sink);
  }

  private void append(int[] source, int from, int to, boolean all, Decoder.LogitsSink sink) {
    int count = to - from;
    if (length + count > cache.capacity()) {
      throw new ContextLengthException(length + count, cache.capacity());
    }
    for (int i = from; i < to; i++) {
      decoder.checkToken(source[i]);
    }
    decoder.exclusively(d -> {
      batch.clear();
      for (int i = 0; i < count; i++) {
        batch.add(cache, source[from + i], length + i, all || i == count - 1);
      }
      d.forward(batch, sink);
    });
    if (tokens.length < length + count) {
      tokens = Arrays.copyOf(tokens, Math.max(length + count, 2 * tokens.length));
    }
    System.arraycopy(source, from, tokens, length, count);
    length += count;
  }

  @Override
  public void close() {
    decoder.whenIdle(cache::close);
  }
}
