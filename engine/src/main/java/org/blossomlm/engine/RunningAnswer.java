package org.blossomlm.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A request that has a place: its sequence, its answer so far, and its part in the next pass. */
final class RunningAnswer {
  final QueuedRequest request;
  final LogitRows logits;

  /** Numbers answers as they were admitted. */
  final long order;

  private final Sequence sequence;
  private final Generator generator;

  /** The pass in which a piece of its text was last read, or before which it got its place. */
  long readIn;

  /** Whether it takes part in the next pass. */
  boolean planned;

  private int from;
  private int to;
  private @Nullable Throwable failure;

  RunningAnswer(QueuedRequest request, Sequence sequence, Generator generator, long order) {
    this.request = request;
    this.sequence = sequence;
    this.generator = generator;
    this.logits = generator.logits();
    this.order = order;
  }

  /** Whether the next token is all that is missing; otherwise there is text to read first. */
  boolean answers() {
    return generator.remaining() == 1;
  }

  /** Pages that it does not hold and needs to read its text and to go on for a while. */
  int pagesToCome() {
    int soon = Math.min(generator.length() + KvLayout.PAGE_TOKENS, sequence.contextLength());
    return Math.max(0, KvLayout.pages(soon) - sequence.pageCount());
  }

  /** Prompt and answer so far. */
  int[] text() {
    return generator.text();
  }

  /** Tokens of {@link #text} that the context takes. */
  int textLength() {
    return Math.min(generator.length(), sequence.contextLength());
  }

  /** Whether {@code other} is about to compute the page that this one needs next. */
  boolean waitsFor(RunningAnswer other) {
    int end = (generator.from() / KvLayout.PAGE_TOKENS + 1) * KvLayout.PAGE_TOKENS;
    return other.order < order
        && end < generator.length()
        && end <= other.generator.length()
        && other.generator.from() < end
        && Arrays.equals(generator.text(), 0, end, other.generator.text(), 0, end);
  }

  /**
   * Decides what it does in the next pass; false if the answer has ended.
   *
   * @throws OutOfMemoryException if it needs memory that is lacking; may be called again
   */
  boolean prepare(int limit) {
    planned = generator.prepare(limit);
    return planned;
  }

  /** Tokens that it wants in the next pass. */
  int wanted() {
    return generator.to() - generator.from();
  }

  /** Makes room for what it wants, or for less and wants that; false if there is no room at all. */
  boolean reserve() {
    int room = sequence.reserve(wanted());
    if (room > 0) {
      generator.shrink(room);
    }
    return room > 0;
  }

  void stage(Batch batch) {
    from = generator.from();
    to = generator.to();
    sequence.stage(batch, generator.text(), from, to, logits.wanted());
  }

  /** Goes on with the logits of the pass. A failure is kept: it is this answer's alone. */
  void accept() {
    try {
      sequence.commit(generator.text(), from, to);
      generator.accept();
      sequence.publish();
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Gives up all memory; the answer can go on later. */
  void preempt() {
    sequence.publish();
    sequence.truncate(0);
    generator.rewind();
    planned = false;
  }

  void fail(Throwable reason) {
    failure = reason;
  }

  boolean ended() {
    return failure != null || generator.ended();
  }

  /** Tokens of the prompt that did not have to be evaluated. */
  int reusedTokens() {
    return generator.reusedTokens();
  }

  /** Lets go of the memory. */
  void release() {
    sequence.release();
  }

  /** Hands over the answer, as far as it got, or the failure. */
  void deliver() {
    if (failure != null) {
      request.delivery().fail(failure);
      return;
    }
    generator.cancel(); // Does nothing to an answer that has ended.
    request.delivery().finish(generator.result());
  }
}
