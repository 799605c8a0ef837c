/*
 * Attention of a few queries over a span of cached positions, with an online softmax (Milakov and
 * Gimelshein 2018): a page's scores are computed, the sums so far are scaled to the new maximum,
 * and the page's values are added. Sixteen positions at a time are widened to floats and serve all
 * queries, which are the heads that share a key/value head, of one or more tokens.
 *
 * Every score is one chain of multiply-adds over the head's elements and every sum one over the
 * positions in order, whatever queries stand beside it.
 */
#include "simd.h"

enum {
  POSITIONS = 16,     /* that are widened together */
  MOST_QUERIES = 16,  /* of one call */
  MOST_ELEMENTS = 512 /* of a head, padded to LANES */
};
enum { LANES = 16 };

enum cache_type { CACHE_F16 = 0, CACHE_Q8_0 = 1 };

/* Widens one stored vector; elements beyond `size` up to a multiple of LANES become zero. */
INLINE void widen(int type, const uint8_t *from, int size, float *to) {
  if (type == CACHE_F16) {
    int i = 0;
    for (; i + LANES <= size; i += LANES) {
      floats_store(to + i, floats_from_halves(from + 2 * i));
    }
    if (i < size) {
      uint8_t rest[2 * LANES] = {0};
      memcpy(rest, from + 2 * i, (size_t)(2 * (size - i)));
      floats_store(to + i, floats_from_halves(rest));
    }
  } else {
    for (int i = 0; i < size; i += BLOCK, from += 34) {
      floats16 d = floats_set(half_to_float(from));
      floats_store(to + i, floats_mul(d, floats_from_i8(from + 2)));
      floats_store(to + i + 16, floats_mul(d, floats_from_i8(from + 18)));
    }
  }
}

/* Vectors stand `padded` elements apart: a fixed power of two would put them all into the same cache lines. */
struct work {
  int padded;
  float query[MOST_QUERIES * MOST_ELEMENTS];
  float sum[MOST_QUERIES * MOST_ELEMENTS];
  float vectors[POSITIONS * MOST_ELEMENTS]; /* keys, then values */
  float score[MOST_QUERIES][64];            /* of a page, then their exponentials */
  float max[MOST_QUERIES];
  float total[MOST_QUERIES];
};

INLINE void dots_4(const float *query, const float *keys, int size, float *out) {
  floats16 a = floats_zero(), b = a, c = a, d = a;
  for (int i = 0; i < size; i += LANES) {
    floats16 q = floats_load(query + i);
    a = floats_fma(q, floats_load(keys + i), a);
    b = floats_fma(q, floats_load(keys + size + i), b);
    c = floats_fma(q, floats_load(keys + 2 * size + i), c);
    d = floats_fma(q, floats_load(keys + 3 * size + i), d);
  }
  out[0] = floats_sum(a);
  out[1] = floats_sum(b);
  out[2] = floats_sum(c);
  out[3] = floats_sum(d);
}

/* Sixteen elements of the sums of up to four queries. */
INLINE void add_values(struct work *w, int first, int count, int element, int page_offset, int positions) {
  floats16 sums[4];
#pragma GCC unroll 4
  for (int j = 0; j < count; j++) {
    sums[j] = floats_load(w->sum + (first + j) * w->padded + element);
  }
  for (int p = 0; p < positions; p++) {
    floats16 v = floats_load(w->vectors + p * w->padded + element);
#pragma GCC unroll 4
    for (int j = 0; j < count; j++) {
      sums[j] = floats_fma(floats_set(w->score[first + j][page_offset + p]), v, sums[j]);
    }
  }
#pragma GCC unroll 4
  for (int j = 0; j < count; j++) {
    floats_store(w->sum + (first + j) * w->padded + element, sums[j]);
  }
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
    memset(score, 0, 64 * sizeof(float));
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

INLINE void span(int type, struct work *w, const int64_t *pages, int page_tokens, int64_t key_offset, int64_t value_offset, int64_t row_bytes, int size, int queries, const int *ends, int from, int to, float scale) {
  const int padded = w->padded;
  for (int page = from; page < to; page += page_tokens) {
    const uint8_t *keys = (const uint8_t *)pages[page / page_tokens] + key_offset;
    const uint8_t *values = (const uint8_t *)pages[page / page_tokens] + value_offset;
    const int positions = to - page < page_tokens ? to - page : page_tokens;
    for (int p = 0; p < positions; p += POSITIONS) {
      const int count = positions - p < POSITIONS ? positions - p : POSITIONS;
      for (int i = 0; i < POSITIONS; i++) {
        if (i < count) {
          widen(type, keys + (p + i) * row_bytes, size, w->vectors + i * padded);
        } else {
          memset(w->vectors + i * padded, 0, (size_t)padded * sizeof(float));
        }
      }
      for (int q = 0; q < queries; q++) {
        for (int i = 0; i < POSITIONS; i += 4) {
          dots_4(w->query + q * padded, w->vectors + i * padded, padded, w->score[q] + p + i);
        }
      }
    }
    for (int q = 0; q < queries; q++) {
      const int rounded = (positions + 15) / 16 * 16;
      for (int p = 0; p < rounded; p++) {
        w->score[q][p] = page + p < ends[q] ? w->score[q][p] * scale : -__builtin_inff();
      }
      softmax_page(w, q, rounded);
    }
    for (int p = 0; p < positions; p += POSITIONS) {
      const int count = positions - p < POSITIONS ? positions - p : POSITIONS;
      for (int i = 0; i < count; i++) {
        widen(type, values + (p + i) * row_bytes, size, w->vectors + i * padded);
      }
      for (int e = 0; e < padded; e += LANES) {
        int q = 0;
        for (; q + 4 <= queries; q += 4) {
          add_values(w, q, 4, e, p, count);
        }
        for (; q + 2 <= queries; q += 2) {
          add_values(w, q, 2, e, p, count);
        }
        if (q < queries) {
          add_values(w, q, 1, e, p, count);
        }
      }
    }
  }
}

/*
 * AttentionTask.java says what the parameters are. `from` starts a page; the page size is a
 * multiple of 16 up to 64. At most MOST_QUERIES queries and MOST_ELEMENTS elements.
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
