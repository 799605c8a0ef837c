package org.blossomlm.engine.kernels;

import java.lang.foreign.MemorySegment;

/**
 * What matrices are multiplied with: rows of activations.
 *
 * @param floats {@code tokens × columns} float32
 * @param encoded the same rows as {@link Kernels#encode} wrote them, for providers that multiply
 *     with 8-bit activations
 * @param columns elements of a row
 */
public record ProductInput(MemorySegment floats, MemorySegment encoded, int columns) {}
