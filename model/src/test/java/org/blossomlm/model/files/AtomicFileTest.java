package org.blossomlm.model.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.blossomlm.model.ModelException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void name() {
    target = folder.resolve("model.gguf");
  }

  private static AtomicFile begin(Path target) throws IOException {
    AtomicFile file = AtomicFile.create(target, ByteBuffer.allocate(16), ModelException::new);
    file.write(ByteBuffer.wrap("half of what is to be written".getBytes(UTF_8)));
    return file;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void the_name_appears_with_the_last_byte() throws IOException {
    try (AtomicFile file = begin(target)) {
      file.force();
      assertThat(target).doesNotExist();
      file.commit();
    }
    assertThat(target).hasContent("half of what is to be written");
    assertThat(names()).containsExactly("model.gguf");
  }

  @Test
  void what_is_given_up_is_removed_and_the_old_file_stays() throws IOException {
    Files.writeString(target, "old");
    begin(target).close();
    assertThat(target).hasContent("old");
    assertThat(names()).containsExactly("model.gguf");
  }

  /** Writes half a file, says so and waits. */
  static final class Unfinished {
    private Unfinished() {}

    public static void main(String[] arguments) throws Exception {
      Path target = Path.of(arguments[0]);
      AtomicFile file = begin(target);
      AtomicFolder inside = AtomicFolder.create(target.resolveSibling("folder"));
      Files.writeString(inside.path().resolve("weights"), "half");
      System.out.println("begun");
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
      file.close();
    }
  }

  private Process unfinished() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Unfinished.class.getName(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("begun");
    assertThat(names()).hasSize(2).allMatch(name -> name.endsWith(".partial"));
    return process;
  }

  @Test
  void a_program_that_is_told_to_stop_takes_its_half_files_along() throws Exception {
    Process process = unfinished();
    process.destroy();
    process.waitFor();
    assertThat(names()).isEmpty();
  }

  @Test
  void what_a_killed_program_left_goes_with_the_next_writing() throws Exception {
    Process process = unfinished();
    process.destroyForcibly();
    process.waitFor();
    assertThat(names()).hasSize(2);
    begin(target).close();
    AtomicFolder.create(folder.resolve("folder")).close();
    assertThat(names()).isEmpty();
  }

  @Test
  void what_another_is_writing_stays() throws Exception {
    Process process = unfinished();
    try {
      List<String> theirs = names();
      try (AtomicFile ours = begin(target);
          AtomicFile alsoOurs = begin(target)) {
        ours.force();
        ours.commit();
        assertThat(names()).containsAll(theirs).hasSize(4);
        alsoOurs.force();
        alsoOurs.commit();
      }
      assertThat(names()).containsAll(theirs).contains("model.gguf").hasSize(3);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  @Test
  void files_that_only_look_similar_stay() throws IOException {
    List<String> others =
        List.of(".other.gguf.abc.partial", "model.gguf.abc.partial", ".model.gguf.partial");
    for (String other : others) {
      Files.writeString(folder.resolve(other), "mine");
    }
    begin(target).close();
    assertThat(names()).containsExactlyInAnyOrderElementsOf(others);
  }

  @Test
  void what_does_not_fit_is_refused() {
    var space = new DiskSpace(path -> 5_000_000);
    space.require(target, 5_000_000, "or write elsewhere", ModelException::new);
    assertThatThrownBy(
            () -> space.require(target, 5_000_001, "or write elsewhere", ModelException::new))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            target + ": not enough space: 6 MB needed, 5 MB left; free some, or write elsewhere");
  }
}
