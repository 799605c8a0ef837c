package org.blossomlm.data.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.DataRun;
import org.blossomlm.data.run.RunListener;
import org.blossomlm.data.run.RunOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The page of records")
class DataViewTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable DataView view;

  @AfterEach
  void close() {
    if (view != null) {
      view.close();
    }
    client.close();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private DataView open(Object... arguments) throws Exception {
    view =
        DataView.open(
            List.of(arguments).stream().map(Object::toString).toList(), OptionalInt.of(0));
    for (boolean complete = false; !complete; ) {
      complete = true;
      for (JsonNode file : json("files").get("files")) {
        complete &= file.get("complete").booleanValue() || file.has("problem");
      }
      Thread.sleep(complete ? 0 : 5);
    }
    return view;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(java.util.Objects.requireNonNull(view).address().resolve(path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> api(String name, String... parameters) throws Exception {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < parameters.length; i += 2) {
      pairs.add(parameters[i] + "=" + URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return get("/api/" + name + "?" + String.join("&", pairs));
  }

  private JsonNode json(String name, String... parameters) throws Exception {
    HttpResponse<String> response = api(name, parameters);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static List<Long> places(JsonNode page) {
    List<Long> places = new ArrayList<>();
    page.get("rows").forEach(row -> places.add(row.get("at").longValue()));
    return places;
  }

  private static String chat(String id, String question, String answer, String metadata) {
    return "{\"id\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}],\"metadata\":{%s}}\n"
        .formatted(id, question, answer, metadata);
  }

  private String numbered(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append(chat("c" + i, "question " + i, i % 10 == 0 ? "ten divides it" : "no", ""));
    }
    return lines.toString();
  }

  @Test
  void lists_records_page_after_page_and_any_of_them_is_reached_by_its_line() throws Exception {
    Path file = file("many.jsonl", numbered(1000));
    open(file);
    JsonNode files = json("files").get("files");
    assertThat(files.get(0).get("name").stringValue()).isEqualTo(file.toString());
    assertThat(files.get(0).get("known").longValue()).isEqualTo(1000);
    JsonNode page = json("records", "file", file.toString(), "from", "991", "count", "6");
    assertThat(places(page)).containsExactly(991L, 992L, 993L, 994L, 995L, 996L);
    assertThat(page.get("next").longValue()).isEqualTo(997);
    assertThat(page.get("end").booleanValue()).isFalse();
    JsonNode last = json("records", "file", file.toString(), "from", "997");
    assertThat(places(last)).hasSize(4);
    assertThat(last.get("end").booleanValue()).isTrue();
    JsonNode record = json("record", "file", file.toString(), "at", "500");
    assertThat(record.get("id").stringValue()).isEqualTo("c500");
    assertThat(record.get("messages").get(1).get("content").stringValue())
        .isEqualTo("ten divides it");
    assertThat(api("record", "file", file.toString(), "at", "1001").statusCode()).isEqualTo(404);
    assertThat(api("record", "file", "/etc/passwd", "at", "1").statusCode()).isEqualTo(404);
  }

  @Test
  void searches_for_text_and_expressions_from_a_place_on() throws Exception {
    Path file = file("many.jsonl", numbered(100));
    open(file);
    String name = file.toString();
    assertThat(places(json("records", "file", name, "q", "TEN divides")))
        .containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L, 100L);
    JsonNode two = json("records", "file", name, "q", "ten divides", "from", "31", "count", "2");
    assertThat(places(two)).containsExactly(40L, 50L);
    assertThat(two.get("next").longValue()).isEqualTo(51);
    assertThat(places(json("records", "file", name, "q", "question 9\\d$", "regex", "1")))
        .hasSize(10);
    HttpResponse<String> broken = api("records", "file", name, "q", "(", "regex", "1");
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).contains("not a regular expression");
  }

  @Test
  void shows_lines_that_are_no_records_and_passes_over_blank_ones() throws Exception {
    Path file =
        file(
            "mixed.jsonl",
            "\uFEFF" + chat("a", "q", "a", "") + "\nnot json\n[1]\n" + chat("b", "q", "a", ""));
    open(file);
    JsonNode page = json("records", "file", file.toString());
    assertThat(places(page)).containsExactly(1L, 3L, 4L, 5L);
    assertThat(page.get("rows").get(1).get("reason").stringValue()).isNotBlank();
    assertThat(json("record", "file", file.toString(), "at", "3").get("raw").stringValue())
        .isEqualTo("not json");
    assertThat(places(json("records", "file", file.toString(), "failed", "1")))
        .containsExactly(3L, 4L);
  }

  @Test
  void streams_files_that_have_no_lines_to_go_to() throws Exception {
    Path zipped = folder.resolve("many.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(numbered(300).getBytes(StandardCharsets.UTF_8));
    }
    Path table = file("table.csv", "instruction,output\nfirst,1\nsecond,2\n");
    open(zipped, table);
    assertThat(places(json("records", "file", zipped.toString(), "from", "299")))
        .containsExactly(299L, 300L);
    assertThat(places(json("records", "file", zipped.toString(), "from", "5", "count", "2")))
        .containsExactly(5L, 6L);
    assertThat(json("record", "file", zipped.toString(), "at", "120").get("id").stringValue())
        .isEqualTo("c120");
    assertThat(
            json("record", "file", table.toString(), "at", "2")
                .get("messages")
                .get(0)
                .get("content")
                .stringValue())
        .isEqualTo("second");
    assertThat(json("files").get("files").get(0).get("known").longValue()).isEqualTo(300);
  }

  @Test
  void a_damaged_file_is_told_and_the_others_are_shown() throws Exception {
    Path damaged =
        Files.write(folder.resolve("bad.jsonl.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 1});
    Path good = file("good.jsonl", numbered(2));
    open(damaged, good);
    assertThat(json("files").get("files").get(0).get("problem").stringValue())
        .contains("bad.jsonl.gz");
    assertThat(api("records", "file", damaged.toString()).statusCode()).isEqualTo(500);
    assertThat(places(json("records", "file", good.toString()))).hasSize(2);
  }

  @Test
  void offers_the_languages_and_sources_that_occur() throws Exception {
    Path file =
        file(
            "sources.jsonl",
            chat("a", "one", "two", "\"origin\":\"gsm8k\"")
                + chat("b", "一", "二", "\"origin\":\"tal\""));
    open(file);
    JsonNode choices = json("choices", "file", file.toString());
    assertThat(choices.get("languages").toString()).isEqualTo("[\"en\",\"zh\"]");
    assertThat(choices.get("sources").toString()).isEqualTo("[\"gsm8k\",\"tal\"]");
    assertThat(places(json("records", "file", file.toString(), "language", "zh")))
        .containsExactly(2L);
    assertThat(places(json("records", "file", file.toString(), "source", "gsm8k")))
        .containsExactly(1L);
  }

  private JsonNode compared(String left, String right, String show) throws Exception {
    JsonNode page = json("compare", "left", left, "right", right, "show", show);
    while (page.has("reading")) {
      Thread.sleep(5);
      page = json("compare", "left", left, "right", right, "show", show);
    }
    return page;
  }

  @Test
  void compares_two_files_by_id_or_else_by_the_question() throws Exception {
    String left =
        file(
                "left.jsonl",
                chat("a", "q1", "same", "")
                    + chat("b", "q2", "old", "")
                    + chat("c", "q3", "gone", ""))
            .toString();
    String right =
        file(
                "right.jsonl",
                chat("d", "q4", "fresh", "")
                    + chat("b", "q2", "new", "")
                    + chat("a", "q1", "same", ""))
            .toString();
    open(left, right);
    JsonNode all = compared(left, right, "all");
    assertThat(all.get("rows"))
        .extracting(row -> row.get("status").stringValue() + row.get("left") + row.get("right"))
        .containsExactly("same13", "different22", "only_left30");
    assertThat(compared(left, right, "only_right").get("rows"))
        .extracting(row -> row.get("id").stringValue())
        .containsExactly("d");
    assertThat(places(compared(left, right, "different"))).containsExactly(2L);

    String first = file("1.jsonl", "{\"instruction\":\"why?\",\"output\":\"so\"}\n").toString();
    String second =
        file(
                "2.jsonl",
                "{\"instruction\":\"how?\",\"output\":\"so\"}\n{\"instruction\":\"why?\",\"output\":\"thus\"}\n")
            .toString();
    java.util.Objects.requireNonNull(view).close();
    open(first, second);
    assertThat(compared(first, second, "all").get("rows").get(0).get("right").longValue())
        .isEqualTo(2);
  }

  @Test
  void shows_a_run_with_what_was_kept_and_dropped_and_where_it_comes_from() throws Exception {
    file(
        "in.jsonl",
        "{\"text\":\"the quick brown fox jumps over the lazy dog\"}\n{\"text\":\"短\"}\n"
            + "{\"text\":\"The quick  brown fox jumps over the lazy dog\"}\n{\"text\":\"something else that stays\"}\n");
    Recipe recipe =
        Recipe.builder("viewed")
            .source("texts", source -> source.file("in.jsonl").format("text"))
            .branch(
                "b",
                branch -> branch.from("texts").step("text_content_trimmer").step("exact_dedup"))
            .sink("out.jsonl", sink -> sink.from("b").format("text"))
            .build(BuiltInOperators.catalog(), folder);
    Path run = folder.resolve("run");
    DataRun.run(recipe, RunOptions.in(run), RunListener.NONE);
    open(run);
    JsonNode files = json("files").get("files");
    assertThat(files)
        .extracting(file -> file.get("kind").stringValue() + " " + file.get("name").stringValue())
        .containsExactly("kept out.jsonl", "dropped dropped/b.exact_dedup.jsonl");
    JsonNode kept = json("record", "file", "out.jsonl", "at", "3");
    assertThat(kept.get("text").stringValue()).isEqualTo("something else that stays");
    assertThat(kept.get("origin").get("file").stringValue()).isEqualTo("in.jsonl");
    assertThat(kept.get("origin").get("row").longValue()).isEqualTo(4);
    JsonNode dropped = json("record", "file", "dropped/b.exact_dedup.jsonl", "at", "1");
    assertThat(dropped.get("step").stringValue()).isEqualTo("b.exact_dedup");
    assertThat(dropped.get("reason").stringValue()).isEqualTo("duplicate");
    // A duplicate stands beside what stayed instead of it.
    JsonNode pair = compared("dropped/b.exact_dedup.jsonl", "out.jsonl", "all").get("rows").get(0);
    assertThat(pair.get("status").stringValue()).isEqualTo("different");
    assertThat(pair.get("right").longValue()).isEqualTo(1);
    assertThat(compared("out.jsonl", "dropped/b.exact_dedup.jsonl", "different").get("rows"))
        .extracting(row -> row.get("left").longValue())
        .containsExactly(1L);
  }

  @Test
  void answers_this_machine_only_and_lets_no_foreign_code_in() throws Exception {
    DataView opened = open(file("a.jsonl", numbered(1)));
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.body())
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("<script>");
    for (String name : List.of("view.js", "record.js", "difference.js", "words.js")) {
      HttpResponse<String> script = get("/" + name);
      assertThat(script.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/javascript");
      // Nothing turns text into markup or code.
      assertThat(script.body())
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    }
    assertThat(status(opened.address(), "GET / HTTP/1.1", "Host: evil.example")).isEqualTo(403);
    assertThat(
            status(
                opened.address(),
                "GET / HTTP/1.1",
                "Host: localhost:" + opened.address().getPort()))
        .isEqualTo(200);
    assertThat(
            status(
                opened.address(),
                "POST /api/files HTTP/1.1",
                "Host: " + opened.address().getAuthority()))
        .isEqualTo(405);
    for (String path :
        List.of("/../../pom.xml", "/%2e%2e/pom.xml", "/DataView.class", "/package-info.class")) {
      assertThat(
              status(
                  opened.address(),
                  "GET " + path + " HTTP/1.1",
                  "Host: " + opened.address().getAuthority()))
          .isEqualTo(404);
    }
    assertThat(opened.address().getHost()).isEqualTo("127.0.0.1");
  }

  /** A request as bytes: clients write their own Host and tidy paths. */
  private static int status(URI address, String... head) throws IOException {
    try (var socket = new Socket(address.getHost(), address.getPort())) {
      socket
          .getOutputStream()
          .write(
              (String.join("\r\n", head) + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(answer.split(" ")[1]);
    }
  }

  @Test
  void a_port_that_is_taken_and_a_file_that_is_not_there_are_told() throws Exception {
    DataView opened = open(file("a.jsonl", numbered(1)));
    assertThatThrownBy(() ->
            DataView.open(
                List.of(folder.resolve("a.jsonl").toString()),
                OptionalInt.of(opened.address().getPort())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is taken; choose another with --port");
    assertThatThrownBy(() -> DataView.open(List.of("nowhere.jsonl"), OptionalInt.of(0)))
        .hasMessageContaining("there is no such file");
  }
}
