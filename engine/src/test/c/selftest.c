/*
 * Runs every native kernel on fixed pseudo-random input and prints a checksum of the bits of each result. All variants
 * must print the same: NativeSourcesTest compares them, also those that this machine can only emulate. What a kernel
 * reads and writes ends where its allocation ends, so that a sanitizer sees an access beyond it. Where there is none:
 *
 *   selftest end      allocations end where a page begins that cannot be accessed (GuardPagesTest)
 *   selftest start    they start where such a page ends
 *   selftest beyond   as end, and one byte beyond is read on purpose, which must not survive
 */
#include "../../main/c/blossom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

static enum { HEAP, AT_END, AT_START } placement = HEAP;

/* Bytes of a mapping for an allocation: whole pages, with one more at either end. */
static size_t mapping(int64_t bytes) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return ((size_t)bytes + page - 1) / page * page + 2 * page;
}

static void *allocate(int64_t bytes) {
  if (placement == HEAP) {
    return calloc(1, (size_t)bytes);
  }
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = mapping(bytes);
  uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) || mprotect(memory + size - page, page, PROT_NONE)) {
    perror("guard pages");
    exit(1);
  }
  return placement == AT_END ? memory + size - page - bytes : memory + page;
}

static void release(void *from, int64_t bytes) {
  if (placement == HEAP) {
    free(from);
    return;
  }
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = mapping(bytes);
  munmap(placement == AT_END ? (uint8_t *)from + bytes + page - size : (uint8_t *)from - page, size);
}

static float *zeros(int64_t count) { return allocate(count * (int64_t)sizeof(float)); }

static float *floats(int64_t count) {
  float *x = zeros(count);
  for (int64_t i = 0; i < count; i++) {
    x[i] = uniform();
  }
  return x;
}

static void release_floats(float *x, int64_t count) { release(x, count * (int64_t)sizeof(float)); }

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
    uint8_t *file = allocate(rows * row_bytes);
    for (int64_t i = 0; i < rows * row_bytes; i++) {
      file[i] = (uint8_t)next();
    }
    for (int64_t i = 0; i < rows * row_bytes; i += f->file_bytes) {
      tame(type, file + i);
    }
    const int64_t size = blossom_packed_bytes(type, columns, rows);
    uint8_t *packed = allocate(size);
    blossom_pack(type, file, columns, 0, rows, packed);
    for (int64_t tokens = 1; tokens <= 70; tokens += tokens < 9 ? 1 : 61) {
      const int64_t encoded_size = tokens * CALL(encoded_bytes)(columns);
      float *x = floats(tokens * columns), *out = zeros(tokens * rows), *again = zeros(tokens * rows);
      uint8_t *encoded = allocate(encoded_size);
      CALL(encode)(x, columns, tokens, encoded);
      CALL(matmul)(type, packed, 0, columns, 0, rows, encoded, tokens, out, rows);
      CALL(matmul)(type, file, row_bytes, columns, 0, rows, encoded, tokens, again, rows);
      if (memcmp(out, again, (size_t)(tokens * rows) * sizeof(float)) != 0) {
        printf("type %d: packed and unpacked differ\n", type);
        exit(1);
      }
      print("matmul", type, out, tokens * rows);
      release_floats(x, tokens * columns);
      release_floats(out, tokens * rows);
      release_floats(again, tokens * rows);
      release(encoded, encoded_size);
    }
    release(file, rows * row_bytes);
    release(packed, size);
  }
}

static void plain(int type) {
  const int64_t columns = 83, rows = 9, tokens = 3;
  const int64_t bytes = type == F32 ? 4 : 2;
  uint8_t *w = allocate(rows * columns * bytes);
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
  float *x = floats(tokens * columns), *out = zeros(tokens * rows);
  CALL(matmul_floats)(type, w, columns, 0, rows, x, tokens, out, rows);
  print("matmul_floats", type, out, tokens * rows);
  release(w, rows * columns * bytes);
  release_floats(x, tokens * columns);
  release_floats(out, tokens * rows);
}

/* From the second page on where `from` is one, as the later spans of a long context. */
static void attend(int type, int from) {
  for (int size = type ? 32 : 20; size <= 128; size += type ? 32 : 36) {
    for (int group = 1; group <= 6; group++) {
      const int tokens = 8 / group, page = 64, pages = 3, length = 150;
      const int64_t row = type ? size / 32 * 34 : 2 * size;
      const int64_t queries = (int64_t)tokens * group;
      int64_t *table = allocate(pages * (int64_t)sizeof *table);
      for (int p = 0; p < pages; p++) {
        float *x = floats(2L * page * size);
        uint8_t *memory = allocate(2 * page * row);
        CALL(store)(type, x, memory, 2L * page * size);
        table[p] = (int64_t)memory;
        release_floats(x, 2L * page * size);
      }
      float *query = floats(queries * size), *out = zeros(queries * (size + 2));
      CALL(attention)(type, query, (int64_t)group * size, tokens, group, size, table, page, 0, page * row, row, length - tokens, from * page, length, 0.1f, out);
      print("attention", size, out, queries * (size + 2));
      for (int p = 0; p < pages; p++) {
        release((void *)table[p], 2 * page * row);
      }
      release(table, pages * (int64_t)sizeof *table);
      release_floats(query, queries * size);
      release_floats(out, queries * (size + 2));
    }
  }
}

/* The sizes around a register and, of rms_norm, two. */
static void elementwise(int size) {
  float *x = floats(size), *y = floats(size), *out = zeros(size);
  CALL(rms_norm)(x, y, out, size, 1e-6f);
  print("rms_norm", size, out, size);
  CALL(swiglu)(x, y, 1, size, 0, size);
  print("swiglu", size, x, size);
  CALL(add)(x, y, size);
  print("add", size, x, size);
  release_floats(x, size);
  release_floats(y, size);
  release_floats(out, size);
}

static void rope(void) {
  float *x = floats(2 * 50 - 10), *table = floats(40); /* The last head ends with what is rotated. */
  CALL(rope)(x, 2, 50, table, 40, 1);
  CALL(rope)(x, 2, 50, table, 40, 0);
  print("rope", 90, x, 90);
  release_floats(x, 90);
  release_floats(table, 40);
}

int main(int count, char **arguments) {
  const char *how = count > 1 ? arguments[1] : "";
  placement = !*how ? HEAP : strcmp(how, "start") ? AT_END : AT_START;
  if (strcmp(how, "beyond") == 0) {
    volatile uint8_t *bytes = allocate(100);
    printf("survived %d\n", bytes[100]);
    return 0;
  }
  const int types[] = {Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    quantised(types[i]);
  }
  plain(F32);
  plain(F16);
  plain(BF16);
  for (int from = 0; from < 2; from++) {
    attend(0, from);
    attend(1, from);
  }
  const int sizes[] = {1, 15, 16, 17, 31, 33, 107};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    elementwise(sizes[i]);
  }
  rope();
  return 0;
}
