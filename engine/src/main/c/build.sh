#!/bin/sh
# Compiles the native kernels: build.sh OUTPUT_FOLDER
#
# Every instruction set that the compiler knows becomes a variant in one shared library. Without a
# compiler nothing is built: the program then runs on its Java kernels, and `blossom doctor` says so.
#
#   CC      the compiler (default: cc, gcc or clang, whichever is there)
#   TARGET  the platform folder (default: this machine's, as in NativeLibrary.java)
#   CFLAGS  further flags, e.g. -fsanitize=address,undefined
set -u
sources=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
output=$1

note() { echo "native kernels: $*"; }

if [ -z "${CC:-}" ]; then
  for candidate in cc gcc clang; do
    if command -v "$candidate" >/dev/null 2>&1; then
      CC=$candidate
      break
    fi
  done
fi
if [ -z "${CC:-}" ]; then
  note "no C compiler (cc, gcc, clang) was found; the program will be complete but slower"
  exit 0
fi

machine=$(echo | $CC -dM -E -xc - | sed -n 's/^#define __\(x86_64\|aarch64\)__ 1$/\1/p' | head -n 1)
case $(uname -s) in
  Darwin) system=macos library=libblossom.dylib ;;
  *) system=linux library=libblossom.so ;;
esac
case $machine in
  x86_64) variants='avx2 avxvnni avx512 avx512vnni' ;;
  aarch64) variants='neon' ;;
  *)
    note "no kernels for the platform of $CC; the program will be complete but slower"
    exit 0
    ;;
esac

folder=$output/${TARGET:-$system-$machine}
stamp=$folder/$library.sources
# The compiler and all sources: what the library depends on.
fingerprint=$({ $CC --version; echo "${CFLAGS:-}"; cat "$sources"/*.[ch] "$sources/build.sh"; } | cksum)
if [ -f "$folder/$library" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ]; then
  exit 0
fi
mkdir -p "$folder" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

# Contracting a * b + c would change results from one compiler to the next; where a fused
# multiply-add is meant, the code says so.
common="-std=c11 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno -Wall -Wextra ${CFLAGS:-}"
# The kernels are written in the order in which registers suffice. GCC otherwise gathers the
# additions of a tile behind its multiplications and keeps the products in memory, which makes
# the products of many tokens up to twice as slow. Compilers that do not know these leave it.
for option in -fno-tree-ter -fno-tree-reassoc; do
  if echo 'int x;' | $CC -Werror $option -xc -c - -o /dev/null 2>/dev/null; then
    common="$common $option"
  fi
done

flags() {
  case $1 in
    avx2) echo '-mavx2 -mfma -mf16c -mbmi2' ;;
    avxvnni) echo '-mavx2 -mfma -mf16c -mbmi2 -mavxvnni -DAVXVNNI' ;;
    avx512) echo '-mavx2 -mfma -mf16c -mbmi2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -DAVX512' ;;
    avx512vnni) echo '-mavx2 -mfma -mf16c -mbmi2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -DAVX512 -DAVX512VNNI' ;;
    neon) [ "$system" = macos ] || echo '-march=armv8.2-a+dotprod+fp16' ;;
  esac
}

# shellcheck disable=SC2086
compile() { $CC $common "$@"; }

compile -c "$sources/pack.c" -o "$work/pack.o" || exit 1
compile -D_GNU_SOURCE -c "$sources/machine.c" -o "$work/machine.o" || exit 1
built=
for variant in $variants; do
  options=$(flags "$variant")
  # A compiler too old for an instruction set leaves that variant out.
  # shellcheck disable=SC2086
  if ! echo 'int x;' | $CC $options -xc -c - -o "$work/probe.o" 2>/dev/null; then
    note "$CC cannot compile for $variant; left out"
    continue
  fi
  for source in products attention elements; do
    # shellcheck disable=SC2086
    compile $options -DVARIANT="$variant" -c "$sources/$source.c" -o "$work/$source-$variant.o" &
  done
  wait
  for source in products attention elements; do
    [ -f "$work/$source-$variant.o" ] || exit 1
  done
  built="$built $variant"
done
# shellcheck disable=SC2086
rm -f "$work/probe.o"
compile -shared "$work"/*.o -o "$work/$library" || exit 1
mv "$work/$library" "$folder/$library" && echo "$fingerprint" >"$stamp"
note "built$built with $($CC --version | head -n 1)"
