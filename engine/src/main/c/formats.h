/*
 * Unpacking: whatever the type, eight blocks of 32 columns of sixteen rows become the same strip of
 * bytes with float scales, and one multiplication serves all types.
 *
 *   weight[row][column] = scale[group][row] * quant[row][column] + offset[group][row]
 *
 * Groups have 32 or 16 columns. Quants are bytes, four columns of sixteen rows after the other.
 */
#ifndef BLOSSOM_FORMATS_H
#define BLOSSOM_FORMATS_H

#include "simd.h"

struct strip {
  uint8_t quants[STRIP_BLOCKS * 8 * SIGNED_BYTES];
  float scale[2 * STRIP_BLOCKS][ROWS];
  float offset[2 * STRIP_BLOCKS][ROWS];
} __attribute__((aligned(64)));

/* What the multiplication must know of a type. */
struct traits {
  int is_signed;
  int most;   /* the largest quant, where unsigned */
  int groups; /* per block of 32 columns: 1 or 2 */
};

INLINE struct traits traits_of(int type) {
  switch (type) {
    case Q4_0: case Q4_1: case Q4_K: return (struct traits){0, 15, 1};
    case Q5_0: case Q5_1: case Q5_K: return (struct traits){0, 31, 1};
    case Q2_K: return (struct traits){0, 3, 2};
    case Q3_K: return (struct traits){0, 7, 2};
    case Q6_K: return (struct traits){0, 63, 2};
    default: return (struct traits){1, 127, 1};
  }
}

static const int8_t IQ4_VALUES[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/* Nibbles and other bits of chunk k. */
INLINE bytes64 bits(const uint8_t *chunks, int k, int n, int mask) {
  return bytes_bits(bytes_load(chunks + 64 * k), n, mask);
}
INLINE bytes64 low(const uint8_t *chunks, int k) { return bits(chunks, k, 0, 15); }
INLINE bytes64 high(const uint8_t *chunks, int k) { return bits(chunks, k, 4, 15); }

/* Blocks of 32 columns in a unit. */
INLINE int unit_blocks(int type) {
  switch (type) {
    case Q2_K: case Q3_K: case Q4_K: case Q5_K: case Q6_K: case IQ4_XS: return 8;
    default: return 1;
  }
}

/* Quants of columns [4g, 4g + 4) of block b of a unit, as in pack.c. */
INLINE bytes64 quants(int type, const uint8_t *u, int b, int g) {
  const int k = g % 4, half = b / 4, j = b % 4; /* 4-bit halves; 2-bit quarters */
  switch (type) {
    case Q4_0: return g < 4 ? low(u + 32, k) : high(u + 32, k);
    case Q4_1: return g < 4 ? low(u + 64, k) : high(u + 64, k);
    case Q5_0: return bytes_or_shifted(g < 4 ? low(u + 96, k) : high(u + 96, k), bits(u + 32, 0, g, 1), 4);
    case Q5_1: return bytes_or_shifted(g < 4 ? low(u + 128, k) : high(u + 128, k), bits(u + 64, 0, g, 1), 4);
    case Q8_0: return bytes_load(u + 32 + 64 * g);
    case Q2_K: return bits(u + 320, 8 * half + g, 2 * j, 3);
    case Q3_K: return bytes_or_shifted(bits(u + 832, 8 * half + g, 2 * j, 3), bits(u + 320, g, b, 1), 2);
    case Q4_K: return bits(u + 320, 8 * (b / 2) + g, 4 * (b % 2), 15);
    case Q5_K: return bytes_or_shifted(bits(u + 832, 8 * (b / 2) + g, 4 * (b % 2), 15), bits(u + 320, g, b, 1), 4);
    case Q6_K: {
      const uint8_t *ql = u + 1344 + 1024 * half, *qh = u + 320 + 512 * half;
      return bytes_or_shifted(bits(ql, 8 * (j % 2) + g, 4 * (j / 2), 15), bits(qh, g, 2 * j, 3), 4);
    }
    case IQ4_NL: return bytes_lookup(g < 4 ? low(u + 32, k) : high(u + 32, k), IQ4_VALUES);
    default: /* IQ4_XS */
      return bytes_lookup(g < 4 ? low(u + 192 + 256 * b, k) : high(u + 192 + 256 * b, k), IQ4_VALUES);
  }
}

/* Scale and offset of sixteen rows in group g of a unit. */
struct affine {
  floats16 scale, offset;
};

INLINE struct affine times(floats16 scale, float offset) {
  return (struct affine){scale, floats_mul(scale, floats_set(offset))};
}

INLINE struct affine minus(floats16 scale, floats16 min) {
  return (struct affine){scale, floats_mul(min, floats_set(-1))};
}

INLINE struct affine affine(int type, const uint8_t *u, int g) {
  const floats16 d = floats_from_halves(u);
  switch (type) {
    case Q4_0: return times(d, -8);
    case Q5_0: return times(d, -16);
    case Q4_1: case Q5_1: return (struct affine){d, floats_from_halves(u + 32)};
    case Q2_K: {
      const uint8_t *nibbles = u + 64 + 16 * g;
      return minus(floats_mul(d, floats_from_u4(nibbles, 0)), floats_mul(floats_from_halves(u + 32), floats_from_u4(nibbles, 4)));
    }
    case Q3_K: return times(floats_mul(d, floats_from_i8(u + 64 + 16 * g)), -4);
    case Q4_K: case Q5_K:
      return minus(floats_mul(d, floats_from_u8(u + 64 + 16 * g)), floats_mul(floats_from_halves(u + 32), floats_from_u8(u + 192 + 16 * g)));
    case Q6_K: return times(floats_mul(d, floats_from_i8(u + 64 + 16 * g)), -32);
    case IQ4_XS: return times(floats_mul(d, floats_from_i8(u + 64 + 16 * g)), SIGNED_OFFSET);
    default: return times(d, SIGNED_OFFSET); /* Q8_0, IQ4_NL */
  }
}

/* Unpacks the units of `blocks` blocks, at most STRIP_BLOCKS. */
INLINE void unpack(int type, const uint8_t *unit, int blocks, struct strip *s) {
  const struct traits traits = traits_of(type);
  const int in_unit = unit_blocks(type);
  for (int first = 0; first < blocks; first += in_unit, unit += blossom_format(type)->unit_bytes) {
    for (int g = 0; g < in_unit * traits.groups; g++) {
      struct affine a = affine(type, unit, g);
      floats_store(s->scale[first * traits.groups + g], a.scale);
      floats_store(s->offset[first * traits.groups + g], a.offset);
    }
#pragma GCC unroll 8
    for (int b = 0; b < in_unit; b++) {
#pragma GCC unroll 8
      for (int g = 0; g < 8; g++) {
        bytes64 q = quants(type, unit, b, g);
        if (traits.is_signed) {
          signed_store(s->quants + SIGNED_BYTES * (8 * (first + b) + g), q);
        } else {
          bytes_store(s->quants + 64 * (8 * (first + b) + g), q);
        }
      }
    }
  }
}

#endif
