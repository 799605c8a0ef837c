/* AArch64 with dot products. Sixteen rows are four registers. */
#include <arm_neon.h>

typedef struct { uint8x16_t v[4]; } bytes64;
typedef struct { int32x4_t v[4]; } ints16;
typedef struct { float32x4_t v[4]; } floats16;

#define EACH(i) _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)

INLINE bytes64 bytes_load(const uint8_t *p) {
  bytes64 r;
  EACH(i) r.v[i] = vld1q_u8(p + 16 * i);
  return r;
}
INLINE void bytes_store(uint8_t *p, bytes64 v) { EACH(i) vst1q_u8(p + 16 * i, v.v[i]); }

/* (v >> n) & mask in every byte. */
INLINE bytes64 bytes_bits(bytes64 v, int n, int mask) {
  EACH(i) v.v[i] = vandq_u8(vshlq_u8(v.v[i], vdupq_n_s8((int8_t)-n)), vdupq_n_u8((uint8_t)mask));
  return v;
}

/* v | w << n */
INLINE bytes64 bytes_or_shifted(bytes64 v, bytes64 w, int n) {
  EACH(i) v.v[i] = vorrq_u8(v.v[i], vshlq_u8(w.v[i], vdupq_n_s8((int8_t)n)));
  return v;
}

/* table[v], v < 16 */
INLINE bytes64 bytes_lookup(bytes64 v, const int8_t *table) {
  uint8x16_t t = vld1q_u8((const uint8_t *)table);
  EACH(i) v.v[i] = vqtbl1q_u8(t, v.v[i]);
  return v;
}

INLINE floats16 floats_set(float x) {
  floats16 r;
  EACH(i) r.v[i] = vdupq_n_f32(x);
  return r;
}
INLINE floats16 floats_zero(void) { return floats_set(0); }
INLINE floats16 floats_load(const float *p) {
  floats16 r;
  EACH(i) r.v[i] = vld1q_f32(p + 4 * i);
  return r;
}
INLINE void floats_store(float *p, floats16 v) { EACH(i) vst1q_f32(p + 4 * i, v.v[i]); }
INLINE floats16 floats_mul(floats16 x, floats16 y) {
  EACH(i) x.v[i] = vmulq_f32(x.v[i], y.v[i]);
  return x;
}
INLINE floats16 floats_add(floats16 x, floats16 y) {
  EACH(i) x.v[i] = vaddq_f32(x.v[i], y.v[i]);
  return x;
}
INLINE floats16 floats_fma(floats16 x, floats16 y, floats16 z) {
  EACH(i) z.v[i] = vfmaq_f32(z.v[i], x.v[i], y.v[i]);
  return z;
}
/* With NaN the second operand, as on x86. */
INLINE floats16 floats_max(floats16 x, floats16 y) {
  EACH(i) x.v[i] = vbslq_f32(vcgtq_f32(x.v[i], y.v[i]), x.v[i], y.v[i]);
  return x;
}
INLINE floats16 floats_abs(floats16 x) {
  EACH(i) x.v[i] = vabsq_f32(x.v[i]);
  return x;
}
INLINE floats16 floats_div(floats16 x, floats16 y) {
  EACH(i) x.v[i] = vdivq_f32(x.v[i], y.v[i]);
  return x;
}
INLINE floats16 floats_from_halves(const uint8_t *p) {
  floats16 r;
  EACH(i) r.v[i] = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p + 8 * i)));
  return r;
}
INLINE void floats_to_halves(uint8_t *p, floats16 v) {
  EACH(i) vst1_u8(p + 8 * i, vreinterpret_u8_f16(vcvt_f16_f32(v.v[i])));
}
INLINE floats16 floats_from_bfloats(const uint8_t *p) {
  floats16 r;
  EACH(i) r.v[i] = vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(p + 8 * i)), 16));
  return r;
}
INLINE float half_to_float(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, 2);
  return vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(half))), 0);
}
/* x where it is negative (minus zero included) takes y, elsewhere z. */
INLINE floats16 floats_select_negative(floats16 x, floats16 y, floats16 z) {
  EACH(i) x.v[i] = vbslq_f32(vcltzq_s32(vreinterpretq_s32_f32(x.v[i])), y.v[i], z.v[i]);
  return x;
}
/* x where y is more than minus infinity (or NaN), elsewhere 0. */
INLINE floats16 floats_keep_finite(floats16 x, floats16 y) {
  EACH(i) {
    uint32x4_t none = vceqq_f32(y.v[i], vdupq_n_f32(-__builtin_inff()));
    x.v[i] = vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(x.v[i]), none));
  }
  return x;
}
INLINE floats16 floats_of_bytes(uint8x16_t x) {
  uint16x8_t low = vmovl_u8(vget_low_u8(x)), high = vmovl_u8(vget_high_u8(x));
  return (floats16){{vcvtq_f32_u32(vmovl_u16(vget_low_u16(low))), vcvtq_f32_u32(vmovl_u16(vget_high_u16(low))),
                     vcvtq_f32_u32(vmovl_u16(vget_low_u16(high))), vcvtq_f32_u32(vmovl_u16(vget_high_u16(high)))}};
}
INLINE floats16 floats_from_u8(const uint8_t *p) { return floats_of_bytes(vld1q_u8(p)); }
INLINE floats16 floats_from_u4(const uint8_t *p, int shift) {
  return floats_of_bytes(vandq_u8(vshlq_u8(vld1q_u8(p), vdupq_n_s8((int8_t)-shift)), vdupq_n_u8(15)));
}
INLINE floats16 floats_from_i8(const uint8_t *p) {
  int8x16_t x = vld1q_s8((const int8_t *)p);
  int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_s8(vget_high_s8(x));
  return (floats16){{vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
                     vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))}};
}
INLINE floats16 floats_from_ints(ints16 v) {
  floats16 r;
  EACH(i) r.v[i] = vcvtq_f32_s32(v.v[i]);
  return r;
}
INLINE ints16 floats_round(floats16 v) {
  ints16 r;
  EACH(i) r.v[i] = vcvtnq_s32_f32(v.v[i]);
  return r;
}
INLINE void ints_to_i8(int8_t *p, ints16 v) {
  int16x8_t low = vcombine_s16(vqmovn_s32(v.v[0]), vqmovn_s32(v.v[1]));
  int16x8_t high = vcombine_s16(vqmovn_s32(v.v[2]), vqmovn_s32(v.v[3]));
  vst1q_s8(p, vcombine_s8(vqmovn_s16(low), vqmovn_s16(high)));
}
INLINE int ints_sum(ints16 v) {
  return vaddvq_s32(vaddq_s32(vaddq_s32(v.v[0], v.v[1]), vaddq_s32(v.v[2], v.v[3])));
}
/* 2^n as floats, n in [-126, 127]. */
INLINE floats16 floats_exponent(ints16 n) {
  floats16 r;
  EACH(i) r.v[i] = vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n.v[i], vdupq_n_s32(127)), 23));
  return r;
}
/* In the order of simd_avx2.h, so that the sums have the same bits. */
INLINE float floats_sum(floats16 v) {
  float32x4_t x = vaddq_f32(vaddq_f32(v.v[0], v.v[2]), vaddq_f32(v.v[1], v.v[3]));
  float32x2_t y = vadd_f32(vget_low_f32(x), vget_high_f32(x));
  return vget_lane_f32(y, 0) + vget_lane_f32(y, 1);
}
INLINE float floats_largest(floats16 v) {
  return vmaxnmvq_f32(vmaxnmq_f32(vmaxnmq_f32(v.v[0], v.v[1]), vmaxnmq_f32(v.v[2], v.v[3])));
}

/* All quants fit signed bytes. */
enum { ENCODED_PAIRS = 0, SIGNED_BYTES = 64, SIGNED_OFFSET = 0, TILE_TOKENS = 4 };

INLINE int8x16_t four_bytes(const int8_t *p) {
  int32_t word;
  memcpy(&word, p, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

INLINE ints16 add_dots(ints16 sum, bytes64 w, const int8_t *activations) {
  int8x16_t a = four_bytes(activations);
  EACH(i) sum.v[i] = vdotq_s32(sum.v[i], vreinterpretq_s8_u8(w.v[i]), a);
  return sum;
}

INLINE ints16 ints_zero(void) {
  int32x4_t z = vdupq_n_s32(0);
  return (ints16){{z, z, z, z}};
}

/* As in simd_avx2.h. */
INLINE void dots_signed(const uint8_t *q, int groups, const struct token *x, int64_t at, int tokens, ints16 *out) {
#pragma GCC unroll 8
  for (int t = 0; t < tokens; t++) {
    out[t] = ints_zero();
  }
#pragma GCC unroll 8
  for (int g = 0; g < groups; g++) {
    bytes64 w = bytes_load(q + 64 * g);
#pragma GCC unroll 8
    for (int t = 0; t < tokens; t++) {
      out[t] = add_dots(out[t], w, x[t].q + at + 4 * g);
    }
  }
}

INLINE void dots_unsigned(const uint8_t *q, int groups, int most, const struct token *x, int64_t at, int tokens, ints16 *out) {
  (void)most;
  dots_signed(q, groups, x, at, tokens, out);
}

struct direct {
  ints16 sum;
};

INLINE void direct_start(struct direct *d) { d->sum = ints_zero(); }

INLINE void direct_add(struct direct *d, bytes64 w, int is_signed, int most, int g, const struct token *x, int64_t at) {
  (void)is_signed;
  (void)most;
  (void)g;
  d->sum = add_dots(d->sum, w, x->q + at);
}

INLINE ints16 direct_sum(struct direct *d, int is_signed, int most, int groups) {
  (void)is_signed;
  (void)most;
  (void)groups;
  return d->sum;
}

INLINE void signed_store(uint8_t *p, bytes64 v) { bytes_store(p, v); }
