package org.blossomlm.engine;

/**
 * What a {@link Scheduler} is doing, and what it has done since it was opened.
 *
 * @param running answers under way
 * @param waiting requests without a place, those that gave theirs up included
 * @param finished requests that have ended, in whatever way
 * @param passes forward passes
 * @param evaluatedTokens tokens that went through the model: of prompts, of answers, guesses, and
 *     tokens that were computed again
 * @param reusedTokens prompt tokens that did not have to, because their keys and values were there
 * @param preemptions answers that gave their memory up for a while
 * @param kvBytes memory of keys and values now, prefixes kept for later prompts included
 * @param kvBytesLimit the most it may be
 */
public record SchedulerStatistics(
    int running,
    int waiting,
    long finished,
    long passes,
    long evaluatedTokens,
    long reusedTokens,
    long preemptions,
    long kvBytes,
    long kvBytesLimit) {
  /** The same with requests that wait in a queue added. */
  SchedulerStatistics withQueued(int queued) {
    return new SchedulerStatistics(
        running,
        waiting + queued,
        finished,
        passes,
        evaluatedTokens,
        reusedTokens,
        preemptions,
        kvBytes,
        kvBytesLimit);
  }
}
