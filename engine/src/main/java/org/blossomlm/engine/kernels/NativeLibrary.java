package org.blossomlm.engine.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The C library of {@code src/main/c}, as the build packed it beside the classes, and the set of
 * its functions that fits the processor. Loaded once, when it is first asked for.
 */
final class NativeLibrary {
  /** Forces a variant, so that one machine can test all that it can run. */
  static final String VARIANT_PROPERTY = "blossom.native.variant";

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Loaded LOADED = load();

  /** What came of loading; {@code refusal} is empty if it worked. */
  private record Loaded(
      Optional<SymbolLookup> symbols, List<String> variants, Optional<String> refusal) {
    static Loaded refused(String reason) {
      return new Loaded(Optional.empty(), List.of(), Optional.of(reason));
    }
  }

  private NativeLibrary() {}

  /** Why the library cannot be used, and what would change that. */
  static Optional<String> refusal() {
    return LOADED.refusal();
  }

  /** Variants that run on this processor and were compiled, best first. */
  static List<String> variants() {
    return LOADED.variants();
  }

  /** The chosen variant, e.g. {@code avx2}. */
  static String variant() {
    return LOADED.variants().getFirst();
  }

  private static Loaded load() {
    String resource = platform() + "/" + System.mapLibraryName("blossom");
    try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Loaded.refused(
            "this build has no native library for "
                + platform()
                + "; install a C compiler (gcc or clang) and build again");
      }
      SymbolLookup symbols = SymbolLookup.libraryLookup(extract(in), Arena.global());
      MethodHandle features =
          handle(symbols, "blossom_cpu_features", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
      return choose(symbols, CpuFeatures.of((long) features.invokeExact()));
    } catch (IOException | IllegalArgumentException e) {
      return Loaded.refused("the native library cannot be loaded: " + e.getMessage());
    } catch (IllegalCallerException e) {
      return Loaded.refused(
          "native access is not allowed; start java with --enable-native-access=ALL-UNNAMED"
              + " (./blossom does)");
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Loaded choose(SymbolLookup symbols, CpuFeatures features) {
    if (features.refusal().isPresent()) {
      return Loaded.refused(features.refusal().get());
    }
    List<String> variants =
        features.variants().stream()
            .filter(variant -> symbols.find("blossom_matmul_" + variant).isPresent())
            .toList();
    String forced = System.getProperty(VARIANT_PROPERTY, "");
    if (!forced.isEmpty()) {
      if (!variants.contains(forced)) {
        return Loaded.refused(
            "%s=%s is not among the variants that run here: %s"
                .formatted(VARIANT_PROPERTY, forced, String.join(", ", variants)));
      }
      variants = List.of(forced);
    }
    return variants.isEmpty()
        ? Loaded.refused(
            "the C compiler of this build was too old for this processor; build again with gcc 12"
                + " or clang 14")
        : new Loaded(Optional.of(symbols), variants, Optional.empty());
  }

  /** A library can only be loaded from a file; this one goes when the program ends. */
  private static Path extract(InputStream in) throws IOException {
    Path file = Files.createTempFile("blossom-", "-" + System.mapLibraryName("kernels"));
    Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    file.toFile().deleteOnExit();
    return file;
  }

  /** Operating system and processor, e.g. {@code linux-x86_64}: the folder of the library. */
  static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String name =
        system.startsWith("mac") ? "macos" : system.startsWith("win") ? "windows" : system;
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return name + "-" + (arch.equals("amd64") ? "x86_64" : arch.equals("arm64") ? "aarch64" : arch);
  }

  /** A function of the chosen variant. */
  static MethodHandle variantHandle(String name, FunctionDescriptor descriptor) {
    return handle("blossom_" + name + "_" + variant(), descriptor);
  }

  static MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
    return handle(LOADED.symbols().orElseThrow(), symbol, descriptor);
  }

  private static MethodHandle handle(
      SymbolLookup symbols, String symbol, FunctionDescriptor descriptor) {
    MemorySegment address =
        symbols
            .find(symbol)
            .orElseThrow(() ->
                new IllegalArgumentException("it has no function " + symbol + "; build again"));
    return LINKER.downcallHandle(address, descriptor);
  }
}
