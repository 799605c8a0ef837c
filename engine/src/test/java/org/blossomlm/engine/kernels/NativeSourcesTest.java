package org.blossomlm.engine.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The C sources of all instruction sets, compiled with the self-test of {@code src/test/c} and run
 * where this machine can run or emulate them: the results must be those of the AVX2 variant, which
 * {@link NativeKernelsTest} compares with the specification. Debian's packages: gcc,
 * gcc-aarch64-linux-gnu, qemu-user, libsimde-dev.
 */
@Tag("slow")
class NativeSourcesTest {
  private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();
  private static final Path TESTS = Path.of("src/test/c").toAbsolutePath();
  private static final List<String> AVX2 =
      List.of("gcc", "-O2", "-mavx2", "-mfma", "-mf16c", "-DVARIANT=avx2");

  @TempDir Path folder;

  @Test
  void no_kernel_reads_or_writes_beyond_its_arguments() throws Exception {
    assumeAvx2();
    List<String> sanitized = new ArrayList<>(AVX2);
    sanitized.addAll(List.of("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"));
    assertThat(selfTest(sanitized, List.of())).isEqualTo(selfTest(AVX2, List.of()));
  }

  @Test
  void neon_gives_the_same_bits() throws Exception {
    assumeAvx2();
    assumeCommand("aarch64-linux-gnu-gcc");
    assumeCommand("qemu-aarch64");
    List<String> neon =
        List.of(
            "aarch64-linux-gnu-gcc",
            "-O2",
            "-static",
            "-march=armv8.2-a+dotprod+fp16",
            "-DVARIANT=neon");
    assertThat(selfTest(neon, List.of("qemu-aarch64"))).isEqualTo(selfTest(AVX2, List.of()));
  }

  @Test
  void avx512_gives_the_same_bits() throws Exception {
    assertThat(emulated(List.of("-DVARIANT=avx512"))).isEqualTo(selfTest(AVX2, List.of()));
  }

  /**
   * Signed quants are shifted by 128 for the dot products, and an offset that is rounded on its own
   * takes it back: their products have the same integers but not the same last bits.
   */
  @Test
  void avx512_with_dot_products_gives_the_same_bits_of_unsigned_quants() throws Exception {
    String printed = emulated(List.of("-DVARIANT=avx512vnni", "-DAVX512VNNI"));
    assertThat(unsigned(printed)).isNotEmpty().isEqualTo(unsigned(selfTest(AVX2, List.of())));
  }

  /** Without the products of Q8_0, IQ4_NL and IQ4_XS. */
  private static List<String> unsigned(String printed) {
    return printed.lines().filter(line -> !line.matches("matmul (8|20|23) .*")).toList();
  }

  private String emulated(List<String> variant) throws Exception {
    assumeAvx2();
    assumeTrue(Files.exists(Path.of("/usr/include/simde")), "libsimde-dev is not installed");
    List<String> compiler =
        new ArrayList<>(
            List.of(
                "gcc",
                "-O0",
                "-w",
                "-mfma",
                "-DAVX512",
                "-DSIMDE_NO_NATIVE",
                "-DSIMDE_ENABLE_NATIVE_ALIASES",
                "-I" + TESTS.resolve("emulated")));
    compiler.addAll(variant);
    return selfTest(compiler, List.of());
  }

  /** Compiles and runs the self-test; what it prints. */
  private String selfTest(List<String> compiler, List<String> runner) throws Exception {
    Path program = Files.createTempFile(folder, "selftest", "");
    List<String> compile = new ArrayList<>(compiler);
    compile.addAll(List.of("-std=gnu11", "-ffp-contract=off", "-D_GNU_SOURCE"));
    for (String source : List.of("products", "attention", "elements", "pack", "machine")) {
      compile.add(SOURCES.resolve(source + ".c").toString());
    }
    compile.add(TESTS.resolve("selftest.c").toString());
    compile.addAll(List.of("-lm", "-o", program.toString()));
    run(compile);
    List<String> start = new ArrayList<>(runner);
    start.add(program.toString());
    return run(start);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", command, output).isZero();
    return output;
  }

  private static void assumeAvx2() throws IOException, InterruptedException {
    assumeTrue(NativeLibrary.refusal().isEmpty(), "no native kernels here");
    assumeTrue(NativeLibrary.platform().equals("linux-x86_64"), "not Linux on x86-64");
    assumeCommand("gcc");
  }

  private static void assumeCommand(String name) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", "command -v " + name).start();
    assumeTrue(process.waitFor() == 0, name + " is not installed");
  }
}
