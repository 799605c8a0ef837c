package org.blossomlm.engine.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the processor can do, as far as the native kernels care.
 *
 * @param avx2 AVX2 with FMA and F16C
 * @param avxVnni 256-bit dot products of bytes
 * @param avx512 AVX-512 F, BW, DQ and VL
 * @param avx512Vnni 512-bit dot products of bytes
 * @param dotProduct AArch64 dot products of bytes
 */
record CpuFeatures(
    boolean avx2, boolean avxVnni, boolean avx512, boolean avx512Vnni, boolean dotProduct) {
  /** From the bits that the native library reports ({@code machine.c}). */
  static CpuFeatures of(long bits) {
    return new CpuFeatures(
        (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
  }

  /** Variants of the native kernels that run here, best first. */
  List<String> variants() {
    List<String> variants = new ArrayList<>();
    if (avx512 && avx512Vnni) {
      variants.add("avx512vnni");
    }
    if (avx512) {
      variants.add("avx512");
    }
    if (avx2 && avxVnni) {
      variants.add("avxvnni");
    }
    if (avx2) {
      variants.add("avx2");
    }
    if (dotProduct) {
      variants.add("neon");
    }
    // AVX-512 without dot products does less per clock than 256 bits with them.
    if (variants.contains("avxvnni") && !avx512Vnni) {
      variants.remove("avxvnni");
      variants.addFirst("avxvnni");
    }
    return List.copyOf(variants);
  }

  /** Why no variant runs here; empty if one does. */
  Optional<String> refusal() {
    return variants().isEmpty()
        ? Optional.of(
            "this processor has neither AVX2 with FMA (x86-64) nor dot products (AArch64)")
        : Optional.empty();
  }
}
