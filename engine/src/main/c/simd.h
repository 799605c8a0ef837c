/* The instruction set that this compilation is for. */
#ifndef BLOSSOM_SIMD_H
#define BLOSSOM_SIMD_H

#include "blossom.h"
#include <string.h>

/* Encoded activations of one token, see blossom.h. */
struct token {
  const int8_t *q;
  const int16_t *pairs;
  const struct block_info *info;
};

#if defined(__aarch64__)
#include "simd_neon.h"
#elif defined(AVX512)
#include "simd_avx512.h"
#else
#include "simd_avx2.h"
#endif

/*
 * e^x to two units in the last place for x <= 0, which is all that softmax and silu need: x is
 * split into n ln 2 + r (Cody and Waite 1980) and e^r comes from a polynomial (the coefficients
 * are Cephes' expf). Below -87.3 the result is that of -87.3, about 1e-38. NaN
 * stays: a maximum with NaN is its second operand.
 */
INLINE floats16 floats_exp_negative(floats16 x) {
  x = floats_max(floats_set(-87.33654f), x);
  ints16 n = floats_round(floats_mul(x, floats_set(1.44269504f)));
  floats16 k = floats_from_ints(n);
  floats16 r = floats_fma(k, floats_set(-0.693359375f), x);
  r = floats_fma(k, floats_set(2.12194440e-4f), r);
  floats16 p = floats_set(1.9875691500e-4f);
  p = floats_fma(p, r, floats_set(1.3981999507e-3f));
  p = floats_fma(p, r, floats_set(8.3334519073e-3f));
  p = floats_fma(p, r, floats_set(4.1665795894e-2f));
  p = floats_fma(p, r, floats_set(1.6666665459e-1f));
  p = floats_fma(p, r, floats_set(5.0000001201e-1f));
  p = floats_fma(p, floats_mul(r, r), floats_add(r, floats_set(1)));
  return floats_mul(p, floats_exponent(n));
}

#endif
