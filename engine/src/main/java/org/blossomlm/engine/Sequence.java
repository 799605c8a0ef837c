package org.blossomlm.engine;

/** One sequence in a decoder: its tokens and its KV cache. */
final class Sequence implements Evaluator, AutoCloseable {
  private final SharedDecoder decoder;
  private final KvCache cache;
  private final Batch batch = new Batch();
  private final int chunkSize;

  Sequence(SharedDecoder decoder, KvPagePool pool, int contextLength, int chunkSize) {
    this.chunkSize = chunkSize;
    this.decoder = decoder;
    this.cache = new KvCache(decoder.architecture(), pool, contextLength);
  }

  @Override
  public int contextLength() {
    return cache.capacity();
  }

  @Override
  public int length() {
    return cache.length();
  }

  @Override
  public int chunkSize() {
    return chunkSize;
  }

  /** The token at a position below {@link #length()}. */
  int tokenAt(int position) {
    return cache.tokenAt(position);
  }

  /** Pages of the KV cache that the sequence holds. */
  int pageCount() {
    return cache.pageCount();
  }

  @Override
  public int reuse(int[] tokens, int to) {
    return cache.reuse(tokens, to);
  }

  @Override
  public void truncate(int newLength) {
    cache.truncate(newLength);
  }

  @Override
  public void shift(int keep, int discard) {
    if (keep < 0 || discard < 0 || keep + discard > length()) {
      throw new IllegalArgumentException(
          "keep and discard must not exceed the length %d: %d, %d"
              .formatted(length(), keep, discard));
    }
    decoder.exclusively(d -> cache.shift(keep, discard, d.kernels()));
  }

  @Override
  public void evaluate(int[] tokens, int from, int to, LogitRows logits) {
    evaluate(tokens, from, to, logits.wanted(), logits);
  }

  /** Evaluates tokens and hands over the logits after every one. */
  void evaluateAll(int[] tokens, int from, int to, Decoder.LogitsSink sink) {
    evaluate(tokens, from, to, to - from, sink);
  }

  /** Evaluates tokens whose logits nobody needs. */
  void prefill(int[] tokens, int from, int to) {
    evaluate(tokens, from, to, 0, (index, logits) -> {});
  }

  private void evaluate(int[] tokens, int from, int to, int wanted, Decoder.LogitsSink sink) {
    if (from >= to) {
      throw new IllegalArgumentException("no tokens to evaluate: [" + from + ", " + to + ")");
    }
    int end = length() + to - from;
    if (end > contextLength()) {
      throw new ContextLengthException(end, contextLength());
    }
    for (int i = from; i < to; i++) {
      decoder.checkToken(tokens[i]);
    }
    cache.reserve(end);
    batch.clear();
    stage(batch, tokens, from, to, wanted);
    decoder.forward(batch, sink);
    commit(tokens, from, to);
    boolean guesses = wanted > 1; // They may be taken back, and then the page goes on differently.
    if (!guesses) {
      cache.publish();
    }
  }

  /**
   * Makes room for the next {@code count} positions, or as many of them as there is memory for;
   * returns how many.
   */
  int reserve(int count) {
    return cache.reservable(length() + count) - length();
  }

  /** Adds tokens to a batch for which room was made; {@link #commit} follows once it has run. */
  void stage(Batch batch, int[] tokens, int from, int to, int wanted) {
    for (int i = from; i < to; i++) {
      batch.add(cache, tokens[i], length() + i - from, i >= to - wanted);
    }
  }

  /** Takes over the tokens that were staged. */
  void commit(int[] tokens, int from, int to) {
    cache.append(tokens, from, to);
  }

  /** Lets other sequences share what was evaluated. */
  void publish() {
    cache.publish();
  }

  /** Lets go of the memory. No pass with this sequence may run, or be staged. */
  void release() {
    cache.close();
  }

  /** Lets go of the memory when no pass runs. */
  @Override
  public void close() {
    decoder.whenIdle(cache::close);
  }
}
