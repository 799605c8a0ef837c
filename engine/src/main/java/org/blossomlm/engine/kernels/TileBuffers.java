package org.blossomlm.engine.kernels;

import static org.blossomlm.engine.kernels.VectorLayout.CHUNK;
import static org.blossomlm.engine.kernels.VectorShapes.GROUP;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/*
 * A group is two vectors of rows. For a chunk of columns of it (all indices count in vectors of rows, the group's first
 * one, then its second one):
 *
 *   quants   [step][a, b]    four unsigned bytes in each int: four columns of a row
 *   scales   [16 columns of a and 16 of b][a, b]
 *   minima   like scales
 *   weights  [a, b][column]  floats
 */
/** Arrays that one worker's products go through, see {@link VectorProducts}. */
final class TileBuffers {
  final int[] quants = new int[CHUNK / 4 * GROUP];
  final float[] scales = new float[CHUNK / 16 * GROUP];
  final float[] minima = new float[CHUNK / 16 * GROUP];
  final float[] weights = new float[CHUNK * GROUP];

  /** Columns of a matrix that was not packed at load: of the first vector of rows, the second. */
  final MemorySegment[] chunks = {MemorySegment.NULL, MemorySegment.NULL};

  /** Activations: of each chunk those of {@code a}, then those of {@code b}. */
  float[] x = new float[0];

  /** Results so far: by group, token and row. */
  float[] sums = new float[0];

  void growX(int size) {
    if (x.length < size) {
      x = new float[size];
    }
  }

  void growSums(int size) {
    if (sums.length < size) {
      sums = new float[size];
    }
  }

  MemorySegment chunk(int vector, long bytes) {
    if (chunks[vector].byteSize() < bytes) {
      chunks[vector] = Arena.ofAuto().allocate(bytes, 64);
    }
    return chunks[vector];
  }
}
