package org.blossomlm.bench;

import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** The loops of the probes, with vectors. Touches the incubating module. */
final class VectorProbes implements ProbeLoops {
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Four places at once: more of the prefetchers work than for one. */
  @Override
  public long read(MemorySegment data) {
    int step = LONGS.vectorByteSize();
    long quarter = data.byteSize() / 4;
    LongVector a = LongVector.zero(LONGS);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    for (long i = 0; i + step <= quarter; i += step) {
      a = a.lanewise(XOR, load(data, i));
      b = b.lanewise(XOR, load(data, i + quarter));
      c = c.lanewise(XOR, load(data, i + 2 * quarter));
      d = d.lanewise(XOR, load(data, i + 3 * quarter));
    }
    return a.lanewise(XOR, b).lanewise(XOR, c).lanewise(XOR, d).reduceLanes(XOR);
  }

  private static LongVector load(MemorySegment data, long offset) {
    return LongVector.fromMemorySegment(LONGS, data, offset, ByteOrder.nativeOrder());
  }

  /**
   * Ten sums, so that no multiply-add waits for the one before: two start per cycle and each takes
   * four or five.
   */
  @Override
  public float multiplyAdd(int rounds) {
    FloatVector x = FloatVector.broadcast(FLOATS, 0.999f);
    FloatVector y = FloatVector.broadcast(FLOATS, 0.001f);
    FloatVector a = x;
    FloatVector b = x;
    FloatVector c = x;
    FloatVector d = x;
    FloatVector e = x;
    FloatVector f = x;
    FloatVector g = x;
    FloatVector h = x;
    FloatVector i = x;
    FloatVector j = x;
    for (int round = 0; round < rounds; round++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).lane(0);
  }

  @Override
  public int operationsPerRound() {
    return 10 * 2 * FLOATS.length();
  }
}
