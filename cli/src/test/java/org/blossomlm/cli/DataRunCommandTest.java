package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("data run, preview, schema and operators on the command line")
class DataRunCommandTest {
  private static final String RECIPE =
      """
      name: small
      parameters: {share: 1.0}
      sources:
        texts: {file: texts.jsonl, sample: "${share}", metadata: {kind: small}}
      branches:
        b: {from: texts}
      sinks:
        - {file: out.jsonl, from: b, format: text}
      """;

  @TempDir Path folder;

  private final InProcess program = new InProcess();
  private Path recipe = Path.of("");
  private Path run = Path.of("");

  @BeforeEach
  void a_recipe() throws IOException {
    recipe = folder.resolve("recipe.yaml");
    run = folder.resolve("run");
    Files.writeString(recipe, RECIPE);
    Files.writeString(
        folder.resolve("texts.jsonl"), "{\"text\":\"one\"}\nnonsense\n{\"text\":\"二\"}\n");
  }

  private int blossom(Locale locale, Object... arguments) {
    return program.run(folder, locale, arguments);
  }

  private int blossom(Object... arguments) {
    return blossom(Locale.ENGLISH, arguments);
  }

  private String out() {
    return program.out();
  }

  private String err() {
    return program.err();
  }

  @Test
  void a_run_writes_its_files_and_says_what_it_did() throws IOException {
    assertThat(blossom("data", "run", recipe, "-o", run)).as(err()).isZero();
    assertThat(Files.readString(run.resolve("out.jsonl")).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("\"text\""));
    assertThat(out()).contains("out.jsonl").contains("2 records").contains("1 failed · ");
    assertThat(Files.readString(run.resolve("failed.jsonl")))
        .contains("texts.jsonl:2: ")
        .contains("\"raw\":\"nonsense\"");
    assertThat(out()).contains("Card: " + run.resolve("README.md"));
    assertThat(run.resolve("README.md"))
        .content()
        .contains("./blossom data run " + recipe + "\n")
        .contains("path: out.jsonl");
    assertThat(run.resolve("dataset_info.json")).content().contains("\"records\" : 2");
  }

  @Test
  void a_card_text_that_is_not_there_is_told_before_anything_is_done() throws IOException {
    Files.writeString(recipe, Files.readString(recipe) + "card: nowhere.md\n");
    assertThat(blossom("data", "run", recipe, "-o", run)).isNotZero();
    assertThat(err()).contains("nowhere.md: the text of the card cannot be read");
    assertThat(run).doesNotExist();
    Files.writeString(folder.resolve("nowhere.md"), "# a set of texts\n");
    assertThat(blossom("data", "run", recipe, "-o", run)).as(err()).isZero();
    assertThat(run.resolve("README.md")).content().contains("---\n\n# a set of texts\n");
  }

  @Test
  void a_second_run_needs_to_be_told_what_to_do_with_the_first() {
    blossom("data", "run", recipe, "-o", run);
    assertThat(blossom("data", "run", recipe, "-o", run)).isEqualTo(1);
    assertThat(err()).contains("holds a complete run").contains("--restart");
    assertThat(blossom("data", "run", recipe, "-o", run, "--resume")).isZero();
    assertThat(blossom("data", "run", recipe, "-o", run, "--restart")).isZero();
    assertThat(blossom("data", "run", recipe, "-o", run, "--restart", "--resume")).isEqualTo(2);
    assertThat(blossom("data", "run", recipe, "-o", run, "--resume", "-p", "share=0.5"))
        .isEqualTo(1);
    assertThat(err()).contains("parameters.share: was 1.0, is 0.5");
  }

  /** At the port of a server that has gone there is nobody. */
  private String addressOfNobody() throws IOException {
    try (var server = new ServerSocket(0)) {
      return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
    }
  }

  private void askSomebody(String teacher) throws IOException {
    Files.writeString(
        recipe,
        """
        name: asking
        teachers: {writer: {model: no-such-model, %s}}
        sources: {questions: {file: questions.jsonl}}
        branches:
          b: {from: questions, steps: [{chat_distiller: {teacher: writer}}]}
        sinks: [{file: out.jsonl, from: b}]
        """
            .formatted(teacher));
    Files.writeString(
        folder.resolve("questions.jsonl"),
        "{\"messages\":[{\"role\":\"user\",\"content\":\"why?\"}]}\n");
  }

  @Test
  void a_teacher_that_stays_down_ends_the_run_with_a_code_of_its_own() throws IOException {
    askSomebody(
        "base_url: \"%s\", patience: 0.2, first_delay: 0.01, price: free"
            .formatted(addressOfNobody()));
    assertThat(blossom("data", "run", recipe, "-o", run)).as(err()).isEqualTo(5);
    assertThat(err())
        .contains("Stopped: teacher writer: the service has been down")
        .contains("go on with --resume");
    assertThat(blossom(Locale.CHINESE, "data", "run", recipe, "-o", run, "--resume")).isEqualTo(5);
    assertThat(err()).contains("已停止：teacher writer").contains("用 --resume 继续");
    assertThat(run.resolve("failed.jsonl")).doesNotExist();
  }

  @Test
  void a_price_that_nobody_knows_is_told_and_can_be_given() throws IOException {
    askSomebody("base_url: \"http://localhost/v1\"");
    assertThat(blossom("data", "run", recipe, "-o", run, "--dry-run")).as(err()).isZero();
    assertThat(err()).contains("The price of teacher writer is not known");
    assertThat(out()).contains("no known price");
    assertThat(blossom("data", "run", recipe, "-o", run, "--budget", "1USD")).isEqualTo(1);
    assertThat(err()).contains("--budget cannot be kept").contains("--prices");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(prices, "models: {no-such-model: {prompt: 1, completion: 2}}\n");
    assertThat(blossom("data", "run", recipe, "-o", run, "--dry-run", "--prices", prices))
        .as(err())
        .isZero();
    assertThat(err()).doesNotContain("price");
    assertThat(out()).doesNotContain("no known price").contains(" USD");
  }

  @Test
  void a_dry_run_writes_nothing() {
    assertThat(blossom("data", "run", recipe, "-o", run, "--dry-run", "--limit", 1)).isZero();
    assertThat(out()).contains("texts    1 records").contains("Would write: out.jsonl");
    assertThat(run).doesNotExist();
  }

  @Test
  void an_error_in_the_recipe_is_one_line_and_wrong_usage() throws IOException {
    Files.writeString(recipe, RECIPE.replace("sample:", "smaple:"));
    assertThat(blossom("data", "run", recipe, "-o", run)).isEqualTo(2);
    assertThat(err().lines()).hasSize(1);
    assertThat(err())
        .contains("recipe.yaml:4:30: sources.texts.smaple: unknown key \"smaple\"")
        .contains("did you mean \"sample\"?");
    assertThat(blossom("data", "run", recipe, "-o", run, "-p", "shared=1")).isEqualTo(2);
  }

  @Test
  void a_preview_shows_records_in_both_languages() {
    assertThat(blossom("data", "preview", recipe, "-o", run, "-n", 1)).as(err()).isZero();
    assertThat(out()).contains("Branch b: 1 records").contains("text: one").contains("kind");
    assertThat(out()).doesNotContain("二");
    assertThat(blossom(Locale.CHINESE, "data", "preview", recipe, "-o", run)).isZero();
    assertThat(out()).contains("分支 b：2 条记录").contains("text: 二");
  }

  @Test
  void schema_and_operators_are_printed() {
    assertThat(blossom("data", "schema")).isZero();
    assertThat(out()).startsWith("{").contains("json-schema.org");
    assertThat(blossom("data", "operators")).isZero();
    assertThat(out()).startsWith("# Operators of data recipes");
  }

  @Test
  void help_names_every_option_in_both_languages() {
    for (Locale locale : new Locale[] {Locale.ENGLISH, Locale.CHINESE}) {
      assertThat(blossom(locale, "data", "run", "--help")).isZero();
      assertThat(out())
          .contains("--resume")
          .contains("--restart")
          .contains("--budget=USD")
          .contains("--parameter=NAME=VALUE");
      assertThat(
              out()
                  .lines()
                  .filter(line -> line.strip().startsWith("-") && line.strip().length() > 30))
          .isNotEmpty();
    }
  }

  @Test
  void an_engine_that_is_not_here_is_an_error_that_says_how_to_get_it() {
    assertThat(blossom("data", "run", recipe, "-o", run, "--engine", "spark")).isEqualTo(2);
    assertThat(err()).contains("--engine spark", "./blossom", "spark-core_2.13");
    assertThat(run).doesNotExist();
    assertThat(blossom(Locale.CHINESE, "data", "run", recipe, "--engine", "spark")).isEqualTo(2);
    assertThat(err()).contains("没有这个引擎");
    assertThat(blossom("data", "run", recipe, "-o", run, "--master", "local[2]")).isEqualTo(2);
    assertThat(err()).contains("--engine spark");
  }
}
