package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.blossomlm.cli.FakeModel.FakeEngine;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("blossom data")
class DataCommandTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Locale locale = Locale.ENGLISH;

  private int blossom(String... arguments) {
    out.reset();
    err.reset();
    var streams =
        new Streams(
            new ByteArrayInputStream(new byte[0]),
            new Output(out),
            new Output(err),
            false,
            false,
            false);
    return Main.run(
        new Application(
            streams, Messages.in(locale), new FakeEngine(), Map.of("NO_COLOR", "1"), folder),
        arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void writes_the_card_of_a_file() throws IOException {
    String data = file("set.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"为什么？\"}]}\n");
    assertThat(blossom("data", "card", data)).isZero();
    assertThat(out()).isEqualTo("Card: " + path("README.md") + "\n");
    assertThat(folder.resolve("README.md")).content().startsWith("---\nlicense: unknown\n");
    assertThat(blossom("data", "card", data)).isNotZero();
    assertThat(err()).contains("README.md: is there already").hasLineCount(1);
    assertThat(blossom("data", "card", data, "--out", path("card.md"))).isZero();
    assertThat(folder.resolve("card.md")).exists();
  }

  @Test
  void serves_a_page_of_records_until_it_is_interrupted() throws Exception {
    String data = file("set.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"why?\"}]}\n");
    Thread server =
        Thread.ofPlatform().start(() -> blossom("data", "view", data, "--port", "0", "--no-open"));
    while (!out().contains("\n") && server.isAlive()) {
      Thread.sleep(10);
    }
    var address = java.util.regex.Pattern.compile("http://127\\.0\\.0\\.1:\\d+/").matcher(out());
    assertThat(address.find()).as(out() + err()).isTrue();
    try (var client = java.net.http.HttpClient.newHttpClient()) {
      var files =
          client.send(
              java.net.http.HttpRequest.newBuilder(
                      java.net.URI.create(address.group() + "api/files"))
                  .build(),
              java.net.http.HttpResponse.BodyHandlers.ofString());
      assertThat(files.body()).contains("set.jsonl");
    }
    server.interrupt();
    server.join();
  }

  @Test
  void a_page_needs_a_file_and_a_port_that_can_be() throws IOException {
    assertThat(blossom("data", "view", "nowhere.jsonl", "--no-open")).isNotZero();
    assertThat(err()).contains("nowhere.jsonl: there is no such file or folder").hasLineCount(1);
    String data = file("set.jsonl", "{\"text\":\"a\"}\n");
    assertThat(blossom("data", "view", data, "--port", "70000")).isEqualTo(ExitCode.USAGE.status());
    assertThat(err()).contains("--port").contains("70000");
    for (Locale each : new Locale[] {Locale.ENGLISH, Locale.CHINESE}) {
      locale = each;
      for (String command : new String[] {"view", "card"}) {
        assertThat(blossom("data", command, "--help")).isZero();
        assertThat(out()).contains("blossom data " + command + " runs/blossom-math-mini");
      }
    }
  }

  @Test
  void converts_from_one_format_and_type_of_file_to_another() throws IOException {
    String alpaca =
        file(
            "alpaca.json", "[{\"instruction\":\"Translate.\",\"input\":\"cat\",\"output\":\"猫\"}]");
    String openAi = path("chat.jsonl");
    assertThat(blossom("data", "convert", alpaca, "-o", openAi, "--to", "openai")).isZero();
    assertThat(out()).isEqualTo(openAi + ": 1 records, 0.0 MB\n");
    assertThat(err()).isEmpty();
    assertThat(Path.of(openAi))
        .hasContent(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Translate.\\ncat\"},"
                + "{\"role\":\"assistant\",\"content\":\"猫\"}],\"input\":\"cat\"}\n");
    blossom("data", "convert", openAi, "-o", path("back.csv"), "--to", "alpaca");
    assertThat(folder.resolve("back.csv"))
        .hasContent("instruction,input,output\nTranslate.,cat,猫\n");
  }

  @Test
  void keeps_the_format_where_none_is_asked_for() throws IOException {
    String in = file("in.jsonl", "{\"text\":\"x\",\"url\":\"u\"}\n");
    blossom("data", "convert", in, "-o", path("out.json"));
    assertThat(folder.resolve("out.json")).hasContent("[\n{\"text\":\"x\",\"url\":\"u\"}\n]\n");
  }

  @Test
  void columns_of_a_table_become_a_chat() throws IOException {
    String in = file("in.tsv", "1+1?\t2\n");
    blossom(
        "data",
        "convert",
        in,
        "-o",
        path("out.jsonl"),
        "--header",
        "q,a",
        "--columns",
        "q=user,a=assistant");
    assertThat(folder.resolve("out.jsonl"))
        .hasContent(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"1+1?\"},"
                + "{\"role\":\"assistant\",\"content\":\"2\"}]}\n");
  }

  @Test
  void what_is_left_out_is_said_and_kept_in_quarantine() throws IOException {
    String in = file("in.jsonl", "{\"text\":\"a\"}\nnonsense\n{\"text\":\"b\"}\n\n");
    int status =
        blossom("data", "convert", in, "-o", path("out.jsonl"), "--quarantine", path("bad.jsonl"));
    assertThat(status).isZero();
    assertThat(err())
        .contains("left out: " + in + ":2: not JSON")
        .contains("left out: 1, which are in " + path("bad.jsonl"))
        .contains("blank lines: 1");
    JsonNode bad = JsonMapper.shared().readTree(Files.readString(folder.resolve("bad.jsonl")));
    assertThat(bad.get("row").asInt()).isEqualTo(2);
    assertThat(bad.get("raw").asString()).isEqualTo("nonsense");
    blossom("data", "convert", in, "-o", path("chat.jsonl"), "--to", "openai");
    assertThat(err()).contains("openai cannot hold a text", "left out: 3 (--quarantine");
  }

  @Test
  void asked_to_be_strict_it_fails_and_leaves_nothing() throws IOException {
    String in = file("in.jsonl", "{\"text\":\"a\"}\nnonsense\n");
    assertThat(blossom("data", "convert", in, "-o", path("out.jsonl"), "--strict")).isEqualTo(1);
    assertThat(err()).contains(in + ":2: not JSON");
    assertThat(folder.resolve("out.jsonl")).doesNotExist();
  }

  @Test
  void shards_and_a_description_on_request() throws IOException {
    String in = file("in.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}\n");
    blossom("data", "convert", in, "-o", path("out.jsonl"), "--shard", "2", "--dataset-info");
    assertThat(out())
        .contains(path("out-00001-of-00002.jsonl") + ": 2 records")
        .contains(path("out-00002-of-00002.jsonl") + ": 1 records");
    assertThat(folder.resolve("dataset_info.json")).content().contains("\"records\" : 3");
    assertThat(blossom("data", "convert", in, "-o", path("x.jsonl"), "--shard", "many"))
        .isEqualTo(2);
    assertThat(err()).contains("--shard", "many");
  }

  @Test
  void says_what_is_in_files() throws IOException {
    file(
        "a.jsonl",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"你好吗\"},{\"role\":\"assistant\","
            + "\"content\":\"很好\"}]}\n"
            + "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"failed\":true,"
            + "\"failure_reason\":\"timeout\"}\n{\n");
    assertThat(blossom("data", "stats", folder.toString(), "--format", "json")).isZero();
    JsonNode json = JsonMapper.shared().readTree(out());
    assertThat(json.get("records").asInt()).isEqualTo(2);
    assertThat(json.get("bad_lines").asInt()).isEqualTo(1);
    assertThat(json.get("kinds").get("chat").asInt()).isEqualTo(2);
    assertThat(json.get("formats").get("openai").asInt()).isEqualTo(1);
    assertThat(json.get("languages").toString()).isEqualTo("{\"en\":1,\"zh\":1}");
    assertThat(json.get("turns").get("1").asInt()).isEqualTo(2);
    assertThat(json.get("roles").toString()).isEqualTo("{\"assistant\":1,\"user\":2}");
    assertThat(json.get("characters").get("user").get("max").asInt()).isEqualTo(5);
    assertThat(json.get("failures").get("timeout").asInt()).isEqualTo(1);
    locale = Locale.CHINESE;
    blossom("data", "stats", folder.toString());
    assertThat(out()).contains("语言（记录数）", "zh", "50.0 %", "timeout");
    assertThat(err()).contains("略去：");
  }

  @Test
  void a_missing_file_and_an_unknown_format_are_named() {
    assertThat(blossom("data", "stats", path("no.jsonl"))).isEqualTo(1);
    assertThat(err()).contains(path("no.jsonl") + ": there is no such file");
    assertThat(blossom("data", "stats", path("x"), "--from", "chatml")).isEqualTo(2);
    assertThat(err()).contains("chatml", "sharegpt");
  }

  @Test
  void help_has_examples_in_both_languages() {
    for (Locale each : new Locale[] {Locale.ENGLISH, Locale.CHINESE}) {
      locale = each;
      for (String command : new String[] {"convert", "stats"}) {
        assertThat(blossom("data", command, "--help")).isZero();
        assertThat(out()).contains("blossom data " + command, "--from", "--at", "--strict");
      }
    }
    assertThat(blossom("data")).isEqualTo(2);
    assertThat(err()).contains("convert", "stats");
  }

  @Test
  void a_library_that_was_not_fetched_is_told_in_both_languages() {
    assertThat(blossom("data", "fetch", "embeddings")).isEqualTo(1);
    assertThat(err()).contains("./blossom data fetch embeddings", "尚未安装").doesNotContain("\tat ");
    assertThat(blossom("data", "fetch", "everything")).isEqualTo(2);
    assertThat(err()).contains("embeddings");
  }
}
