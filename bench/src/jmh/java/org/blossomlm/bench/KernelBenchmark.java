package org.blossomlm.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.Scratch;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What benchmarks of kernels share: one thread, the providers side by side, and a comparison with
 * the scalar specification before anything is measured, which fails the benchmark.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class KernelBenchmark {
  /** Sums of float32 in another order, over a thousand columns. */
  static final double ORDER = 1e-4;

  /** Activations rounded to 8 bits. */
  static final double ROUNDING = 0.05;

  @Param({"scalar", "vector", "native"})
  public String provider = "";

  final Arena arena = Arena.ofAuto();
  final Scratch scratch = new Scratch(0);
  final SplittableRandom random = new SplittableRandom(20251125);
  Kernels kernels = choose("scalar");
  Kernels scalar = kernels;

  @Setup
  public void chooseKernels() {
    kernels = choose(provider);
  }

  private static Kernels choose(String name) {
    return KernelProvider.choose(Optional.of(name)).kernels();
  }

  /** Numbers from -1 to 1. */
  MemorySegment randomFloats(long count) {
    MemorySegment floats = zeros(count);
    for (long i = 0; i < count; i++) {
      floats.setAtIndex(JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return floats;
  }

  MemorySegment zeros(long count) {
    return arena.allocate(count * Float.BYTES, 64);
  }

  MemorySegment copy(MemorySegment floats) {
    return arena.allocate(floats.byteSize(), 64).copyFrom(floats);
  }

  /**
   * Compares with what the specification computed.
   *
   * @param tolerance as a part of the expected numbers' root mean square
   */
  void requireClose(MemorySegment actual, MemorySegment expected, double tolerance) {
    long count = expected.byteSize() / Float.BYTES;
    double squares = 0;
    for (long i = 0; i < count; i++) {
      squares += Math.pow(expected.getAtIndex(JAVA_FLOAT, i), 2);
    }
    double allowed = tolerance * Math.sqrt(squares / count);
    for (long i = 0; i < count; i++) {
      float found = actual.getAtIndex(JAVA_FLOAT, i);
      float wanted = expected.getAtIndex(JAVA_FLOAT, i);
      if (!(Math.abs((double) found - wanted) <= allowed)) {
        throw new IllegalStateException(
            "%s: element %d is %s, the specification has %s, allowed is a difference of %s"
                .formatted(kernels.name(), i, found, wanted, allowed));
      }
    }
  }
}
