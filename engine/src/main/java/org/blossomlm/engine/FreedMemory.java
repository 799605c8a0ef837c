package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/*
 * glibc keeps blocks of a page's size for itself when they are freed (its threshold for giving memory back rises with
 * the first one): of 540 MB in pages of 1.8 MB it gave back nothing until half were freed, and 330 MB never. malloc_trim
 * makes it. Other C libraries have no such function and need none.
 */
/** Sees to it that freed native memory goes back to the system. Not thread-safe. */
final class FreedMemory {
  private static final long WORTH_IT = 64 << 20;

  private long bytes;

  /** Counts freed bytes, and gives them back once there are many. */
  void add(long count) {
    bytes += count;
    if (bytes >= WORTH_IT) {
      giveBack();
    }
  }

  /** Gives back what was freed. */
  void giveBack() {
    if (bytes >= 1 << 20) {
      Trim.run();
    }
    bytes = 0;
  }

  /** Found at the first use: most runs free nothing before they end. */
  private static final class Trim {
    private static final Optional<MethodHandle> MALLOC_TRIM = find();

    @SuppressWarnings("restricted") // Asked for above.
    private static Optional<MethodHandle> find() {
      if (!FreedMemory.class.getModule().isNativeAccessEnabled()) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("malloc_trim")
          .map(address ->
              linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, JAVA_LONG)));
    }

    static void run() {
      if (MALLOC_TRIM.isPresent()) {
        try {
          int _ = (int) MALLOC_TRIM.get().invokeExact(0L);
        } catch (Throwable e) {
          throw new AssertionError("a function of the C library throws nothing", e);
        }
      }
    }
  }
}
