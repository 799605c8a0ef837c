package org.blossomlm.bench;

/**
 * How fast the machine multiplies and adds float32 numbers that are in registers, with the widest
 * vectors that Java uses here. It bounds the speed of prompts for kernels that multiply floats;
 * kernels on 8-bit integers, which fit four times as many into a vector, can exceed it. {@link
 * ProductRate} is what the kernels themselves reach.
 *
 * @param operationsPerSecond a multiplication and an addition are two
 */
public record DotProductRate(double operationsPerSecond, int threads) {
  private static final int ROUNDS = 1 << 22;

  /** Takes a second or so. */
  public static DotProductRate measure(int threads) {
    ProbeLoops loops = ProbeLoops.best();
    double seconds = ProbeThreads.bestSeconds(threads, i -> loops.multiplyAdd(ROUNDS));
    return new DotProductRate(
        (double) ROUNDS * loops.operationsPerRound() * threads / seconds, threads);
  }
}
