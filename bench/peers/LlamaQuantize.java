import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Quantises with the libllama of a folder, as llama-quantize does, where that program is not there:
 *
 * <pre>java --enable-native-access=ALL-UNNAMED LlamaQuantize.java FOLDER IN OUT FTYPE THREADS</pre>
 *
 * FTYPE is the number of {@code llama_ftype}.
 */
final class LlamaQuantize {
  private static final long THREADS_AT = 0;
  private static final long FILE_TYPE_AT = 4;

  public static void main(String[] arguments) throws Throwable {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      // In the order in which they need each other.
      SymbolLookup llama = null;
      for (String name : List.of("libggml-base", "libggml-cpu", "libggml.", "libllama.")) {
        Path library = find(folder, name);
        if (library != null) {
          llama = SymbolLookup.libraryLookup(library, arena);
        }
      }
      if (llama == null) {
        throw new IllegalArgumentException(folder + " has no libllama");
      }
      // More than llama_model_quantize_params has in any version: the caller gives the place where it
      // is returned, so that its true size need not be known. Its first two fields never moved.
      MemoryLayout struct =
          MemoryLayout.structLayout(MemoryLayout.sequenceLayout(1024, JAVA_BYTE));
      MemorySegment parameters =
          (MemorySegment)
              linker
                  .downcallHandle(
                      llama.findOrThrow("llama_model_quantize_default_params"),
                      FunctionDescriptor.of(struct))
                  .invokeExact((SegmentAllocator) arena);
      parameters.set(JAVA_INT, THREADS_AT, Integer.parseInt(arguments[4]));
      parameters.set(JAVA_INT, FILE_TYPE_AT, Integer.parseInt(arguments[3]));
      int status =
          (int)
              linker
                  .downcallHandle(
                      llama.findOrThrow("llama_model_quantize"),
                      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
                  .invokeExact(
                      arena.allocateFrom(arguments[1]),
                      arena.allocateFrom(arguments[2]),
                      parameters);
      System.exit(status);
    }
  }

  private static Path find(Path folder, String name) throws java.io.IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(name))
          .filter(file -> file.getFileName().toString().contains(".so"))
          .findFirst()
          .orElse(null);
    }
  }
}
