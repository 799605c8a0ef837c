/*
 * AVX-512 (F, BW, DQ, VL), with VNNI where AVX512VNNI is defined. Sixteen rows are one register.
 */
#include <immintrin.h>

typedef __m512i bytes64;
typedef __m512i ints16;
typedef __m512 floats16;

INLINE bytes64 bytes_load(const uint8_t *p) { return _mm512_loadu_si512(p); }
INLINE void bytes_store(uint8_t *p, bytes64 v) { _mm512_storeu_si512(p, v); }

/* (v >> n) & mask in every byte, mask < 256 >> n. */
INLINE bytes64 bytes_bits(bytes64 v, int n, int mask) {
  return _mm512_and_si512(_mm512_srl_epi16(v, _mm_cvtsi32_si128(n)), _mm512_set1_epi8((char)mask));
}

/* v | w << n; w << n must stay within a byte. */
INLINE bytes64 bytes_or_shifted(bytes64 v, bytes64 w, int n) {
  return _mm512_or_si512(v, _mm512_sll_epi16(w, _mm_cvtsi32_si128(n)));
}

/* table[v], v < 16 */
INLINE bytes64 bytes_lookup(bytes64 v, const int8_t *table) {
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table)), v);
}

INLINE floats16 floats_zero(void) { return _mm512_setzero_ps(); }
INLINE floats16 floats_set(float x) { return _mm512_set1_ps(x); }
INLINE floats16 floats_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void floats_store(float *p, floats16 v) { _mm512_storeu_ps(p, v); }
INLINE floats16 floats_mul(floats16 x, floats16 y) { return _mm512_mul_ps(x, y); }
INLINE floats16 floats_add(floats16 x, floats16 y) { return _mm512_add_ps(x, y); }
INLINE floats16 floats_fma(floats16 x, floats16 y, floats16 z) { return _mm512_fmadd_ps(x, y, z); }
INLINE floats16 floats_max(floats16 x, floats16 y) { return _mm512_max_ps(x, y); }
INLINE floats16 floats_abs(floats16 x) { return _mm512_and_ps(x, _mm512_castsi512_ps(_mm512_set1_epi32(0x7fffffff))); }
INLINE floats16 floats_div(floats16 x, floats16 y) { return _mm512_div_ps(x, y); }
INLINE floats16 floats_from_halves(const uint8_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
INLINE void floats_to_halves(uint8_t *p, floats16 v) {
  _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
INLINE floats16 floats_from_bfloats(const uint8_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
INLINE floats16 floats_from_u8(const uint8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
INLINE float half_to_float(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, 2);
  return _cvtsh_ss(half);
}
/* x where it is negative (minus zero included) takes y, elsewhere z. */
INLINE floats16 floats_select_negative(floats16 x, floats16 y, floats16 z) {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x)), z, y);
}
/* x where y is more than minus infinity (or NaN), elsewhere 0. */
INLINE floats16 floats_keep_finite(floats16 x, floats16 y) {
  __mmask16 keep = _mm512_cmp_ps_mask(y, _mm512_set1_ps(-__builtin_inff()), _CMP_NEQ_UQ);
  return _mm512_maskz_mov_ps(keep, x);
}
INLINE floats16 floats_from_u4(const uint8_t *p, int shift) {
  __m128i x = _mm_srl_epi16(_mm_loadu_si128((const __m128i *)p), _mm_cvtsi32_si128(shift));
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(x, _mm_set1_epi8(15))));
}
INLINE floats16 floats_from_i8(const uint8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
INLINE floats16 floats_from_ints(ints16 v) { return _mm512_cvtepi32_ps(v); }
INLINE ints16 floats_round(floats16 v) { return _mm512_cvtps_epi32(v); }

/* Integers within int8 as bytes. */
INLINE void ints_to_i8(int8_t *p, ints16 v) { _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(v)); }

INLINE int ints_sum(ints16 v) {
  __m256i s = _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
  __m128i x = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1));
  return _mm_cvtsi128_si32(x);
}
/* 2^n as floats, n in [-126, 127]. */
INLINE floats16 floats_exponent(ints16 n) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(n, _mm512_set1_epi32(127)), 23));
}
/* In the order of simd_avx2.h, so that the sums have the same bits. */
INLINE float floats_sum(floats16 v) {
  __m256 s = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  x = _mm_add_ss(x, _mm_movehdup_ps(x));
  return _mm_cvtss_f32(x);
}
INLINE float floats_largest(floats16 v) {
  __m256 s = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  x = _mm_max_ss(x, _mm_movehdup_ps(x));
  return _mm_cvtss_f32(x);
}

INLINE __m512i four_bytes(const void *p) {
  int32_t word;
  memcpy(&word, p, 4);
  return _mm512_set1_epi32(word);
}

#ifdef AVX512VNNI
enum { ENCODED_PAIRS = 0, SIGNED_BYTES = 64, SIGNED_OFFSET = -128, TILE_TOKENS = 8 };

/* As in simd_avx2.h. */
INLINE void dots_unsigned(const uint8_t *q, int groups, int most, const struct token *x, int64_t at, int tokens, ints16 *out) {
  (void)most;
#pragma GCC unroll 8
  for (int t = 0; t < tokens; t++) {
    out[t] = _mm512_setzero_si512();
  }
#pragma GCC unroll 8
  for (int g = 0; g < groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      out[t] = _mm512_dpbusd_epi32(out[t], w, four_bytes(x[t].q + at + 4 * g));
    }
  }
}

struct direct {
  ints16 sum;
};

INLINE void direct_start(struct direct *d) { d->sum = _mm512_setzero_si512(); }

INLINE void direct_add(struct direct *d, bytes64 w, int is_signed, int most, int g, const struct token *x, int64_t at) {
  (void)most;
  (void)g;
  d->sum = _mm512_dpbusd_epi32(d->sum, is_signed ? _mm512_xor_si512(w, _mm512_set1_epi8((char)0x80)) : w, four_bytes(x->q + at));
}

INLINE ints16 direct_sum(struct direct *d, int is_signed, int most, int groups) {
  (void)is_signed;
  (void)most;
  (void)groups;
  return d->sum;
}

/* Signed quants become unsigned by adding 128; the offset takes it back. */
INLINE void signed_store(uint8_t *p, bytes64 v) {
  bytes_store(p, _mm512_xor_si512(v, _mm512_set1_epi8((char)0x80)));
}

INLINE void dots_signed(const uint8_t *q, int groups, const struct token *x, int64_t at, int tokens, ints16 *out) {
  dots_unsigned(q, groups, 255, x, at, tokens, out);
}
#else
enum { ENCODED_PAIRS = 1, SIGNED_BYTES = 128, SIGNED_OFFSET = 0, TILE_TOKENS = 8 };

INLINE void dots_unsigned(const uint8_t *q, int groups, int most, const struct token *x, int64_t at, int tokens, ints16 *out) {
  const __m512i ones = _mm512_set1_epi16(1);
  const int fits = 32767 / (most * 127 * 2);
  const int fold = fits < groups ? fits : groups;
  ints16 sums[TILE_TOKENS];
#pragma GCC unroll 8
  for (int g = 0; g < groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      __m512i p = _mm512_maddubs_epi16(w, four_bytes(x[t].q + at + 4 * g));
      p = g % fold > 0 ? _mm512_add_epi16(sums[t], p) : p;
      sums[t] = p;
      if (g % fold == fold - 1 || g == groups - 1) {
        p = _mm512_madd_epi16(p, ones);
        out[t] = g >= fold ? _mm512_add_epi32(out[t], p) : p;
      }
    }
  }
}

struct direct {
  ints16 narrow, sum;
};

INLINE void direct_start(struct direct *d) { d->narrow = d->sum = _mm512_setzero_si512(); }

INLINE void direct_widen(struct direct *d) {
  d->sum = _mm512_add_epi32(d->sum, _mm512_madd_epi16(d->narrow, _mm512_set1_epi16(1)));
  d->narrow = _mm512_setzero_si512();
}

INLINE void direct_add(struct direct *d, bytes64 w, int is_signed, int most, int g, const struct token *x, int64_t at) {
  __m512i a = four_bytes(x->q + at);
  if (is_signed) {
    /* There is no vpsignb of 512 bits. */
    a = _mm512_mask_sub_epi8(a, _mm512_movepi8_mask(w), _mm512_setzero_si512(), a);
    d->narrow = _mm512_maddubs_epi16(_mm512_abs_epi8(w), a);
    direct_widen(d);
    return;
  }
  const int fold = 32767 / (most * 127 * 2);
  d->narrow = _mm512_add_epi16(d->narrow, _mm512_maddubs_epi16(w, a));
  if (g % fold == fold - 1) {
    direct_widen(d);
  }
}

INLINE ints16 direct_sum(struct direct *d, int is_signed, int most, int groups) {
  if (!is_signed && groups % (32767 / (most * 127 * 2)) != 0) {
    direct_widen(d);
  }
  return d->sum;
}

INLINE void signed_store(uint8_t *p, bytes64 v) {
  bytes_store(p, _mm512_srai_epi16(_mm512_slli_epi16(v, 8), 8));
  bytes_store(p + 64, _mm512_srai_epi16(v, 8));
}

INLINE void dots_signed(const uint8_t *q, int groups, const struct token *x, int64_t at, int tokens, ints16 *out) {
#pragma GCC unroll 16
  for (int g = 0; g < 2 * groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      __m512i p = _mm512_madd_epi16(w, four_bytes(x[t].pairs + at + 2 * g));
      out[t] = g > 0 ? _mm512_add_epi32(out[t], p) : p;
    }
  }
}
#endif
