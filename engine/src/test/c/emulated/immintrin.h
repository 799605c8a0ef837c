/*
 * Stands in for the compiler's header where AVX-512 is emulated: SIMDe (https://github.com/simd-everywhere/simde), and
 * what its version in Debian 12 lacks, element by element as Intel's guide defines it.
 */
#include <simde/x86/avx512.h>
#include <simde/x86/f16c.h>
#include <simde/x86/fma.h>
#include <math.h>
#include <string.h>

#define __mmask16 simde__mmask16
#undef _mm512_madd_epi16
#undef _mm512_fmadd_ps

#define ELEMENTWISE(result, name, parameter, type, count, to, expression) \
  static inline result name(parameter p) {                               \
    type in[count];                                                      \
    to out[count];                                                       \
    result r;                                                            \
    memcpy(in, &p, sizeof in);                                           \
    for (int i = 0; i < count; i++) {                                    \
      out[i] = (to)(expression);                                         \
    }                                                                    \
    memcpy(&r, out, sizeof r);                                           \
    return r;                                                            \
  }

ELEMENTWISE(__m128i, _mm512_cvtepi32_epi8, __m512i, int32_t, 16, int8_t, in[i])
ELEMENTWISE(__m512, _mm512_cvtepi32_ps, __m512i, int32_t, 16, float, in[i])
ELEMENTWISE(__m512i, _mm512_cvtepi8_epi32, __m128i, int8_t, 16, int32_t, in[i])
ELEMENTWISE(__m512i, _mm512_cvtepu8_epi32, __m128i, uint8_t, 16, int32_t, in[i])
ELEMENTWISE(__m512i, _mm512_cvtepu16_epi32, __m256i, uint16_t, 16, int32_t, in[i])
ELEMENTWISE(__m512i, _mm512_cvtps_epi32, __m512, float, 16, int32_t, rintf(in[i]))

static inline float _cvtsh_ss(uint16_t half) {
  return simde_mm_cvtss_f32(simde_mm_cvtph_ps(simde_mm_set1_epi16((int16_t)half)));
}

static inline __m512 _mm512_cvtph_ps(__m256i halves) {
  uint16_t in[16];
  float out[16];
  memcpy(in, &halves, sizeof in);
  for (int i = 0; i < 16; i++) {
    out[i] = _cvtsh_ss(in[i]);
  }
  return simde_mm512_loadu_ps(out);
}

static inline __m256i _mm512_cvtps_ph(__m512 floats, int rounding) {
  float in[16];
  __m128i out[2];
  (void)rounding;
  memcpy(in, &floats, sizeof in);
  for (int h = 0; h < 2; h++) {
    __m128i low = simde_mm_cvtps_ph(simde_mm_loadu_ps(in + 8 * h), 0);
    __m128i high = simde_mm_cvtps_ph(simde_mm_loadu_ps(in + 8 * h + 4), 0);
    out[h] = simde_mm_unpacklo_epi64(low, high);
  }
  __m256i r;
  memcpy(&r, out, sizeof r);
  return r;
}

static inline __m256 _mm512_extractf32x8_ps(__m512 floats, int half) {
  __m256 out[2];
  memcpy(out, &floats, sizeof out);
  return out[half];
}

static inline __m512i _mm512_madd_epi16(__m512i x, __m512i y) {
  int16_t a[32], b[32];
  int32_t out[16];
  __m512i r;
  memcpy(a, &x, sizeof a);
  memcpy(b, &y, sizeof b);
  for (int i = 0; i < 16; i++) {
    out[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  }
  memcpy(&r, out, sizeof r);
  return r;
}

/* SIMDe rounds the product; fused, results are those of the other instruction sets, bit for bit. */
static inline __m512 _mm512_fmadd_ps(__m512 x, __m512 y, __m512 z) {
  float a[16], b[16], c[16];
  memcpy(a, &x, sizeof a);
  memcpy(b, &y, sizeof b);
  memcpy(c, &z, sizeof c);
  for (int i = 0; i < 16; i++) {
    c[i] = fmaf(a[i], b[i], c[i]);
  }
  return simde_mm512_loadu_ps(c);
}
