package org.blossomlm.engine.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The library as the build made it, every variant that runs here, on buffers between pages that
 * cannot be accessed: one byte too far ends the process. That would be this one, so the self-test
 * of {@code src/test/c} does it. Processors ignore prefetches that go too far.
 */
class GuardPagesTest {
  private static final Path SELF_TEST = Path.of("src/test/c/selftest.c").toAbsolutePath();

  @TempDir Path folder;

  static Stream<String> variants() {
    return NativeLibrary.refusal().isPresent()
        ? Stream.of("none")
        : NativeLibrary.variants().stream();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void kernels_keep_to_their_buffers(String variant) throws Exception {
    Path program = selfTest(variant);
    Finished anywhere = run(program.toString());
    assertThat(anywhere.status()).as(anywhere.output()).isZero();
    for (String placement : List.of("end", "start")) {
      Finished guarded = run(program.toString(), placement);
      assertThat(guarded.status()).as("at the %s:%n%s", placement, guarded.output()).isZero();
      assertThat(guarded.output()).as("at the %s", placement).isEqualTo(anywhere.output());
    }
  }

  @Test
  void a_byte_beyond_a_buffer_ends_the_process() throws Exception {
    Finished guarded = run(selfTest(variants().findFirst().orElseThrow()).toString(), "beyond");
    assertThat(guarded.status()).as(guarded.output()).isNotZero();
    assertThat(guarded.output()).doesNotContain("survived", "guard pages");
  }

  /** The self-test, linked with the library beside the classes. */
  private Path selfTest(String variant) throws Exception {
    NativeLibrary.refusal().ifPresent(reason -> assumeTrue(false, reason));
    assumeTrue(run("sh", "-c", "command -v cc").status() == 0, "cc is not installed");
    String name = NativeLibrary.platform() + "/" + System.mapLibraryName("blossom");
    var resource = Objects.requireNonNull(NativeLibrary.class.getResource(name));
    assumeTrue(resource.getProtocol().equals("file"), "the library is in a jar");
    Path library = Path.of(resource.toURI());
    Path program = folder.resolve("selftest");
    Finished compiled =
        run(
            "cc",
            "-std=gnu11",
            "-O1",
            "-D_GNU_SOURCE",
            "-DVARIANT=" + variant,
            SELF_TEST.toString(),
            library.toString(),
            "-Wl,-rpath," + library.getParent(),
            "-lm",
            "-o",
            program.toString());
    assertThat(compiled.status()).as(compiled.output()).isZero();
    return program;
  }

  private record Finished(int status, String output) {}

  private static Finished run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Finished(process.waitFor(), output);
  }
}
