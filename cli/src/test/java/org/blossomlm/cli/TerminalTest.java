package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chat in a real terminal, driven through tmux as a user would, with a real model. */
@DisplayName("The chat in a real terminal")
class TerminalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final String socket = "blossom-test-" + ProcessHandle.current().pid();

  @BeforeEach
  void chatWithTheStoryTeller() throws Exception {
    Path model =
        Path.of(System.getProperty("blossom.fixtures", ""), "stories260k/stories260k-f32.gguf");
    assumeTrue(Files.exists(model), "the fixtures are not here: " + model);
    assumeTrue(tmuxIsThere(), "tmux is not installed");
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
    java.addAll(List.of("-Dblossom.terminals=012", "-cp", System.getProperty("java.class.path")));
    java.addAll(List.of("org.blossomlm.cli.Main", "run", model.toString()));
    java.addAll(List.of("--kernels", "scalar", "--num-ctx", "512", "--temperature", "0"));
    Path script = folder.resolve("chat.sh");
    Files.writeString(
        script,
        "HOME='"
            + folder
            + "' BLOSSOM_LANG=en LC_ALL=C.UTF-8 TERM=screen-256color \\\n exec '"
            + String.join("' '", java)
            + "'\n");
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "60", "-y", "40", "sh", script.toString());
    tmux("set-option", "-g", "remain-on-exit", "on");
    await(">>> appears", screen -> screen.contains(">>>"));
  }

  @AfterEach
  void leave() throws Exception {
    if (tmuxIsThere()) {
      tmux("kill-server");
    }
  }

  @Test
  void a_user_chats_stops_an_answer_asks_again_and_leaves() throws Exception {
    type("Once upon a time");
    await("the story begins", screen -> screen.contains("there was a little girl named Lily."));
    tmux("send-keys", "C-c");
    await("the answer stopped", TerminalTest::waitsForInput);
    assertThat(screen()).doesNotContain("Use Ctrl");

    tmux("send-keys", "C-c");
    await("how to leave", screen -> screen.contains("Use Ctrl + d or /bye to exit."));

    type("/set parameter num_predict 12");
    type("\"\"\"Lily");
    await("continuation prompt", screen -> screen.contains("\n..."));
    type("and Tom\"\"\"");
    await("a second answer", screen -> waitsForInput(screen) && screen.contains("and Tom"));

    type("/undo");
    await("taken back", screen -> screen.contains("Took back: Lily"));

    type("/clear");
    tmux("send-keys", "-l", "讲个故世");
    tmux("send-keys", "BSpace");
    tmux("send-keys", "-l", "事");
    await("Chinese was edited", screen -> screen.contains(">>> 讲个故事"));
    tmux("send-keys", "Enter");
    await("answered", TerminalTest::waitsForInput);

    tmux("send-keys", "C-d");
    await("the program ended", screen -> isDead());
    assertThat(Files.readAllLines(folder.resolve(".blossom/history")))
        .contains("Once upon a time", "\"\"\"Lily\\nand Tom\"\"\"", "讲个故事");
  }

  private boolean isDead() {
    try {
      return tmux("list-panes", "-F", "#{pane_dead}").strip().equals("1");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean waitsForInput(String screen) {
    return screen.stripTrailing().endsWith(">>>");
  }

  private void type(String line) throws Exception {
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }

  private void await(String what, Predicate<String> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.test(screen())) {
      assertThat(System.nanoTime())
          .as("%s; on the screen:%n%s", what, screen())
          .isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  private String screen() throws Exception {
    return tmux("capture-pane", "-p");
  }

  private static boolean tmuxIsThere() throws InterruptedException {
    try {
      return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String tmux(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", socket));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
