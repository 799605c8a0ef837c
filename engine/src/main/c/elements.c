/* What is done element by element, and products with weights that are not quantised. */
#include "simd.h"

EXPORT(void, rms_norm, const float *x, const float *weight, float *out, int64_t size, float epsilon) {
  floats16 a = floats_zero(), b = a;
  int64_t i = 0;
  for (; i + 32 <= size; i += 32) {
    floats16 v = floats_load(x + i), w = floats_load(x + i + 16);
    a = floats_fma(v, v, a);
    b = floats_fma(w, w, b);
  }
  double squares = floats_sum(floats_add(a, b));
  for (; i < size; i++) {
    squares += (double)x[i] * x[i];
  }
  float scale = (float)(1 / __builtin_sqrt(squares / (double)size + epsilon));
  for (i = 0; i + 16 <= size; i += 16) {
    floats_store(out + i, floats_mul(floats_mul(floats_load(x + i), floats_set(scale)), floats_load(weight + i)));
  }
  for (; i < size; i++) {
    out[i] = x[i] * scale * weight[i];
  }
}

EXPORT(void, rope, float *x, int64_t heads, int64_t head_size, const float *cos_sin, int64_t rotated, int halves) {
  const int64_t half = rotated / 2;
  for (int64_t h = 0; h < heads; h++, x += head_size) {
    for (int64_t i = 0; i < half; i++) {
      float *first = halves ? x + i : x + 2 * i;
      float *second = halves ? first + half : first + 1;
      float cos = cos_sin[2 * i], sin = cos_sin[2 * i + 1], a = *first, b = *second;
      *first = a * cos - b * sin;
      *second = a * sin + b * cos;
    }
  }
}

/* x * sigmoid(x) through e^-|x|, which never overflows; NaN stays. */
INLINE floats16 silu(floats16 x) {
  floats16 one = floats_set(1);
  floats16 e = floats_exp_negative(floats_mul(floats_abs(x), floats_set(-1)));
  floats16 sigmoid = floats_div(floats_select_negative(x, e, one), floats_add(one, e));
  return floats_mul(x, sigmoid);
}

EXPORT(void, swiglu, float *gate, const float *up, int64_t tokens, int64_t stride, int64_t from, int64_t to) {
  for (int64_t t = 0; t < tokens; t++) {
    float *g = gate + t * stride;
    const float *u = up + t * stride;
    int64_t i = from;
    for (; i + 16 <= to; i += 16) {
      floats_store(g + i, floats_mul(silu(floats_load(g + i)), floats_load(u + i)));
    }
    if (i < to) {
      float rest[16] = {0}, other[16] = {0};
      memcpy(rest, g + i, (size_t)(to - i) * sizeof(float));
      memcpy(other, u + i, (size_t)(to - i) * sizeof(float));
      floats_store(rest, floats_mul(silu(floats_load(rest)), floats_load(other)));
      memcpy(g + i, rest, (size_t)(to - i) * sizeof(float));
    }
  }
}

EXPORT(void, add, float *x, const float *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    x[i] += y[i];
  }
}

INLINE floats16 widened(int type, const uint8_t *row, int64_t column) {
  switch (type) {
    case F32: return floats_load((const float *)(row + 4 * column));
    case F16: return floats_from_halves(row + 2 * column);
    default: return floats_from_bfloats(row + 2 * column);
  }
}

/* The last columns, fewer than sixteen, padded with zeros. */
INLINE floats16 widened_rest(int type, const uint8_t *row, int64_t column, int64_t columns) {
  const int bytes = type == F32 ? 4 : 2;
  uint8_t rest[64] = {0};
  memcpy(rest, row + bytes * column, (size_t)(bytes * (columns - column)));
  return widened(type, rest, 0);
}

/* Four rows (fewer are padded by repeating the first) times some tokens: one chain of multiply-adds each. */
INLINE void float_tile(int type, const uint8_t *const *rows, int64_t columns, const float *x, int tokens, float (*out)[4]) {
  floats16 sums[4][2];
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) {
    sums[r][0] = sums[r][1] = floats_zero();
  }
  int64_t c = 0;
  for (; c + 16 <= columns; c += 16) {
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
      floats16 w = widened(type, rows[r], c);
#pragma GCC unroll 2
      for (int t = 0; t < tokens; t++) {
        sums[r][t] = floats_fma(w, floats_load(x + t * columns + c), sums[r][t]);
      }
    }
  }
  if (c < columns) {
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
      floats16 w = widened_rest(type, rows[r], c, columns);
#pragma GCC unroll 2
      for (int t = 0; t < tokens; t++) {
        floats16 a = widened_rest(F32, (const uint8_t *)(x + t * columns), c, columns);
        sums[r][t] = floats_fma(w, a, sums[r][t]);
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) {
#pragma GCC unroll 2
    for (int t = 0; t < tokens; t++) {
      out[t][r] = floats_sum(sums[r][t]);
    }
  }
}

INLINE void float_matmul(int type, const uint8_t *weights, int64_t columns, int64_t first, int64_t last, const float *x, int64_t tokens, float *out, int64_t stride) {
  const int64_t row_bytes = columns * (type == F32 ? 4 : 2);
  for (int64_t row = first; row < last; row += 4) {
    const int count = last - row < 4 ? (int)(last - row) : 4;
    const uint8_t *rows[4];
    for (int r = 0; r < 4; r++) {
      rows[r] = weights + (row + (r < count ? r : 0)) * row_bytes;
    }
    int64_t t = 0;
    float sums[2][4];
    for (; t + 2 <= tokens; t += 2) {
      float_tile(type, rows, columns, x + t * columns, 2, sums);
      memcpy(out + t * stride + row, sums[0], (size_t)count * sizeof(float));
      memcpy(out + (t + 1) * stride + row, sums[1], (size_t)count * sizeof(float));
    }
    if (t < tokens) {
      float_tile(type, rows, columns, x + t * columns, 1, sums);
      memcpy(out + t * stride + row, sums[0], (size_t)count * sizeof(float));
    }
  }
}

/* As matmul in products.c, with weights of type F32, F16 or BF16 and activations as they are. */
EXPORT(void, matmul_floats, int type, const uint8_t *weights, int64_t columns, int64_t first, int64_t last, const float *x, int64_t tokens, float *out, int64_t stride) {
  switch (type) {
    case F32: float_matmul(F32, weights, columns, first, last, x, tokens, out, stride); break;
    case F16: float_matmul(F16, weights, columns, first, last, x, tokens, out, stride); break;
    default: float_matmul(BF16, weights, columns, first, last, x, tokens, out, stride); break;
  }
}
