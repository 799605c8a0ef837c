package org.blossomlm.engine;

/**
 * How a {@link Scheduler} shares a model.
 *
 * @param parallel answers that are under way at the same time, at most
 * @param queue requests that may wait for a place
 * @param queuePerClient requests of one named client that may wait
 * @param promptTokens prompt tokens of one forward pass while no answer waits for its next token;
 *     never more than {@link LoadOptions#chunkSize()}
 * @param promptTokensBesideAnswers prompt tokens of one forward pass that also makes the next
 *     tokens of answers: more of them read prompts faster, fewer keep answers flowing
 */
public record SchedulerOptions(
    int parallel, int queue, int queuePerClient, int promptTokens, int promptTokensBesideAnswers) {
  public static final SchedulerOptions DEFAULT = new SchedulerOptions(8, 512, 128, 512, 64);

  /**
   * @throws IllegalArgumentException if a number is less than 1
   */
  public SchedulerOptions {
    checkPositive("parallel", parallel);
    checkPositive("queue", queue);
    checkPositive("queuePerClient", queuePerClient);
    checkPositive("promptTokens", promptTokens);
    checkPositive("promptTokensBesideAnswers", promptTokensBesideAnswers);
  }

  private static void checkPositive(String name, int found) {
    if (found < 1) {
      throw new IllegalArgumentException(name + ": found " + found + ", allowed is 1 or more");
    }
  }

  public SchedulerOptions withParallel(int answers) {
    return new SchedulerOptions(
        answers, queue, queuePerClient, promptTokens, promptTokensBesideAnswers);
  }

  public SchedulerOptions withQueue(int requests, int perClient) {
    return new SchedulerOptions(
        parallel, requests, perClient, promptTokens, promptTokensBesideAnswers);
  }

  public SchedulerOptions withPromptTokens(int alone, int besideAnswers) {
    return new SchedulerOptions(parallel, queue, queuePerClient, alone, besideAnswers);
  }
}
