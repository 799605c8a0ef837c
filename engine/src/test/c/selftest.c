/*
 * Runs every native kernel on fixed pseudo-random input and prints a checksum of the bits of each result. All variants
 * must print the same: NativeSourcesTest compares them, also those that this machine can only emulate. The input ends
 * where its allocation ends, so that a sanitizer sees a read beyond it.
 */
#include "../../main/c/blossom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL(name) CONCAT(blossom_##name, VARIANT)
void CALL(matmul)(int, const uint8_t *, int64_t, int64_t, int64_t, int64_t, const uint8_t *, int64_t, float *, int64_t);
void CALL(matmul_floats)(int, const uint8_t *, int64_t, int64_t, int64_t, const float *, int64_t, float *, int64_t);
void CALL(encode)(const float *, int64_t, int64_t, uint8_t *);
int64_t CALL(encoded_bytes)(int64_t);
void CALL(attention)(int, const float *, int64_t, int, int, int, const int64_t *, int, int64_t, int64_t, int64_t, int, int, int, float, float *);
void CALL(store)(int, const float *, uint8_t *, int64_t);
void CALL(rms_norm)(const float *, const float *, float *, int64_t, float);
void CALL(swiglu)(float *, const float *, int64_t, int64_t, int64_t, int64_t);
void CALL(add)(float *, const float *, int64_t);
void CALL(rope)(float *, int64_t, int64_t, const float *, int64_t, int);
int64_t blossom_packed_bytes(int, int64_t, int64_t);
void blossom_pack(int, const uint8_t *, int64_t, int64_t, int64_t, uint8_t *);

static uint64_t state = 20251125;

static uint32_t next(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33);
}

static float uniform(void) { return (float)(int32_t)(next() % 2000001 - 1000000) / 500000; }

static float *floats(int64_t count) {
  float *x = malloc((size_t)count * sizeof(float));
  for (int64_t i = 0; i < count; i++) {
    x[i] = uniform();
  }
  return x;
}

static void print(const char *what, int kind, const float *x, int64_t count) {
  uint64_t hash = 14695981039346656037u;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    hash = (hash ^ bits) * 1099511628211u;
    if (!isfinite(x[i])) {
      printf("not finite: %s %d element %ld\n", what, kind, (long)i);
      exit(1);
    }
  }
  printf("%s %d %016llx\n", what, kind, (unsigned long long)hash);
}

/* Scales of a block become small positive halves; everything else stays random. */
static void tame(int type, uint8_t *block) {
  static const int SCALES[31][2] = {
    [Q4_0] = {0, 2}, [Q4_1] = {0, 4}, [Q5_0] = {0, 2}, [Q5_1] = {0, 4}, [Q8_0] = {0, 2}, [Q2_K] = {80, 84},
    [Q3_K] = {108, 110}, [Q4_K] = {0, 4}, [Q5_K] = {0, 4}, [Q6_K] = {208, 210}, [IQ4_NL] = {0, 2}, [IQ4_XS] = {0, 2},
  };
  for (int i = SCALES[type][0] + 1; i < SCALES[type][1]; i += 2) {
    block[i] = (uint8_t)(0x20 | (block[i] & 7));
  }
}

static void quantised(int type) {
  const struct format *f = blossom_format(type);
  for (int shape = 0; shape < 3; shape++) {
    const int64_t columns = f->columns * (int64_t[]){1, 3, 9}[shape], rows = (int64_t[]){16, 37, 5}[shape];
    const int64_t row_bytes = columns / f->columns * f->file_bytes;
    uint8_t *file = malloc((size_t)(rows * row_bytes));
    for (int64_t i = 0; i < rows * row_bytes; i++) {
      file[i] = (uint8_t)next();
    }
    for (int64_t i = 0; i < rows * row_bytes; i += f->file_bytes) {
      tame(type, file + i);
    }
    const int64_t size = blossom_packed_bytes(type, columns, rows);
    uint8_t *packed = malloc((size_t)size);
    blossom_pack(type, file, columns, 0, rows, packed);
    for (int64_t tokens = 1; tokens <= 70; tokens += tokens < 9 ? 1 : 61) {
      float *x = floats(tokens * columns);
      uint8_t *encoded = malloc((size_t)(tokens * CALL(encoded_bytes)(columns)));
      float *out = calloc((size_t)(tokens * rows), sizeof(float)), *again = calloc((size_t)(tokens * rows), sizeof(float));
      CALL(encode)(x, columns, tokens, encoded);
      CALL(matmul)(type, packed, 0, columns, 0, rows, encoded, tokens, out, rows);
      CALL(matmul)(type, file, row_bytes, columns, 0, rows, encoded, tokens, again, rows);
      if (memcmp(out, again, (size_t)(tokens * rows) * sizeof(float)) != 0) {
        printf("type %d: packed and unpacked differ\n", type);
        exit(1);
      }
      print("matmul", type, out, tokens * rows);
      free(x);
      free(encoded);
      free(out);
      free(again);
    }
    free(file);
    free(packed);
  }
}

static void plain(int type) {
  const int64_t columns = 83, rows = 9, tokens = 3;
  const int64_t bytes = type == F32 ? 4 : 2;
  uint8_t *w = malloc((size_t)(rows * columns * bytes));
  for (int64_t i = 0; i < rows * columns; i++) {
    float value = uniform();
    if (type == F32) {
      memcpy(w + 4 * i, &value, 4);
    } else if (type == F16) {
      CALL(store)(0, &value, w + 2 * i, 1);
    } else {
      memcpy(w + 2 * i, (uint8_t *)&value + 2, 2);
    }
  }
  float *x = floats(tokens * columns), *out = calloc((size_t)(tokens * rows), sizeof(float));
  CALL(matmul_floats)(type, w, columns, 0, rows, x, tokens, out, rows);
  print("matmul_floats", type, out, tokens * rows);
  free(w);
  free(x);
  free(out);
}

static void attend(int type) {
  for (int size = type ? 32 : 20; size <= 128; size += type ? 32 : 36) {
    for (int group = 1; group <= 6; group++) {
      const int tokens = 8 / group, page = 64, pages = 3, length = 150;
      const int64_t row = type ? size / 32 * 34 : 2 * size;
      int64_t table[3];
      for (int p = 0; p < pages; p++) {
        float *x = floats(2L * page * size);
        uint8_t *memory = malloc((size_t)(2 * page * row));
        CALL(store)(type, x, memory, 2L * page * size);
        table[p] = (int64_t)memory;
        free(x);
      }
      float *query = floats((int64_t)tokens * group * size), *out = calloc((size_t)(tokens * group * (size + 2)), sizeof(float));
      CALL(attention)(type, query, (int64_t)group * size, tokens, group, size, table, page, 0, page * row, row, length - tokens, 64, length, 0.1f, out);
      print("attention", size, out, (int64_t)tokens * group * (size + 2));
      for (int p = 0; p < pages; p++) {
        free((void *)table[p]);
      }
      free(query);
      free(out);
    }
  }
}

int main(void) {
  const int types[] = {Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    quantised(types[i]);
  }
  plain(F32);
  plain(F16);
  plain(BF16);
  attend(0);
  attend(1);
  float *x = floats(107), *y = floats(107), *out = floats(107);
  CALL(rms_norm)(x, y, out, 107, 1e-6f);
  print("rms_norm", 107, out, 107);
  CALL(swiglu)(x, y, 1, 107, 0, 107);
  print("swiglu", 107, x, 107);
  CALL(add)(x, y, 107);
  print("add", 107, x, 107);
  CALL(rope)(x, 2, 50, y, 40, 1);
  CALL(rope)(x, 2, 50, y, 40, 0);
  print("rope", 100, x, 100);
  free(x);
  free(y);
  free(out);
  return 0;
}
