/*
 * The native kernels of Blossom: what Java calls through the foreign function API.
 *
 * The same sources are compiled once per instruction set; VARIANT is part of every symbol
 * (blossom_matmul_avx2, blossom_matmul_avx512vnni, ...), and Java chooses one set when it starts.
 * simd_*.h has the few operations in which instruction sets differ. Nothing here allocates, keeps
 * state or starts threads.
 */
#ifndef BLOSSOM_H
#define BLOSSOM_H

#include <stddef.h>
#include <stdint.h>

#define CONCAT_(a, b) a##_##b
#define CONCAT(a, b) CONCAT_(a, b)
/* Defines a function that Java calls. */
#define EXPORT(result, name, ...)                                                                  \
  __attribute__((visibility("default"))) result CONCAT(blossom_##name, VARIANT)(__VA_ARGS__);      \
  result CONCAT(blossom_##name, VARIANT)(__VA_ARGS__)
#define INLINE static inline __attribute__((always_inline))

/* Tensor types, numbered as in GGUF. */
enum type {
  F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8,
  Q2_K = 10, Q3_K = 11, Q4_K = 12, Q5_K = 13, Q6_K = 14, IQ4_NL = 20, IQ4_XS = 23, BF16 = 30
};

enum { ROWS = 16 };        /* rows of a packed tile */
enum { BLOCK = 32 };       /* columns that share a scale of the activations */
enum { STRIP_BLOCKS = 8 }; /* blocks that are unpacked together */

/*
 * How a type is packed: a unit is ROWS rows of one block of the file.
 * Layouts are drawn in pack.c.
 */
struct format {
  int columns;    /* of a block in the file, 32 or 256 */
  int file_bytes; /* of a block in the file */
  int unit_bytes; /* of a packed unit: ROWS blocks */
};

static const struct format FORMATS[] = {
  [Q4_0] = {32, 18, 288},      [Q4_1] = {32, 20, 320},    [Q5_0] = {32, 22, 352},
  [Q5_1] = {32, 24, 384},      [Q8_0] = {32, 34, 544},    [Q2_K] = {256, 84, 1344},
  [Q3_K] = {256, 110, 1856},   [Q4_K] = {256, 144, 2368}, [Q5_K] = {256, 176, 2880},
  [Q6_K] = {256, 210, 3392},   [IQ4_NL] = {32, 18, 288},  [IQ4_XS] = {256, 136, 2240},
};

/* NULL for types that are not packed. */
INLINE const struct format *blossom_format(int type) {
  int known = type >= 0 && type < (int)(sizeof FORMATS / sizeof FORMATS[0]);
  return known && FORMATS[type].columns ? &FORMATS[type] : NULL;
}

/* Packs one block of up to ROWS rows, row_bytes apart; missing rows become zeros. */
void blossom_pack_unit(int type, const uint8_t *block, int64_t row_bytes, int rows, uint8_t *unit);

/*
 * Activations of one token, encoded: for every block of 32 columns the values are rounded to
 * int8 = round(x * 127 / max|x|). A row is
 *
 *   int8_t  q[columns]
 *   int16_t pairs[columns]     only where ENCODED_PAIRS: columns 0 2 1 3 of each four, widened
 *   struct block_info info[columns / 32]
 *
 * padded to a multiple of 64 bytes. A block with an infinity or NaN has scale NaN.
 */
struct block_info {
  float scale;  /* of one step of q */
  float first;  /* scale * sum of the first 16 q */
  float second; /* scale * sum of the last 16 q */
  float sum;    /* scale * sum of all q */
};

static inline int64_t encoded_bytes(int64_t columns, int pairs) {
  int64_t bytes = columns * (pairs ? 3 : 1) + columns / BLOCK * (int64_t)sizeof(struct block_info);
  return (bytes + 63) & ~(int64_t)63;
}

#endif
