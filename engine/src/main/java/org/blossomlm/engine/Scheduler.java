package org.blossomlm.engine;

import java.util.concurrent.CompletableFuture;

/**
 * Answers many requests at once: one forward pass takes the next token of every answer under way
 * and a piece of a prompt or two (continuous batching, Yu et al., "Orca", 2022). The weights are
 * read once for all of them, and a prompt that begins like another one is computed only from where
 * it differs.
 *
 * {@snippet class="org.blossomlm.engine.Snippets" region="schedule"}
 *
 * <p><b>The answer</b> to a request depends on nothing but the request: the same prompt, options
 * and seed give the same text alone, in a {@link Session}, and among any others.
 *
 * <p><b>Fairness.</b> A request waits in a queue of its client until there is a place. A place goes
 * to the client with the fewest answers under way; between equals they take turns. Long prompts are
 * read in pieces, in turns, so they hold up neither answers nor each other. A queue has a limit,
 * and {@link #submit} fails beyond it.
 *
 * <p><b>Memory.</b> A request is admitted when the KV cache has room for its prompt. If the room
 * runs out while answers grow, the answer admitted last gives its memory up and waits until there
 * is some; then it is computed again, to the same bits, and goes on. So the oldest always proceeds,
 * and everything ends in a finite time unless an answer without limit holds the memory. Sessions
 * and other schedulers of the same model use the same memory and give none up; where they leave too
 * little for a single answer, that one fails with {@link OutOfMemoryException}.
 *
 * <p><b>Listeners</b> hear of their answer on a thread of their own, so a slow one holds up nobody;
 * only {@link GenerationListener#cancelled()} is asked from the scheduler and must return at once.
 * An exception of a listener ends its own answer.
 *
 * <p>Safe for use by many threads.
 */
public interface Scheduler extends AutoCloseable {
  /** As {@link #submit(String, int[], GenerationOptions, GenerationListener)} for no client. */
  default Request submit(int[] prompt, GenerationOptions options, GenerationListener listener) {
    return submit("", prompt, options, listener);
  }

  /**
   * Queues a request and returns at once.
   *
   * @param client whom it counts for, say a user or an address; empty if that is not known
   * @param prompt token ids, which are copied
   * @throws IllegalArgumentException if the prompt is empty, or a token of the prompt or of a logit
   *     bias is outside the vocabulary
   * @throws ContextLengthException if the prompt is longer than the context
   * @throws QueueFullException if too many requests are waiting, of all clients or of this one
   * @throws IllegalStateException if the scheduler was closed
   */
  Request submit(
      String client, int[] prompt, GenerationOptions options, GenerationListener listener);

  /** What is going on and what was done so far. */
  SchedulerStatistics statistics();

  /**
   * Ends all answers as they are, with {@link FinishReason#CANCELLED}, and takes no more requests.
   * Returns when the last forward pass is over; listeners may still hear the rest.
   */
  @Override
  void close();

  /** A submitted request. */
  interface Request {
    /** Ends the answer as it is, with {@link FinishReason#CANCELLED}, unless it has ended. */
    void cancel();

    /**
     * Completes after the listener has heard everything: with the answer, cancelled ones included,
     * or exceptionally with what the listener threw, a {@link org.blossomlm.model.ModelException},
     * or an {@link OutOfMemoryException}. Completing or cancelling it from outside has no effect on
     * the request.
     */
    CompletableFuture<Generation> completion();
  }
}
