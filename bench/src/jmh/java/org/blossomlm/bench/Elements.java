package org.blossomlm.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** The rest of a layer, on the numbers of one token of qwen2 1.5B. */
public class Elements extends KernelBenchmark {
  private static final int HIDDEN = 1536;
  private static final int FEED_FORWARD = 8960;
  private static final int HEAD = 128;
  private static final int HEADS = HIDDEN / HEAD;

  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private MemorySegment weight = MemorySegment.NULL;
  private MemorySegment angles = MemorySegment.NULL;
  private MemorySegment gate = MemorySegment.NULL;
  private MemorySegment up = MemorySegment.NULL;
  private MemorySegment out = MemorySegment.NULL;
  private MemorySegment work = MemorySegment.NULL;
  private MemorySegment cache = MemorySegment.NULL;

  /** One of the kernels, that leaves its result in {@link #out} or {@link #work}. */
  private interface Kernel {
    MemorySegment run(Kernels which);
  }

  @Setup
  public void compare() {
    x = randomFloats(HIDDEN);
    y = randomFloats(HIDDEN);
    weight = randomFloats(HIDDEN);
    gate = randomFloats(FEED_FORWARD);
    up = randomFloats(FEED_FORWARD);
    angles = zeros(HEAD);
    for (int pair = 0; pair < HEAD / 2; pair++) {
      double angle = random.nextDouble(2 * Math.PI);
      angles.setAtIndex(JAVA_FLOAT, 2L * pair, (float) Math.cos(angle));
      angles.setAtIndex(
          JAVA_FLOAT, 2L * pair + 1, (float) Math.sin(angle));
    }
    out = zeros(HIDDEN);
    work = zeros(FEED_FORWARD);
    cache = arena.allocate(KvType.F16.bytes(HIDDEN), 64);
    require(this::rmsNorm);
    require(this::rope);
    require(this::swiGlu);
    require(this::add);
    MemorySegment expected = copy(store(scalar));
    if (store(kernels).mismatch(expected) != -1) {
      throw new IllegalStateException(kernels.name() + ": stored other bytes");
    }
  }

  private void require(Kernel kernel) {
    MemorySegment expected = copy(kernel.run(scalar));
    MemorySegment actual = kernel.run(kernels);
    requireClose(actual, expected, 1e-5);
  }

  private MemorySegment rmsNorm(Kernels which) {
    which.rmsNorm(x, 0, weight, out, 0, HIDDEN, 1e-6f);
    return out;
  }

  private MemorySegment rope(Kernels which) {
    out.copyFrom(x);
    which.rope(out, 0, HEADS, HEAD, angles, 0, HEAD, true);
    return out;
  }

  private MemorySegment swiGlu(Kernels which) {
    work.copyFrom(gate);
    which.swiGlu(work, up, 1, FEED_FORWARD, 0, FEED_FORWARD);
    return work;
  }

  private MemorySegment add(Kernels which) {
    out.copyFrom(x);
    which.add(out, 0, y, 0, HIDDEN);
    return out;
  }

  private MemorySegment store(Kernels which) {
    which.store(KvType.F16, x, 0, cache, 0, HIDDEN);
    return cache;
  }

  @Benchmark
  public void rmsNorm() {
    rmsNorm(kernels);
  }

  /** With the copy of its input, which it changes in place. */
  @Benchmark
  public void rope() {
    rope(kernels);
  }

  /** With the copy of its input, which it changes in place. */
  @Benchmark
  public void swiGlu() {
    swiGlu(kernels);
  }

  /** With the copy of its input, which it changes in place. */
  @Benchmark
  public void add() {
    add(kernels);
  }

  @Benchmark
  public void store() {
    store(kernels);
  }
}
