package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real script, with a project, a Maven and JDKs that only say what they were asked for. */
@DisplayName("The launcher")
class LauncherTest {
  @TempDir Path folder;

  private Path root = Path.of("");

  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void aProject() throws IOException {
    Path script = Path.of("").toAbsolutePath().resolveSibling("blossom");
    assumeTrue(Files.isExecutable(script), "no launcher beside this module");
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
    root = Files.createDirectories(folder.resolve("a project"));
    Files.copy(script, root.resolve("blossom"));
    root.resolve("blossom").toFile().setExecutable(true);
    Files.createDirectories(root.resolve("cli/src/main"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("cli/pom.xml"), "");
    executable(
        root.resolve("mvnw"),
        """
        echo "JAVA_HOME=$JAVA_HOME $*" >>calls
        echo '[ERROR] it is broken'
        [ ! -f broken ] || exit 1
        mkdir -p cli/target/lib
        : >cli/target/blossom-cli-1.jar
        : >cli/target/lib/lib.jar
        for argument in "$@"; do
          case $argument in
            -DoutputDirectory=*)
              libraries=${argument#*=}
              mkdir -p "$libraries"
              : >"$libraries/spark.jar"
              : >"$libraries/lib.jar"
              module=${libraries%/target/*}
              : >"$module/target/blossom-${module##*/}-1.jar"
              [ ! -f offline ] || exit 1
              ;;
          esac
        done
        """);
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"");
    Files.createDirectories(home.resolve("bin"));
    executable(
        home.resolve("bin/java"), "for a in \"$@\"; do echo \"<$a>\"; done; echo home " + name);
    executable(home.resolve("bin/javac"), "exit 1");
    return home;
  }

  private static void executable(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome start(Path script, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(BLOSSOM|LC)_.*|LANG|.*JAVA.*"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private Outcome start(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return start(root.resolve("blossom"), environment, arguments);
  }

  private String calls() throws IOException {
    Path calls = root.resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  @Test
  void builds_on_first_use_and_not_again() throws Exception {
    String home = jdk("jdk", "25.0.1").toString();
    Outcome first = start(Map.of("BLOSSOM_JAVA_HOME", home), "--version");
    assertThat(first.status()).isZero();
    assertThat(first.err()).contains("building the program");
    assertThat(calls()).contains("JAVA_HOME=" + home, "package");
    Outcome second = start(Map.of("BLOSSOM_JAVA_HOME", home), "--version");
    assertThat(second.err()).isEmpty();
    assertThat(calls().lines()).hasSize(1);
    assertThat(second.out())
        .contains("<org.blossomlm.cli.Main>\n<--version>")
        .contains(root.toRealPath() + "/cli/target/lib/lib.jar");
  }

  @Test
  void builds_again_when_a_source_is_newer() throws Exception {
    String home = jdk("jdk", "25").toString();
    start(Map.of("BLOSSOM_JAVA_HOME", home), "--version");
    Path source = Files.writeString(root.resolve("cli/src/main/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    start(Map.of("BLOSSOM_JAVA_HOME", home), "--version");
    assertThat(calls().lines()).hasSize(2);
  }

  @Test
  void a_failed_build_says_why_and_is_tried_again() throws Exception {
    String home = jdk("jdk", "25").toString();
    Files.createFile(root.resolve("broken"));
    Outcome outcome = start(Map.of("BLOSSOM_JAVA_HOME", home), "--version");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("the build failed", "build.log", "it is broken");
    Files.delete(root.resolve("broken"));
    assertThat(start(Map.of("BLOSSOM_JAVA_HOME", home), "--version").status()).isZero();
  }

  @Test
  void a_jdk_of_another_version_is_passed_over() throws Exception {
    String old = jdk("old", "17.0.15").toString();
    String right = jdk("right", "25.0.3").toString();
    Outcome outcome =
        start(
            Map.of("JAVA_HOME", old, "PATH", right + "/bin:" + System.getenv("PATH")), "--version");
    assertThat(outcome.out()).contains("home right");
  }

  @Test
  void a_java_on_the_path_is_followed_through_links() throws Exception {
    Path right = jdk("right", "25.0.3");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), right.resolve("bin/java"));
    Outcome outcome = start(Map.of("PATH", bin + ":" + System.getenv("PATH")), "--version");
    assertThat(outcome.out()).contains("home right");
  }

  @Test
  void a_wrong_blossom_java_home_is_an_error_and_not_passed_over() throws Exception {
    String old = jdk("old", "17.0.15").toString();
    Outcome outcome = start(Map.of("BLOSSOM_JAVA_HOME", old), "--version");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("BLOSSOM_JAVA_HOME=" + old, "not a JDK 25");
    Outcome chinese = start(Map.of("BLOSSOM_JAVA_HOME", old, "LANG", "zh_CN.UTF-8"), "--version");
    assertThat(chinese.err()).contains("不是 JDK 25");
  }

  @Test
  void only_commands_that_compute_load_the_vector_module() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    String module = "<--add-modules=jdk.incubator.vector>";
    for (String command : new String[] {"run", "logits", "doctor"}) {
      assertThat(start(environment, "--debug", command, "x").out()).as(command).contains(module);
      assertThat(start(environment, command, "--help").out()).doesNotContain(module);
    }
    for (String command : new String[] {"show", "tokenize", "render", "--version", "--help"}) {
      assertThat(start(environment, command).out()).as(command).doesNotContain(module);
    }
  }

  @Test
  void arguments_and_options_arrive_as_they_were_written() throws Exception {
    Map<String, String> environment =
        Map.of(
            "BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString(), "BLOSSOM_JAVA_OPTS", "-Xmx1g -Dx=y");
    assertThat(start(environment, "run", "m", "two  words", "*", "", "你好").out())
        .contains("<-Xmx1g>\n<-Dx=y>\n")
        .contains("<run>\n<m>\n<two  words>\n<*>\n<>\n<你好>\n");
  }

  @Test
  void works_through_a_symbolic_link() throws Exception {
    Path links = Files.createDirectories(folder.resolve("links"));
    Path link = links.resolve("blossom");
    Files.createSymbolicLink(link, Path.of("../a project/blossom"));
    Outcome outcome =
        start(link, Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString()), "--version");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains(root.toRealPath() + "/cli/target/blossom-cli-1.jar");
  }

  private static final String[] ON_SPARK = {"data", "run", "recipe.yaml", "--engine", "spark"};

  @Test
  void libraries_of_spark_are_fetched_when_a_command_first_needs_them() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    assertThat(start(environment, "data", "run", "recipe.yaml").out()).doesNotContain("data-spark");
    Outcome first = start(environment, ON_SPARK);
    assertThat(first.status()).isZero();
    assertThat(first.err())
        .contains("fetching the libraries of data-spark, 225 MB", "Apache Spark");
    assertThat(calls()).contains("-pl data-spark -am package dependency:copy-dependencies");
    Outcome second = start(environment, "data", "run", "recipe.yaml", "--engine=spark");
    assertThat(second.err()).isEmpty();
    assertThat(calls().lines()).hasSize(2);
    String target = root.toRealPath() + "/data-spark/target/";
    for (Outcome outcome : List.of(first, second)) {
      assertThat(outcome.out())
          .contains(target + "blossom-data-spark-1.jar", target + "lib/spark.jar")
          .as("what the program itself has")
          .doesNotContain(target + "lib/lib.jar");
    }
    assertThat(start(environment, "data", "run", "recipe.yaml").out())
        .as("another command")
        .doesNotContain("data-spark");
  }

  @Test
  void libraries_that_cannot_be_fetched_leave_no_half_folder() throws Exception {
    Map<String, String> environment =
        Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString(), "LANG", "zh_CN.UTF-8");
    start(environment, "--version");
    Files.createFile(root.resolve("offline"));
    Outcome offline = start(environment, ON_SPARK);
    assertThat(offline.status()).isEqualTo(1);
    assertThat(offline.out()).isEmpty();
    assertThat(offline.err()).contains("225 MB", "Maven Central", "fetch.log", "it is broken");
    assertThat(root.resolve("data-spark/target"))
        .isDirectoryNotContaining("glob:**/{lib*,fetching}");
    Files.delete(root.resolve("offline"));
    assertThat(start(environment, ON_SPARK).status()).isZero();
  }

  @Test
  void a_changed_source_builds_the_module_of_the_libraries_again() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    start(environment, ON_SPARK);
    Files.createDirectories(root.resolve("data-spark/src/main"));
    Path source = Files.writeString(root.resolve("data-spark/src/main/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusMillis(1500)));
    Outcome again = start(environment, ON_SPARK);
    assertThat(again.status()).isZero();
    assertThat(again.err()).contains("building data-spark").doesNotContain("fetching");
    assertThat(calls().lines()).hasSize(4);
  }

  @Test
  void training_has_libtorch_and_its_flags_and_looking_at_samples_does_not() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    for (String[] light :
        List.of(
            new String[] {"train", "inspect", "c.yaml"},
            new String[] {"train", "--help"},
            new String[] {"train", "c.yaml", "--help"},
            new String[] {"merge", "-h"})) {
      assertThat(start(environment, light).out()).doesNotContain("javacpp", "train/target");
    }
    Outcome first = start(environment, "train", "c.yaml", "--lora.rank", "8");
    assertThat(first.err()).contains("fetching the libraries of train, 265 MB", "libtorch");
    assertThat(calls()).contains("-pl train -am package dependency:copy-dependencies");
    String target = root.toRealPath() + "/train/target/";
    for (Outcome outcome :
        List.of(first, start(environment, "merge", "adapter", "--out", "merged"))) {
      assertThat(outcome.out())
          .contains(target + "lib/spark.jar", "<--sun-misc-unsafe-memory-access=allow>")
          .contains("<-Dorg.bytedeco.javacpp.cachedir=" + target + "javacpp>")
          .contains("<-Dorg.bytedeco.javacpp.maxphysicalbytes=0>");
    }
  }

  /** ONNX Runtime crashes where the command line is long, so the class path is not on it. */
  @Test
  void vectors_are_fetched_once_and_then_there_for_all_recipes() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    assertThat(start(environment, "data", "run", "recipe.yaml").out()).contains("-cp");
    Outcome first = start(environment, "data", "fetch", "embeddings");
    assertThat(first.status()).isZero();
    assertThat(first.err()).contains("fetching the libraries of data-onnx, 95 MB", "ONNX Runtime");
    Outcome run = start(environment, "data", "run", "recipe.yaml");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).doesNotContain("-cp");
    assertThat(start(environment, "show", "model.gguf").out()).contains("-cp");
  }

  @Test
  void data_commands_load_the_vector_module_for_local_models_alone() throws Exception {
    Map<String, String> environment = Map.of("BLOSSOM_JAVA_HOME", jdk("jdk", "25").toString());
    Path recipe = Files.writeString(root.resolve("recipe.yaml"), "teachers: {}\n");
    String module = "jdk.incubator.vector";
    assertThat(start(environment, "data", "run", recipe.toString()).out()).doesNotContain(module);
    assertThat(start(environment, "data", "run", recipe.toString(), "-p", "t=local:m.gguf").out())
        .contains(module);
    Files.writeString(recipe, "teachers: {t: local:m.gguf}\n");
    assertThat(start(environment, "data", "preview", recipe.toString()).out()).contains(module);
  }
}
