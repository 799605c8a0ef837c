/*
 * Attention of a few queries over a span of cached positions, with an online softmax (Milakov and
 * Gimelshein 2018): a page's scores are computed, the sums so far are scaled to the new maximum,
 * and the page's values are added. Queries are the heads that share a key/value head, of one or
 * more tokens; up to TILE of them stay in registers beside what is read of the cache:
 *
 *   scores   for every position:      q[TILE][16 lanes] += query[TILE][16] * key[16]
 *   values   for every 16 elements:   sum[TILE][16] += score[TILE] * value[16]
 *
 * Every score is sixteen chains of multiply-adds over the head's elements and every sum one over
 * the positions in order, whatever queries stand beside it.
 */
#include "simd.h"

enum {
  TILE = 6,           /* queries; with 16 lanes each all but four registers of AVX2 */
  MOST_QUERIES = 16,  /* of one call */
  MOST_ELEMENTS = 512 /* of a head, padded to LANES */
};
enum { LANES = 16 };
enum { PAGE = 64 }; /* positions at most */

/* As in KvType.java; FLOATS are a page's vectors widened by this file. */
enum cache_type { CACHE_F16 = 0, CACHE_Q8_0 = 1, FLOATS = 2 };

/* Elements [i, i + 16) of a cached vector. */
INLINE floats16 elements(int type, const uint8_t *from, int i) {
  switch (type) {
    case CACHE_F16: return floats_from_halves(from + 2 * i);
    case CACHE_Q8_0: {
      const uint8_t *block = from + i / BLOCK * 34;
      return floats_mul(floats_set(half_to_float(block)), floats_from_i8(block + 2 + i % BLOCK));
    }
    default: return floats_load((const float *)from + i);
  }
}

/* Vectors stand `padded` elements apart: a fixed power of two would put them all into the same cache lines. */
struct work {
  float query[MOST_QUERIES * MOST_ELEMENTS];
  float sum[MOST_QUERIES * MOST_ELEMENTS];
  float score[MOST_QUERIES][PAGE]; /* of a page, then their exponentials */
  float max[MOST_QUERIES];
  float total[MOST_QUERIES];
  float widened[2][PAGE * MOST_ELEMENTS]; /* keys and values whose size is no multiple of LANES */
  int padded;
} __attribute__((aligned(64)));

/* Cached vectors of one head in a page: position p at first + p * distance. */
struct vectors {
  const uint8_t *first;
  int64_t distance;
};

INLINE void fetch(struct vectors v, int position, int64_t bytes) {
  if (v.first) {
    for (int64_t i = 0; i < bytes; i += 64) {
      __builtin_prefetch(v.first + position * v.distance + i);
    }
  }
}

/* Scores of queries [first, first + count); fetches the vectors of `next` meanwhile. */
INLINE void scores_of(int type, struct work *w, int first, int count, struct vectors keys, int positions, struct vectors next, int64_t bytes) {
  const int padded = w->padded;
  const float *query = w->query + first * padded;
  for (int p = 0; p < positions; p++) {
    const uint8_t *key = keys.first + p * keys.distance;
    fetch(next, p, bytes);
    floats16 sums[TILE];
#pragma GCC unroll 8
    for (int q = 0; q < count; q++) {
      sums[q] = floats_zero();
    }
    for (int i = 0; i < padded; i += LANES) {
      const floats16 k = elements(type, key, i);
#pragma GCC unroll 8
      for (int q = 0; q < count; q++) {
        sums[q] = floats_fma(floats_load(query + q * padded + i), k, sums[q]);
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < count; q++) {
      w->score[first + q][p] = floats_sum(sums[q]);
    }
  }
}

/* Adds the weighted values to the sums of queries [first, first + count). */
INLINE void add_values(int type, struct work *w, int first, int count, struct vectors values, int positions, struct vectors next, int64_t bytes) {
  for (int i = 0; i < w->padded; i += LANES) {
    floats16 sums[TILE];
#pragma GCC unroll 8
    for (int q = 0; q < count; q++) {
      sums[q] = floats_load(w->sum + (first + q) * w->padded + i);
    }
    for (int p = 0; p < positions; p++) {
      const floats16 v = elements(type, values.first + p * values.distance, i);
      if (i == 0) {
        fetch(next, p, bytes);
      }
#pragma GCC unroll 8
      for (int q = 0; q < count; q++) {
        sums[q] = floats_fma(floats_set(w->score[first + q][p]), v, sums[q]);
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < count; q++) {
      floats_store(w->sum + (first + q) * w->padded + i, sums[q]);
    }
  }
}

/* All queries, in tiles of about the same size. */
#define IN_TILES(function, ...)                                                     \
  for (int q = 0, tiles = (queries + TILE - 1) / TILE, n; tiles > 0; q += n, tiles--) { \
    n = (queries - q + tiles - 1) / tiles;                                          \
    switch (n) {                                                                    \
      case 1: function(type, w, q, 1, __VA_ARGS__); break;                          \
      case 2: function(type, w, q, 2, __VA_ARGS__); break;                          \
      case 3: function(type, w, q, 3, __VA_ARGS__); break;                          \
      case 4: function(type, w, q, 4, __VA_ARGS__); break;                          \
      case 5: function(type, w, q, 5, __VA_ARGS__); break;                          \
      default: function(type, w, q, TILE, __VA_ARGS__); break;                      \
    }                                                                               \
  }

/* Replaces the scores of a page by exponentials and rescales what was summed before. */
static void softmax_page(struct work *w, int q, int positions) {
  float *score = w->score[q];
  floats16 largest = floats_load(score);
  for (int p = 16; p < positions; p += 16) {
    largest = floats_max(largest, floats_load(score + p));
  }
  float max = floats_largest(largest);
  max = max > w->max[q] ? max : w->max[q];
  if (max == -__builtin_inff()) {
    memset(score, 0, PAGE * sizeof(float));
    return;
  }
  if (max > w->max[q]) {
    float factor[16];
    floats_store(factor, floats_exp_negative(floats_set(w->max[q] - max)));
    if (w->max[q] == -__builtin_inff()) {
      factor[0] = 0;
    }
    w->total[q] *= factor[0];
    float *sum = w->sum + q * w->padded;
    for (int i = 0; i < w->padded; i += LANES) {
      floats_store(sum + i, floats_mul(floats_load(sum + i), floats_set(factor[0])));
    }
    w->max[q] = max;
  }
  floats16 total = floats_zero();
  for (int p = 0; p < positions; p += 16) {
    /* Positions that the query does not see have the score minus infinity and must weigh nothing. */
    floats16 s = floats_load(score + p);
    floats16 e = floats_keep_finite(floats_exp_negative(floats_add(s, floats_set(-max))), s);
    floats_store(score + p, e);
    total = floats_add(total, e);
  }
  w->total[q] += floats_sum(total);
}

/* Scales the scores of a query and hides the positions that it does not see. */
INLINE void mask(float *score, int positions, int seen, float scale) {
  for (int p = 0; p < positions; p++) {
    score[p] *= scale;
  }
  for (int p = seen < 0 ? 0 : seen; p < (positions + 15) / 16 * 16; p++) {
    score[p] = -__builtin_inff();
  }
}

INLINE void page_of(int type, struct work *w, struct vectors keys, struct vectors values, struct vectors next, int64_t bytes, int queries, const int *seen, int positions, float scale) {
  IN_TILES(scores_of, keys, positions, values, bytes)
  for (int q = 0; q < queries; q++) {
    mask(w->score[q], positions, seen[q] < positions ? seen[q] : positions, scale);
    softmax_page(w, q, (positions + 15) / 16 * 16);
  }
  IN_TILES(add_values, values, positions, next, bytes)
}

/* Widens vectors of halves whose size is no multiple of LANES; the rest is zeros. */
static struct vectors widened(struct vectors v, int positions, int size, int padded, float *to) {
  for (int p = 0; p < positions; p++) {
    const uint8_t *from = v.first + p * v.distance;
    int i = 0;
    for (; i + LANES <= size; i += LANES) {
      floats_store(to + p * padded + i, floats_from_halves(from + 2 * i));
    }
    uint8_t rest[2 * LANES] = {0};
    memcpy(rest, from + 2 * i, (size_t)(2 * (size - i)));
    floats_store(to + p * padded + i, floats_from_halves(rest));
  }
  return (struct vectors){(const uint8_t *)to, padded * (int64_t)sizeof(float)};
}

INLINE void span(int type, struct work *w, const int64_t *pages, int page_tokens, int64_t key_offset, int64_t value_offset, int64_t row_bytes, int size, int queries, const int *ends, int from, int to, float scale) {
  const struct vectors none = {NULL, 0};
  const int64_t bytes = type == CACHE_F16 ? 2 * size : size / BLOCK * 34;
  for (int page = from; page < to; page += page_tokens) {
    const int64_t *at = pages + page / page_tokens;
    const int positions = to - page < page_tokens ? to - page : page_tokens;
    struct vectors keys = {(const uint8_t *)at[0] + key_offset, row_bytes};
    struct vectors values = {(const uint8_t *)at[0] + value_offset, row_bytes};
    struct vectors next = none;
    if (page + page_tokens < to) { /* Pages are whole in memory. */
      next = (struct vectors){(const uint8_t *)at[1] + key_offset, row_bytes};
    }
    if (page == from) {
      for (int p = 0; p < positions; p++) {
        fetch(keys, p, bytes);
      }
    }
    int seen[MOST_QUERIES];
    for (int q = 0; q < queries; q++) {
      seen[q] = ends[q] - page;
    }
    if (type == CACHE_F16 && size != w->padded) {
      keys = widened(keys, positions, size, w->padded, w->widened[0]);
      values = widened(values, positions, size, w->padded, w->widened[1]);
      page_of(FLOATS, w, keys, values, none, 0, queries, seen, positions, scale);
    } else {
      page_of(type, w, keys, values, next, bytes, queries, seen, positions, scale);
    }
  }
}

/*
 * AttentionTask.java says what the parameters are. `from` starts a page; the page size is a
 * multiple of 16 up to PAGE. At most MOST_QUERIES queries and MOST_ELEMENTS elements.
 */
EXPORT(void, attention, int type, const float *query, int64_t token_stride, int tokens, int group, int size, const int64_t *pages, int page_tokens, int64_t key_offset, int64_t value_offset, int64_t row_bytes, int first_position, int from, int to, float scale, float *partial) {
  struct work w;
  int ends[MOST_QUERIES];
  const int queries = tokens * group;
  const int padded = (size + LANES - 1) / LANES * LANES;
  int furthest = from;
  w.padded = padded;
  for (int q = 0; q < queries; q++) {
    const float *source = query + q / group * token_stride + (int64_t)(q % group) * size;
    memcpy(w.query + q * padded, source, (size_t)size * sizeof(float));
    memset(w.query + q * padded + size, 0, (size_t)(padded - size) * sizeof(float));
    memset(w.sum + q * padded, 0, (size_t)padded * sizeof(float));
    w.max[q] = -__builtin_inff();
    w.total[q] = 0;
    int end = first_position + q / group + 1;
    ends[q] = end < to ? end : to;
    furthest = ends[q] > furthest ? ends[q] : furthest;
  }
  if (type == CACHE_F16) {
    span(CACHE_F16, &w, pages, page_tokens, key_offset, value_offset, row_bytes, size, queries, ends, from, furthest, scale);
  } else {
    span(CACHE_Q8_0, &w, pages, page_tokens, key_offset, value_offset, row_bytes, size, queries, ends, from, furthest, scale);
  }
  for (int q = 0; q < queries; q++, partial += size + 2) {
    memcpy(partial, w.sum + q * padded, (size_t)size * sizeof(float));
    partial[size] = w.max[q];
    partial[size + 1] = w.total[q];
  }
}

/* Stores floats as a cache holds them; Q8_0 as ScalarKernels does. */
EXPORT(void, store, int type, const float *x, uint8_t *to, int64_t count) {
  if (type == CACHE_F16) {
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
      floats_to_halves(to + 2 * i, floats_load(x + i));
    }
    if (i < count) {
      float rest[16] = {0};
      uint8_t halves[32];
      memcpy(rest, x + i, (size_t)(count - i) * sizeof(float));
      floats_to_halves(halves, floats_load(rest));
      memcpy(to + 2 * i, halves, (size_t)(2 * (count - i)));
    }
    return;
  }
  for (int64_t block = 0; block < count / BLOCK; block++, x += BLOCK, to += 34) {
    floats16 a = floats_load(x), b = floats_load(x + 16);
    float d = floats_largest(floats_max(floats_abs(a), floats_abs(b))) / 127;
    float inverse = d == 0 ? 0 : 1 / d;
    uint8_t half[32];
    floats_to_halves(half, floats_set(d));
    memcpy(to, half, 2);
    ints_to_i8((int8_t *)to + 2, floats_round(floats_mul(a, floats_set(inverse))));
    ints_to_i8((int8_t *)to + 18, floats_round(floats_mul(b, floats_set(inverse))));
  }
}
