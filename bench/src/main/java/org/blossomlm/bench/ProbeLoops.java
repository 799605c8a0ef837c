package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The loops that the probes of the machine time. */
interface ProbeLoops {
  /**
   * Reads all of {@code data}, a multiple of 4 KiB; the result keeps the reads from being removed.
   */
  long read(MemorySegment data);

  /** Multiplies and adds float32 numbers in registers, {@link #operationsPerRound} a round. */
  float multiplyAdd(int rounds);

  int operationsPerRound();

  /** With vectors where the module for them is loaded. */
  static ProbeLoops best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorProbes()
        : new Scalar();
  }

  /** Without vectors. */
  final class Scalar implements ProbeLoops {
    @Override
    public long read(MemorySegment data) {
      long quarter = data.byteSize() / 4;
      long a = 0;
      long b = 0;
      long c = 0;
      long d = 0;
      for (long i = 0; i < quarter; i += Long.BYTES) {
        a ^= data.get(ValueLayout.JAVA_LONG, i);
        b ^= data.get(ValueLayout.JAVA_LONG, i + quarter);
        c ^= data.get(ValueLayout.JAVA_LONG, i + 2 * quarter);
        d ^= data.get(ValueLayout.JAVA_LONG, i + 3 * quarter);
      }
      return a ^ b ^ c ^ d;
    }

    @Override
    public float multiplyAdd(int rounds) {
      float a = 1;
      float b = 1;
      float c = 1;
      float d = 1;
      for (int round = 0; round < rounds; round++) {
        a = a * 0.999f + 0.001f;
        b = b * 0.999f + 0.001f;
        c = c * 0.999f + 0.001f;
        d = d * 0.999f + 0.001f;
      }
      return a + b + c + d;
    }

    @Override
    public int operationsPerRound() {
      return 8;
    }
  }
}
