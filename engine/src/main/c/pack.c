/*
 * Weights in the order in which the kernels read them. The numbers are those of the file, bit for
 * bit; only their places differ.
 *
 * Sixteen rows are interleaved in words of four bytes. A chunk is word k of all sixteen rows:
 *
 *     chunk k:  row 0: bytes 4k 4k+1 4k+2 4k+3 | row 1: bytes 4k .. 4k+3 | ... | row 15     (64 bytes)
 *
 * so that a register of 64 bytes holds four columns of sixteen rows (with 4-bit quants: eight
 * columns, four in the low and four in the high nibbles), and one multiply-add instruction with a
 * broadcast of four activations moves sixteen sums on. Scales stand before the quants, sixteen
 * rows side by side:
 *
 *   type     unit (bytes)
 *   Q4_0     d f16 x16 (32) | 4 chunks of qs (256)
 *   IQ4_NL   the same
 *   Q4_1     d x16, m x16 (64) | 4 chunks
 *   Q5_0     d x16 (32) | 1 chunk of fifth bits (64) | 4 chunks
 *   Q5_1     d x16, m x16 (64) | 1 chunk of fifth bits (64) | 4 chunks
 *   Q8_0     d x16 (32) | 8 chunks (512)
 *   Q2_K     d x16, dmin x16 (64) | 16 groups of: scale and min nibbles x16 (256) | 16 chunks of qs
 *   Q3_K     d x16, padding (64) | 16 groups of: int8 scale x16 (256) | 8 chunks of hmask | 16 of qs
 *   Q4_K     d x16, dmin x16 (64) | 8 groups of: u8 scale x16 (128) | 8 of: u8 min x16 (128) | 32 of qs
 *   Q5_K     d x16, dmin x16 (64) | scales (128) | mins (128) | 8 chunks of qh (512) | 32 of qs
 *   Q6_K     d x16, padding (64) | 16 groups of: int8 scale x16 (256) | 16 chunks of qh | 32 of ql
 *   IQ4_XS   d x16, padding (64) | 8 groups of: int8 scale x16 (128) | 32 chunks of qs
 *
 * The six-bit scales of Q3_K, Q4_K, Q5_K and IQ4_XS are widened to bytes, which costs up to 5 % of
 * the file's size and saves decoding them for every token. The fifth bits of Q5_0 and Q5_1, bit c
 * for column c in the file, become bit j of byte i for column 4j + i, so that they line up with
 * the chunks of quants after one shift.
 */
#include "blossom.h"
#include <string.h>

/* Words of one row into the chunks of a unit. */
static inline void words(const uint8_t *source, int count, uint8_t *chunks, int row) {
  for (int k = 0; k < count; k++) {
    memcpy(chunks + 64 * k + 4 * row, source + 4 * k, 4);
  }
}

static inline void half(const uint8_t *source, uint8_t *target, int row) {
  memcpy(target + 2 * row, source, 2);
}

/* Bit c of the source becomes bit c/4 of byte c%4. */
static inline void fifth_bits(const uint8_t *source, uint8_t *chunk, int row) {
  uint32_t bits;
  memcpy(&bits, source, 4);
  for (int i = 0; i < 4; i++) {
    uint32_t byte = 0;
    for (int j = 0; j < 8; j++) {
      byte |= (bits >> (4 * j + i) & 1) << j;
    }
    chunk[4 * row + i] = (uint8_t)byte;
  }
}

/* Six-bit scales and minima of Q4_K and Q5_K, group by group. */
static inline void scales_and_mins(const uint8_t *s, uint8_t *scales, uint8_t *mins, int row) {
  for (int g = 0; g < 8; g++) {
    int scale = g < 4 ? s[g] & 63 : (s[g + 4] & 15) | (s[g - 4] >> 6) << 4;
    int min = g < 4 ? s[g + 4] & 63 : s[g + 4] >> 4 | (s[g] >> 6) << 4;
    scales[16 * g + row] = (uint8_t)scale;
    mins[16 * g + row] = (uint8_t)min;
  }
}

static inline void q3_scales(const uint8_t *s, uint8_t *scales, int row) {
  for (int g = 0; g < 16; g++) {
    int low = s[g & 7] >> (g < 8 ? 0 : 4) & 15;
    int high = s[8 + (g & 3)] >> 2 * (g / 4) & 3;
    scales[16 * g + row] = (uint8_t)((low | high << 4) - 32);
  }
}

static inline void iq4_scales(const uint8_t *block, uint8_t *scales, int row) {
  int high = block[2] | block[3] << 8;
  for (int g = 0; g < 8; g++) {
    int low = block[4 + g / 2] >> 4 * (g & 1) & 15;
    scales[16 * g + row] = (uint8_t)((low | (high >> 2 * g & 3) << 4) - 32);
  }
}

static inline void bytes(const uint8_t *source, int count, uint8_t *target, int row) {
  for (int i = 0; i < count; i++) {
    target[16 * i + row] = source[i];
  }
}

static inline void pack_row(int type, const uint8_t *b, uint8_t *u, int row) {
  switch (type) {
    case Q4_0:
    case IQ4_NL:
      half(b, u, row);
      words(b + 2, 4, u + 32, row);
      break;
    case Q4_1:
      half(b, u, row);
      half(b + 2, u + 32, row);
      words(b + 4, 4, u + 64, row);
      break;
    case Q5_0:
      half(b, u, row);
      fifth_bits(b + 2, u + 32, row);
      words(b + 6, 4, u + 96, row);
      break;
    case Q5_1:
      half(b, u, row);
      half(b + 2, u + 32, row);
      fifth_bits(b + 4, u + 64, row);
      words(b + 8, 4, u + 128, row);
      break;
    case Q8_0:
      half(b, u, row);
      words(b + 2, 8, u + 32, row);
      break;
    case Q2_K:
      half(b + 80, u, row);
      half(b + 82, u + 32, row);
      bytes(b, 16, u + 64, row);
      words(b + 16, 16, u + 320, row);
      break;
    case Q3_K:
      half(b + 108, u, row);
      q3_scales(b + 96, u + 64, row);
      words(b, 8, u + 320, row);
      words(b + 32, 16, u + 832, row);
      break;
    case Q4_K:
      half(b, u, row);
      half(b + 2, u + 32, row);
      scales_and_mins(b + 4, u + 64, u + 192, row);
      words(b + 16, 32, u + 320, row);
      break;
    case Q5_K:
      half(b, u, row);
      half(b + 2, u + 32, row);
      scales_and_mins(b + 4, u + 64, u + 192, row);
      words(b + 16, 8, u + 320, row);
      words(b + 48, 32, u + 832, row);
      break;
    case Q6_K:
      half(b + 208, u, row);
      bytes(b + 192, 16, u + 64, row);
      words(b + 128, 16, u + 320, row);
      words(b, 32, u + 1344, row);
      break;
    case IQ4_XS:
      half(b, u, row);
      iq4_scales(b, u + 64, row);
      words(b + 8, 32, u + 192, row);
      break;
    default:
      break;
  }
}

void blossom_pack_unit(int type, const uint8_t *block, int64_t row_bytes, int rows, uint8_t *unit) {
  if (rows < ROWS) {
    memset(unit, 0, (size_t)blossom_format(type)->unit_bytes);
  }
  /* The switch stands outside of the loop over rows, where the compiler can unroll the latter. */
#define ROWS_OF(t)                                        \
  case t:                                                 \
    for (int r = 0; r < rows; r++) {                      \
      pack_row(t, block + r * row_bytes, unit, r);        \
    }                                                     \
    break;
  switch (type) {
    ROWS_OF(Q4_0) ROWS_OF(Q4_1) ROWS_OF(Q5_0) ROWS_OF(Q5_1) ROWS_OF(Q8_0) ROWS_OF(Q2_K)
    ROWS_OF(Q3_K) ROWS_OF(Q4_K) ROWS_OF(Q5_K) ROWS_OF(Q6_K) ROWS_OF(IQ4_NL) ROWS_OF(IQ4_XS)
    default:
      break;
  }
#undef ROWS_OF
}
