package org.blossomlm.engine.kernels;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector species of {@link VectorKernels}: static finals, because the JIT compiles vector code
 * well only where the species is a constant. A class of its own, so that nothing is linked before
 * the provider has been checked.
 */
final class VectorShapes {
  /** Forces a width in bits, so that one machine can test all of them. */
  static final String WIDTH_PROPERTY = "blossom.vector.bits";

  static final VectorSpecies<Float> FLOATS = floats();
  static final int LANES = FLOATS.length();

  /** As many ints as {@link #FLOATS} has lanes. */
  static final VectorSpecies<Integer> INTS =
      IntVector.SPECIES_PREFERRED.withShape(FLOATS.vectorShape());

  /** As many shorts as {@link #FLOATS} has lanes. */
  static final VectorSpecies<Short> HALVES =
      ShortVector.SPECIES_128.withShape(VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** Quants of the products with interleaved rows: a tile has sixteen rows, 256 bits. */
  static final VectorSpecies<Short> SHORTS =
      ShortVector.SPECIES_128.withShape(
          VectorShape.forBitSize(Math.min(FLOATS.vectorBitSize(), 256)));

  /** Rows that are multiplied together: a tile's, or half of them. */
  static final int BAND = SHORTS.length();

  /** The even or the odd lanes of {@link #SHORTS}. */
  static final VectorSpecies<Integer> BAND_INTS =
      IntVector.SPECIES_128.withShape(SHORTS.vectorShape());

  static final VectorSpecies<Float> BAND_FLOATS =
      FloatVector.SPECIES_128.withShape(SHORTS.vectorShape());

  /** Sixteen quants: every machine has this width. */
  static final VectorSpecies<Byte> QUANTS = ByteVector.SPECIES_128;

  /** Float vectors that {@link #QUANTS} widens to. */
  static final int PARTS = 16 / LANES;

  private VectorShapes() {}

  private static VectorSpecies<Float> floats() {
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    int bits = Integer.getInteger(WIDTH_PROPERTY, Math.min(preferred, 512));
    if (bits != 128 && bits != 256 && bits != 512) {
      throw new IllegalArgumentException(
          "vector width must be 128, 256 or 512 bits: " + WIDTH_PROPERTY + "=" + bits);
    }
    return FloatVector.SPECIES_PREFERRED.withShape(VectorShape.forBitSize(bits));
  }
}
