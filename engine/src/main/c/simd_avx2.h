/*
 * AVX2, FMA and F16C; with AVXVNNI also the 256-bit dot products of newer client processors.
 * Sixteen rows are two registers.
 */
#include <immintrin.h>

typedef struct { __m256i a, b; } bytes64;
typedef struct { __m256i a, b; } ints16;
typedef struct { __m256 a, b; } floats16;

INLINE bytes64 bytes_load(const uint8_t *p) {
  return (bytes64){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 32))};
}

INLINE void bytes_store(uint8_t *p, bytes64 v) {
  _mm256_storeu_si256((__m256i *)p, v.a);
  _mm256_storeu_si256((__m256i *)(p + 32), v.b);
}

/* (v >> n) & mask in every byte, mask < 256 >> n. */
INLINE bytes64 bytes_bits(bytes64 v, int n, int mask) {
  __m256i m = _mm256_set1_epi8((char)mask);
  return (bytes64){_mm256_and_si256(_mm256_srli_epi16(v.a, n), m), _mm256_and_si256(_mm256_srli_epi16(v.b, n), m)};
}

/* v | w << n; w << n must stay within a byte. */
INLINE bytes64 bytes_or_shifted(bytes64 v, bytes64 w, int n) {
  return (bytes64){_mm256_or_si256(v.a, _mm256_slli_epi16(w.a, n)), _mm256_or_si256(v.b, _mm256_slli_epi16(w.b, n))};
}

/* table[v], v < 16 */
INLINE bytes64 bytes_lookup(bytes64 v, const int8_t *table) {
  __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
  return (bytes64){_mm256_shuffle_epi8(t, v.a), _mm256_shuffle_epi8(t, v.b)};
}

INLINE floats16 floats_zero(void) { return (floats16){_mm256_setzero_ps(), _mm256_setzero_ps()}; }
INLINE floats16 floats_set(float x) { return (floats16){_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
INLINE floats16 floats_load(const float *p) { return (floats16){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
INLINE void floats_store(float *p, floats16 v) {
  _mm256_storeu_ps(p, v.a);
  _mm256_storeu_ps(p + 8, v.b);
}
INLINE floats16 floats_mul(floats16 x, floats16 y) {
  return (floats16){_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
INLINE floats16 floats_add(floats16 x, floats16 y) {
  return (floats16){_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
INLINE floats16 floats_fma(floats16 x, floats16 y, floats16 z) {
  return (floats16){_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
INLINE floats16 floats_max(floats16 x, floats16 y) {
  return (floats16){_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
INLINE floats16 floats_abs(floats16 x) {
  __m256 m = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  return (floats16){_mm256_and_ps(x.a, m), _mm256_and_ps(x.b, m)};
}
INLINE floats16 floats_div(floats16 x, floats16 y) {
  return (floats16){_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
INLINE floats16 floats_from_halves(const uint8_t *p) {
  return (floats16){_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)),
                    _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16)))};
}
INLINE void floats_to_halves(uint8_t *p, floats16 v) {
  _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v.a, _MM_FROUND_TO_NEAREST_INT));
  _mm_storeu_si128((__m128i *)(p + 16), _mm256_cvtps_ph(v.b, _MM_FROUND_TO_NEAREST_INT));
}
INLINE floats16 floats_from_bfloats(const uint8_t *p) {
  __m256i x = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
  __m256i y = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p + 16)));
  return (floats16){_mm256_castsi256_ps(_mm256_slli_epi32(x, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(y, 16))};
}
INLINE floats16 floats_from_u8(const uint8_t *p) {
  return (floats16){_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p))),
                    _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p + 8))))};
}
INLINE float half_to_float(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, 2);
  return _cvtsh_ss(half);
}
/* x where it is negative (minus zero included) takes y, elsewhere z. */
INLINE floats16 floats_select_negative(floats16 x, floats16 y, floats16 z) {
  return (floats16){_mm256_blendv_ps(z.a, y.a, x.a), _mm256_blendv_ps(z.b, y.b, x.b)};
}
/* x where y is more than minus infinity (or NaN), elsewhere 0. */
INLINE floats16 floats_keep_finite(floats16 x, floats16 y) {
  __m256 m = _mm256_set1_ps(-__builtin_inff());
  return (floats16){_mm256_and_ps(x.a, _mm256_cmp_ps(y.a, m, _CMP_NEQ_UQ)), _mm256_and_ps(x.b, _mm256_cmp_ps(y.b, m, _CMP_NEQ_UQ))};
}
INLINE floats16 floats_from_u4(const uint8_t *p, int shift) {
  __m128i x = _mm_and_si128(_mm_srli_epi16(_mm_loadu_si128((const __m128i *)p), shift), _mm_set1_epi8(15));
  return (floats16){_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(x)), _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(x, 8)))};
}
INLINE floats16 floats_from_i8(const uint8_t *p) {
  return (floats16){_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p))),
                    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(p + 8))))};
}
INLINE floats16 floats_from_ints(ints16 v) {
  return (floats16){_mm256_cvtepi32_ps(v.a), _mm256_cvtepi32_ps(v.b)};
}
INLINE ints16 floats_round(floats16 v) { return (ints16){_mm256_cvtps_epi32(v.a), _mm256_cvtps_epi32(v.b)}; }

/* Integers within int8 as bytes. */
INLINE void ints_to_i8(int8_t *p, ints16 v) {
  __m256i shorts = _mm256_packs_epi32(v.a, v.b);
  shorts = _mm256_permute4x64_epi64(shorts, 0xd8);
  __m128i x = _mm_packs_epi16(_mm256_castsi256_si128(shorts), _mm256_extracti128_si256(shorts, 1));
  _mm_storeu_si128((__m128i *)p, x);
}
INLINE int ints_sum(ints16 v) {
  __m256i s = _mm256_add_epi32(v.a, v.b);
  __m128i x = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1));
  return _mm_cvtsi128_si32(x);
}
/* 2^n as floats, n in [-126, 127]. */
INLINE floats16 floats_exponent(ints16 n) {
  __m256i bias = _mm256_set1_epi32(127);
  return (floats16){_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n.a, bias), 23)),
                    _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n.b, bias), 23))};
}
INLINE float floats_sum(floats16 v) {
  __m256 s = _mm256_add_ps(v.a, v.b);
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  x = _mm_add_ss(x, _mm_movehdup_ps(x));
  return _mm_cvtss_f32(x);
}
INLINE float floats_largest(floats16 v) {
  __m256 s = _mm256_max_ps(v.a, v.b);
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  x = _mm_max_ss(x, _mm_movehdup_ps(x));
  return _mm_cvtss_f32(x);
}

INLINE __m256i four_bytes(const void *p) {
  int32_t word;
  memcpy(&word, p, 4);
  return _mm256_set1_epi32(word);
}

#ifdef AVXVNNI
enum { ENCODED_PAIRS = 0, SIGNED_BYTES = 64, SIGNED_OFFSET = -128, TILE_TOKENS = 4 };

/*
 * Dot products of sixteen rows with some tokens over 4 * groups columns from column `at`. Quants
 * are unsigned bytes of at most `most`.
 */
INLINE void dots_unsigned(const uint8_t *q, int groups, int most, const struct token *x, int64_t at, int tokens, ints16 *out) {
  (void)most;
#pragma GCC unroll 8
  for (int t = 0; t < tokens; t++) {
    out[t] = (ints16){_mm256_setzero_si256(), _mm256_setzero_si256()};
  }
#pragma GCC unroll 8
  for (int g = 0; g < groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      __m256i a = four_bytes(x[t].q + at + 4 * g);
      out[t].a = _mm256_dpbusd_avx_epi32(out[t].a, w.a, a);
      out[t].b = _mm256_dpbusd_avx_epi32(out[t].b, w.b, a);
    }
  }
}

/* The same for one token, with quants as they come from a unit: what is added up in registers. */
struct direct { ints16 sum; };
INLINE void direct_start(struct direct *d) { d->sum = (ints16){_mm256_setzero_si256(), _mm256_setzero_si256()}; }
INLINE void direct_add(struct direct *d, bytes64 w, int is_signed, int most, int g, const struct token *x, int64_t at) {
  (void)most; (void)g;
  __m256i a = four_bytes(x->q + at);
  __m256i bias = _mm256_set1_epi8(is_signed ? (char)0x80 : 0);
  d->sum.a = _mm256_dpbusd_avx_epi32(d->sum.a, _mm256_xor_si256(w.a, bias), a);
  d->sum.b = _mm256_dpbusd_avx_epi32(d->sum.b, _mm256_xor_si256(w.b, bias), a);
}
INLINE ints16 direct_sum(struct direct *d, int is_signed, int most, int groups) {
  (void)is_signed; (void)most; (void)groups;
  return d->sum;
}

/* Signed quants become unsigned by adding 128; the offset takes it back. */
INLINE void signed_store(uint8_t *p, bytes64 v) {
  __m256i bias = _mm256_set1_epi8((char)0x80);
  bytes_store(p, (bytes64){_mm256_xor_si256(v.a, bias), _mm256_xor_si256(v.b, bias)});
}

INLINE void dots_signed(const uint8_t *q, int groups, const struct token *x, int64_t at, int tokens, ints16 *out) {
  dots_unsigned(q, groups, 255, x, at, tokens, out);
}
#else
/*
 * Without dot product instructions, vpmaddubsw adds two products of an unsigned and a signed byte
 * to 16 bits. Sums are kept there as long as they fit (most * 127 * 2 per addition) and are then
 * widened. Signed quants would overflow at once and are multiplied as 16-bit numbers instead.
 */
enum { ENCODED_PAIRS = 1, SIGNED_BYTES = 128, SIGNED_OFFSET = 0, TILE_TOKENS = 4 };

INLINE void dots_unsigned(const uint8_t *q, int groups, int most, const struct token *x, int64_t at, int tokens, ints16 *out) {
  const __m256i ones = _mm256_set1_epi16(1);
  const int fits = 32767 / (most * 127 * 2);
  const int fold = fits < groups ? fits : groups;
  ints16 sums[TILE_TOKENS];
#pragma GCC unroll 8
  for (int g = 0; g < groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      __m256i a = four_bytes(x[t].q + at + 4 * g);
      ints16 p = {_mm256_maddubs_epi16(w.a, a), _mm256_maddubs_epi16(w.b, a)};
      if (g % fold > 0) {
        p = (ints16){_mm256_add_epi16(sums[t].a, p.a), _mm256_add_epi16(sums[t].b, p.b)};
      }
      sums[t] = p;
      if (g % fold == fold - 1 || g == groups - 1) {
        p = (ints16){_mm256_madd_epi16(p.a, ones), _mm256_madd_epi16(p.b, ones)};
        if (g >= fold) {
          p = (ints16){_mm256_add_epi32(out[t].a, p.a), _mm256_add_epi32(out[t].b, p.b)};
        }
        out[t] = p;
      }
    }
  }
}

/*
 * The same for one token, with quants as they come from a unit: group g of `groups`. The product
 * of signed quants is |w| * sign(w) a: |w| is at most 128, so a pair just fits 16 bits.
 */
struct direct {
  ints16 narrow, sum;
};

INLINE void direct_start(struct direct *d) {
  d->narrow = d->sum = (ints16){_mm256_setzero_si256(), _mm256_setzero_si256()};
}

INLINE void direct_widen(struct direct *d) {
  const __m256i ones = _mm256_set1_epi16(1);
  d->sum.a = _mm256_add_epi32(d->sum.a, _mm256_madd_epi16(d->narrow.a, ones));
  d->sum.b = _mm256_add_epi32(d->sum.b, _mm256_madd_epi16(d->narrow.b, ones));
  d->narrow = (ints16){_mm256_setzero_si256(), _mm256_setzero_si256()};
}

INLINE void direct_add(struct direct *d, bytes64 w, int is_signed, int most, int g, const struct token *x, int64_t at) {
  __m256i a = four_bytes(x->q + at);
  if (is_signed) {
    d->narrow.a = _mm256_maddubs_epi16(_mm256_abs_epi8(w.a), _mm256_sign_epi8(a, w.a));
    d->narrow.b = _mm256_maddubs_epi16(_mm256_abs_epi8(w.b), _mm256_sign_epi8(a, w.b));
    direct_widen(d);
    return;
  }
  const int fold = 32767 / (most * 127 * 2);
  d->narrow.a = _mm256_add_epi16(d->narrow.a, _mm256_maddubs_epi16(w.a, a));
  d->narrow.b = _mm256_add_epi16(d->narrow.b, _mm256_maddubs_epi16(w.b, a));
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

/* Four columns of signed bytes, widened: 64 bytes of columns 0 and 2, then 64 of columns 1 and 3. */
INLINE void signed_store(uint8_t *p, bytes64 v) {
  bytes_store(p, (bytes64){_mm256_srai_epi16(_mm256_slli_epi16(v.a, 8), 8), _mm256_srai_epi16(_mm256_slli_epi16(v.b, 8), 8)});
  bytes_store(p + 64, (bytes64){_mm256_srai_epi16(v.a, 8), _mm256_srai_epi16(v.b, 8)});
}

INLINE void dots_signed(const uint8_t *q, int groups, const struct token *x, int64_t at, int tokens, ints16 *out) {
#pragma GCC unroll 16
  for (int g = 0; g < 2 * groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      __m256i a = four_bytes(x[t].pairs + at + 2 * g);
      ints16 p = {_mm256_madd_epi16(w.a, a), _mm256_madd_epi16(w.b, a)};
      if (g > 0) {
        p = (ints16){_mm256_add_epi32(out[t].a, p.a), _mm256_add_epi32(out[t].b, p.b)};
      }
      out[t] = p;
    }
  }
}
#endif
