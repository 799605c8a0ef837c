/* What is the same for all instruction sets: what the processor has, packing, memory. */
#include "blossom.h"
#include <sys/mman.h>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#endif

#define PUBLIC __attribute__((visibility("default")))

/* Bits of CpuFeatures.java. */
PUBLIC int64_t blossom_cpu_features(void);
PUBLIC int64_t blossom_cpu_features(void) {
  int64_t bits = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  bits |= __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
  /* All processors with AVX2 have F16C; compilers of the day cannot ask for it by name. */
  bits |= __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") ? 4 : 0;
  bits |= __builtin_cpu_supports("avx512vnni") ? 8 : 0;
  unsigned a, b, c, d;
  if ((bits & 1) && __get_cpuid_count(7, 1, &a, &b, &c, &d)) {
    bits |= a >> 4 & 1 ? 2 : 0; /* AVX-VNNI */
  }
#elif defined(__aarch64__) && defined(__linux__)
  bits |= getauxval(AT_HWCAP) & (1 << 20) ? 16 : 0; /* HWCAP_ASIMDDP */
#elif defined(__aarch64__) && defined(__APPLE__)
  bits |= 16; /* Every Apple processor since the A11 has it. */
#endif
  return bits;
}

/* Bytes of the packed form of a matrix, 0 if its type is not packed. */
PUBLIC int64_t blossom_packed_bytes(int type, int64_t columns, int64_t rows);
PUBLIC int64_t blossom_packed_bytes(int type, int64_t columns, int64_t rows) {
  const struct format *f = blossom_format(type);
  return f ? (rows + ROWS - 1) / ROWS * (columns / f->columns) * f->unit_bytes : 0;
}

/* Packs rows [first, last); `first` starts a tile. */
PUBLIC void blossom_pack(int type, const uint8_t *file, int64_t columns, int64_t first, int64_t last, uint8_t *packed);
PUBLIC void blossom_pack(int type, const uint8_t *file, int64_t columns, int64_t first, int64_t last, uint8_t *packed) {
  const struct format *f = blossom_format(type);
  const int64_t units = columns / f->columns, row_bytes = units * f->file_bytes;
  for (int64_t row = first; row < last; row += ROWS) {
    const int rows = last - row < ROWS ? (int)(last - row) : ROWS;
    const uint8_t *block = file + row * row_bytes;
    uint8_t *unit = packed + row / ROWS * units * f->unit_bytes;
    for (int64_t u = 0; u < units; u++, block += f->file_bytes, unit += f->unit_bytes) {
      blossom_pack_unit(type, block, row_bytes, rows, unit);
    }
  }
}

/* Fresh memory of zeros, in large pages where the system has them: NULL if there is none. */
PUBLIC void *blossom_allocate(int64_t bytes);
PUBLIC void *blossom_allocate(int64_t bytes) {
  void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return NULL;
  }
#ifdef MADV_HUGEPAGE
  madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

PUBLIC void blossom_free(void *memory, int64_t bytes);
PUBLIC void blossom_free(void *memory, int64_t bytes) {
  munmap(memory, (size_t)bytes);
}

/* Gives up this process's pages of a file mapping; reading them brings them back. */
PUBLIC void blossom_release(void *mapped, int64_t bytes);
PUBLIC void blossom_release(void *mapped, int64_t bytes) {
  const uintptr_t page = 65536; /* a multiple of every page size in use */
  uintptr_t from = ((uintptr_t)mapped + page - 1) & ~(page - 1);
  uintptr_t to = ((uintptr_t)mapped + (uintptr_t)bytes) & ~(page - 1);
  if (from < to) {
    madvise((void *)from, to - from, MADV_DONTNEED);
  }
}
