/*
 * Matrix products with quantised weights.
 *
 * Sixteen rows are worked on together. Their weights are unpacked a strip of up to 256 columns at a
 * time into the first-level cache (formats.h) and multiplied there with all tokens, a few at once:
 *
 *                 tokens
 *              x0  x1  x2  x3            one word of a token holds four columns
 *   16 rows   [== dots[16] ==] x4        integer sums over a group of 16 or 32 columns, then
 *                                        out = fma(sum, row scale * token scale, out)
 *                                        out = fma(row offset, token sum, out)
 *
 * A row and token are always summed in this order, so a result does not depend on how many tokens
 * stand beside it, and integer sums are exact, so it does not depend on the instruction set either;
 * only where signed quants are shifted (SIGNED_OFFSET) do the last bits differ.
 */
#include "formats.h"

enum { TOKENS = 64 }; /* whose sums stay in the first-level cache */

INLINE floats16 scaled(ints16 dots, const float *scale, float token_scale, floats16 sum) {
  return floats_fma(floats_from_ints(dots), floats_mul(floats_load(scale), floats_set(token_scale)), sum);
}

/* What is to be in the cache soon: `share` bytes for each block that is multiplied meanwhile. */
struct fetch {
  uintptr_t next; /* a number: a pointer beyond the last unit would have no meaning in C */
  int share;
};

INLINE void prefetch(uintptr_t from, int bytes) {
#pragma GCC unroll 16
  for (int i = 0; i < bytes; i += 64) {
    __builtin_prefetch((const void *)(from + (uintptr_t)i));
  }
}

/* Multiplies a strip with `tokens` tokens, whose sums are at `out`. */
INLINE void multiply(struct traits f, const struct strip *s, int blocks, int64_t block, const struct token *x, int tokens, float (*out)[ROWS], struct fetch fetch) {
  floats16 sums[TILE_TOKENS];
#pragma GCC unroll 16
  for (int t = 0; t < tokens; t++) {
    sums[t] = floats_load(out[t]);
  }
  const int columns = BLOCK / f.groups;
  for (int b = 0; b < blocks; b++) {
    prefetch(fetch.next + (uintptr_t)(b * fetch.share), fetch.share);
#pragma GCC unroll 2
    for (int g = 0; g < f.groups; g++) {
      const int group = b * f.groups + g;
      const int64_t at = (block + b) * BLOCK + g * columns;
      ints16 dots[TILE_TOKENS];
      if (f.is_signed) {
        dots_signed(s->quants + SIGNED_BYTES * 8 * b, 8, x, at, tokens, dots);
      } else {
        dots_unsigned(s->quants + 64 * (8 * b + columns / 4 * g), columns / 4, f.most, x, at, tokens, dots);
      }
#pragma GCC unroll 16
      for (int t = 0; t < tokens; t++) {
        const struct block_info *info = &x[t].info[block + b];
        sums[t] = scaled(dots[t], s->scale[group], info->scale, sums[t]);
        if (!f.is_signed || SIGNED_OFFSET != 0) {
          float sum = f.groups == 1 ? info->sum : g == 0 ? info->first : info->second;
          sums[t] = floats_fma(floats_load(s->offset[group]), floats_set(sum), sums[t]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < tokens; t++) {
    floats_store(out[t], sums[t]);
  }
}

/*
 * Bytes from a unit to what is fetched meanwhile. Processors foresee only simple streams: those of
 * units with several parts, or too short for a page, they fetch late. Long units gain up to twice
 * the speed, Q8_0, which is one stream, least, and from a nearer place.
 */
INLINE int fetch_ahead(int type) { return type == Q8_0 ? 1024 : type == Q5_K || type == Q6_K ? 4096 : 2048; }

/*
 * One token: nothing is gained by unpacking first. Blocks whose quants share bytes are taken
 * together, so that these are loaded once.
 */
INLINE void unit_times_token(int type, const uint8_t *u, int64_t block, const struct token *x, floats16 *total) {
  const struct traits f = traits_of(type);
  const int together = type == Q4_K || type == Q5_K ? 2 : 1;
  const int in_group = 8 / f.groups;
  const int share = blossom_format(type)->unit_bytes / unit_blocks(type) * together;
#pragma GCC unroll 1
  for (int b = 0; b < unit_blocks(type); b += together) {
    prefetch((uintptr_t)u + (uintptr_t)(fetch_ahead(type) + b / together * share), share);
    struct direct sums[2][2];
#pragma GCC unroll 2
    for (int i = 0; i < together * f.groups; i++) {
      direct_start(&sums[i / f.groups][i % f.groups]);
    }
#pragma GCC unroll 8
    for (int g = 0; g < 8; g++) {
#pragma GCC unroll 2
      for (int i = 0; i < together; i++) {
        int64_t at = (block + b + i) * BLOCK + 4 * g;
        direct_add(&sums[i][g / in_group], quants(type, u, b + i, g), f.is_signed, f.most, g % in_group, x, at);
      }
    }
#pragma GCC unroll 2
    for (int i = 0; i < together; i++) {
      const struct block_info *info = &x->info[block + b + i];
#pragma GCC unroll 2
      for (int g = 0; g < f.groups; g++) {
        struct affine a = affine(type, u, (b + i) * f.groups + g);
        ints16 dots = direct_sum(&sums[i][g], f.is_signed, f.most, in_group);
        *total = floats_fma(floats_from_ints(dots), floats_mul(a.scale, floats_set(info->scale)), *total);
        if (!f.is_signed || SIGNED_OFFSET != 0) {
          float sum = f.groups == 1 ? info->sum : g == 0 ? info->first : info->second;
          *total = floats_fma(a.offset, floats_set(sum), *total);
        }
      }
    }
  }
}

static struct token token_at(const uint8_t *encoded, int64_t columns, int64_t t) {
  const uint8_t *row = encoded + t * encoded_bytes(columns, ENCODED_PAIRS);
  struct token x;
  x.q = (const int8_t *)row;
  x.pairs = (const int16_t *)(row + columns);
  x.info = (const struct block_info *)(row + columns * (ENCODED_PAIRS ? 3 : 1));
  return x;
}

/*
 * Where the units of sixteen rows come from: packed ones are read in place, those of a file are
 * packed strip by strip.
 */
struct source {
  const uint8_t *first; /* unit, or the first row's block */
  int64_t row_bytes;    /* 0 where packed */
  int rows;
};

INLINE void rows16(int type, struct source source, int64_t columns, const struct token *x, int tokens, float (*out)[ROWS]) {
  const struct format *f = blossom_format(type);
  const struct traits traits = traits_of(type);
  const int64_t blocks = columns / BLOCK;
  const int in_unit = unit_blocks(type);
  struct strip strip;
  uint8_t packed[8 * 544] __attribute__((aligned(64)));
  if (tokens == 1 && !source.row_bytes) {
    floats16 total = floats_zero();
    for (int64_t block = 0; block < blocks; block += in_unit, source.first += f->unit_bytes) {
      unit_times_token(type, source.first, block, x, &total);
    }
    floats_store(out[0], total);
    return;
  }
  memset(out, 0, (size_t)tokens * sizeof *out);
  for (int64_t block = 0; block < blocks; block += STRIP_BLOCKS) {
    const int count = blocks - block < STRIP_BLOCKS ? (int)(blocks - block) : STRIP_BLOCKS;
    const uint8_t *unit = source.first + block / in_unit * f->unit_bytes;
    if (source.row_bytes) {
      for (int u = 0; u * in_unit < count; u++) {
        const uint8_t *from = source.first + (block / in_unit + u) * f->file_bytes;
        blossom_pack_unit(type, from, source.row_bytes, source.rows, packed + u * f->unit_bytes);
      }
      unit = packed;
    }
    unpack(type, unit, count, &strip);
    /* The first few tokens fetch the next strip, while the units of this one are no longer needed. */
    struct fetch fetch = {(uintptr_t)(unit + count / in_unit * f->unit_bytes), source.row_bytes ? 0 : f->unit_bytes / in_unit};
    int t = 0;
    for (; t + TILE_TOKENS <= tokens; t += TILE_TOKENS, fetch.share = 0) {
      multiply(traits, &strip, count, block, x + t, TILE_TOKENS, out + t, fetch);
    }
    if (TILE_TOKENS > 4 && t + 4 <= tokens) {
      multiply(traits, &strip, count, block, x + t, 4, out + t, fetch);
      t += 4;
      fetch.share = 0;
    }
    if (t + 2 <= tokens) {
      multiply(traits, &strip, count, block, x + t, 2, out + t, fetch);
      t += 2;
      fetch.share = 0;
    }
    if (t < tokens) {
      multiply(traits, &strip, count, block, x + t, 1, out + t, fetch);
    }
  }
}

/* One function per type, in which the type is a constant. */
#define ROWS16(t)                                                                                      \
  __attribute__((noinline)) static void rows16_##t(struct source s, int64_t columns,                    \
                                                   const struct token *x, int n, float (*out)[ROWS]) { \
    rows16(t, s, columns, x, n, out);                                                                  \
  }
ROWS16(Q4_0) ROWS16(Q4_1) ROWS16(Q5_0) ROWS16(Q5_1) ROWS16(Q8_0) ROWS16(Q2_K) ROWS16(Q3_K)
ROWS16(Q4_K) ROWS16(Q5_K) ROWS16(Q6_K) ROWS16(IQ4_NL) ROWS16(IQ4_XS)

typedef void rows16_function(struct source, int64_t, const struct token *, int, float (*)[ROWS]);

static rows16_function *function_of(int type) {
  switch (type) {
    case Q4_0: return rows16_Q4_0;
    case Q4_1: return rows16_Q4_1;
    case Q5_0: return rows16_Q5_0;
    case Q5_1: return rows16_Q5_1;
    case Q8_0: return rows16_Q8_0;
    case Q2_K: return rows16_Q2_K;
    case Q3_K: return rows16_Q3_K;
    case Q4_K: return rows16_Q4_K;
    case Q5_K: return rows16_Q5_K;
    case Q6_K: return rows16_Q6_K;
    case IQ4_NL: return rows16_IQ4_NL;
    default: return rows16_IQ4_XS;
  }
}

/*
 * out[t * stride + r] = sum over c of weights[r][c] * x[t][c] for rows [first, last).
 *
 * row_bytes is 0 for packed weights, of which `first` must start a tile; for weights as they lie in
 * a file it is the distance of their rows.
 */
EXPORT(void, matmul, int type, const uint8_t *weights, int64_t row_bytes, int64_t columns, int64_t first, int64_t last, const uint8_t *encoded, int64_t tokens, float *out, int64_t stride) {
  rows16_function *function = function_of(type);
  const struct format *f = blossom_format(type);
  const int64_t tile_bytes = columns / f->columns * f->unit_bytes;
  float sums[TOKENS][ROWS] __attribute__((aligned(64)));
  struct token x[TOKENS];
  for (int64_t token = 0; token < tokens; token += TOKENS) {
    const int count = tokens - token < TOKENS ? (int)(tokens - token) : TOKENS;
    for (int t = 0; t < count; t++) {
      x[t] = token_at(encoded, columns, token + t);
    }
    for (int64_t row = first; row < last; row += ROWS) {
      struct source source;
      source.first = row_bytes ? weights + row * row_bytes : weights + row / ROWS * tile_bytes;
      source.row_bytes = row_bytes;
      source.rows = last - row < ROWS ? (int)(last - row) : ROWS;
      function(source, columns, x, count, sums);
      for (int t = 0; t < count; t++) {
        memcpy(out + (token + t) * stride + row, sums[t], (size_t)source.rows * sizeof(float));
      }
    }
  }
}

/* Encodes one row of activations; columns are a multiple of 32. */
static void encode_row(const float *x, int64_t columns, uint8_t *row) {
  int8_t *q = (int8_t *)row;
  int16_t *pairs = (int16_t *)(row + columns);
  struct block_info *info = (struct block_info *)(row + columns * (ENCODED_PAIRS ? 3 : 1));
  for (int64_t block = 0; block < columns / BLOCK; block++, x += BLOCK, q += BLOCK, pairs += BLOCK) {
    floats16 a = floats_load(x), b = floats_load(x + 16);
    float largest = floats_largest(floats_max(floats_abs(a), floats_abs(b)));
    /* 0 * infinity and 0 * NaN are NaN; the largest does not show every NaN. */
    float finite = floats_sum(floats_mul(floats_add(floats_mul(a, floats_set(0)), floats_mul(b, floats_set(0))), floats_set(0)));
    /* What is smaller is zero beside anything that can be added to it, and 127 / largest would overflow. */
    float inverse = largest > 1e-36f ? 127 / largest : 0;
    float scale = largest > 1e-36f ? largest / 127 : 0;
    if (!(finite == 0)) {
      inverse = 0;
      scale = __builtin_nanf("");
      a = b = floats_zero();
    }
    ints16 qa = floats_round(floats_mul(a, floats_set(inverse)));
    ints16 qb = floats_round(floats_mul(b, floats_set(inverse)));
    ints_to_i8(q, qa);
    ints_to_i8(q + 16, qb);
    int first = ints_sum(qa), second = ints_sum(qb);
    info[block].scale = scale;
    info[block].first = scale * (float)first;
    info[block].second = scale * (float)second;
    info[block].sum = scale * (float)(first + second);
    if (ENCODED_PAIRS) {
      for (int i = 0; i < BLOCK; i += 4) {
        pairs[i] = q[i];
        pairs[i + 1] = q[i + 2];
        pairs[i + 2] = q[i + 1];
        pairs[i + 3] = q[i + 3];
      }
    }
  }
}

EXPORT(void, encode, const float *x, int64_t columns, int64_t tokens, uint8_t *encoded) {
  for (int64_t t = 0; t < tokens; t++) {
    encode_row(x + t * columns, columns, encoded + t * encoded_bytes(columns, ENCODED_PAIRS));
  }
}

EXPORT(int64_t, encoded_bytes, int64_t columns) {
  return encoded_bytes(columns, ENCODED_PAIRS);
}
