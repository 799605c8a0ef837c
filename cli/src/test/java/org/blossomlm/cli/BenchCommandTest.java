package org.blossomlm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.blossomlm.cli.FakeModel.FakeEngine;
import org.blossomlm.cli.chat.Engine;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.ModelException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("bench on the command line")
class BenchCommandTest {
  private static final List<String> SMALL =
      List.of("-p", "16,32", "-n", "4", "-d", "0,48", "--batch", "1,3", "-r", "2", "-t", "2");
  private static final List<String> TESTS =
      List.of(
          "pp16",
          "pp32",
          "tg4",
          "tg4 × 3",
          "pp16 @ d48",
          "pp32 @ d48",
          "tg4 @ d48",
          "tg4 × 3 @ d48");

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Engine engine = new LocalEngine();
  private Locale locale = Locale.ENGLISH;
  private boolean terminal;
  private Path model = Path.of("");

  @BeforeEach
  void a_model() {
    model = folder.resolve("tiny.gguf");
    TinyModel.write(model, 300);
  }

  private int bench(List<String> arguments, String... more) {
    out.reset();
    err.reset();
    var streams =
        new Streams(
            new ByteArrayInputStream(new byte[0]),
            new Output(out),
            new Output(err),
            true,
            false,
            terminal);
    Map<String, String> environment = Map.of("TERM", "xterm");
    return Main.run(
        new Application(streams, Messages.in(locale), engine, environment, folder),
        Stream.of(Stream.of("bench", model.toString()), arguments.stream(), Arrays.stream(more))
            .flatMap(part -> part)
            .toArray(String[]::new));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void json_has_every_test_and_numbers_that_agree_with_each_other() throws IOException {
    assertThat(bench(SMALL, "--format", "json", "--kernels", "vector")).as(err()).isZero();
    JsonNode json = JsonMapper.shared().readTree(out());
    JsonNode limits = json.get("limits");
    for (String limit :
        List.of(
            "read_bytes_per_second",
            "product_operations_per_second",
            "float32_operations_per_second")) {
      assertThat(limits.get(limit).doubleValue()).as(limit).isPositive();
    }
    List<String> names = new ArrayList<>();
    for (JsonNode result : json.get("results")) {
      names.add(result.get("test").stringValue());
      agrees(result, limits);
    }
    assertThat(names).isEqualTo(TESTS);
    assertThat(json.get("kernels").stringValue()).startsWith("vector-");
    assertThat(json.get("threads").intValue()).isEqualTo(2);
    assertThat(json.get("kv_type").stringValue()).isEqualTo("f16");
    assertThat(json.get("pack").booleanValue()).isTrue();
    startAndMemory(json);
  }

  private static void agrees(JsonNode result, JsonNode limits) {
    String test = result.get("test").stringValue();
    int tokens = result.get("tokens").intValue() * result.get("sequences").intValue();
    List<Double> speeds = new ArrayList<>();
    result.get("seconds").forEach(seconds -> speeds.add(tokens / seconds.doubleValue()));
    assertThat(speeds).as(test).hasSize(2).allMatch(speed -> speed > 0);
    double speed = result.get("tokens_per_second").doubleValue();
    assertThat(speed).as(test).isCloseTo((speeds.get(0) + speeds.get(1)) / 2, within(1e-9 * speed));
    assertThat(result.get("tokens_per_second_min").doubleValue()).isLessThanOrEqualTo(speed);
    assertThat(result.get("tokens_per_second_max").doubleValue()).isGreaterThanOrEqualTo(speed);
    share(result, "bytes_per_second", "bandwidth_share", limits.get("read_bytes_per_second"));
    share(
        result,
        "operations_per_second",
        "product_share",
        limits.get("product_operations_per_second"));
    boolean prompt = result.get("kind").stringValue().equals("prompt");
    assertThat(result.has("first_token_seconds")).as(test).isEqualTo(prompt);
    if (prompt) {
      double slowest =
          Math.max(
              result.get("seconds").get(0).doubleValue(),
              result.get("seconds").get(1).doubleValue());
      double first = result.get("first_token_seconds").doubleValue();
      assertThat(first).as(test).isBetween(slowest / 2, Double.MAX_VALUE);
    }
  }

  private static void share(JsonNode result, String value, String share, JsonNode limit) {
    double found = result.get(value).doubleValue();
    assertThat(found).as(value).isPositive();
    assertThat(result.get(share).doubleValue())
        .as(share)
        .isCloseTo(found / limit.doubleValue(), within(1e-9));
  }

  private void startAndMemory(JsonNode json) throws IOException {
    JsonNode start = json.get("start");
    double total = 0;
    for (String part : List.of("start_up_seconds", "load_seconds", "first_token_seconds")) {
      assertThat(start.get(part).doubleValue()).as(part).isPositive();
      total += start.get(part).doubleValue();
    }
    assertThat(start.get("total_seconds").doubleValue()).isCloseTo(total, within(1e-9));
    JsonNode memory = json.get("memory");
    // Three sequences of 52 positions and more, in pages of 64: 2 · 64 elements of 2 bytes each.
    assertThat(memory.get("cache_bytes").longValue()).isGreaterThanOrEqualTo(3 * 64 * 256);
    assertThat(json.get("model").get("bytes").longValue()).isEqualTo(Files.size(model));
    assertThat(memory.get("model_bytes").longValue()).isEqualTo(Files.size(model));
    if (memory.has("peak_bytes")) {
      assertThat(memory.get("peak_bytes").longValue())
          .isEqualTo(
              memory.get("model_bytes").longValue()
                  + memory.get("cache_bytes").longValue()
                  + memory.get("other_bytes").longValue());
    }
  }

  @Test
  void the_table_has_a_row_for_every_test_and_tells_start_memory_and_limits() {
    assertThat(bench(SMALL)).as(err()).isZero();
    List<String> rows = out().lines().map(String::strip).toList();
    for (String test : TESTS) {
      assertThat(rows)
          .filteredOn(row -> row.startsWith(test + "  "))
          .singleElement()
          .satisfies(row -> assertThat(row.split(" {4,}")).hasSize(8));
    }
    assertThat(out())
        .contains("What was measured", "tiny.gguf", "Speed", "of memory", "of products")
        .contains("JVM start", "loading", "first token, cold", "together")
        .contains("memory read", "GB/s", "on cached data", "float32 multiply-add", "GOP/s");
    assertThat(out()).containsPattern("peak memory +[0-9.]+ [MG]iB \\(model .*, the rest .*\\)");
    assertThat(err()).isEmpty();
  }

  @Test
  void markdown_goes_to_a_file_as_tables_that_are_whole() throws IOException {
    Path file = folder.resolve("report.md");
    assertThat(bench(SMALL, "--format", "markdown", "-o", file.toString())).as(err()).isZero();
    assertThat(out()).isEmpty();
    List<String> table =
        Files.readAllLines(file).stream().filter(line -> line.startsWith("|")).toList();
    assertThat(table).hasSize(2 + TESTS.size());
    assertThat(table).allMatch(line -> line.split("\\|").length == 9);
    for (int i = 0; i < TESTS.size(); i++) {
      assertThat(table.get(i + 2)).startsWith("| " + TESTS.get(i) + " | ");
    }
    assertThat(Files.readString(file))
        .contains("**tiny.gguf**", "keys and values f16", "cold start:", "together", "memory:")
        .contains("the rest", "limits in the same run:", "machine:");
  }

  @Test
  void what_is_said_of_loading_reaches_the_engine() {
    FakeEngine fake = stoppedWhenLoaded();
    bench(SMALL, "--kv-type", "q8_0", "--no-pack", "--kernels", "scalar", "--chunk-size", "64");
    LoadOptions found = fake.loads.getFirst();
    assertThat(found.kvType()).isEqualTo(KvType.Q8_0);
    assertThat(found.pack()).isFalse();
    assertThat(found.kernels()).contains("scalar");
    assertThat(found.threads()).isEqualTo(2);
    assertThat(found.chunkSize()).isEqualTo(64);
    assertThat(found.contextLength()).isBetween(48 + 32 + 1, 256);
    bench(SMALL);
    // Room for three contexts: 2 · 64 elements of 2 bytes a position.
    assertThat(fake.loads.getLast().kvCacheBytes())
        .isGreaterThanOrEqualTo(3L * found.contextLength() * 2 * 64 * 2);
  }

  private FakeEngine stoppedWhenLoaded() {
    FakeEngine fake = new FakeEngine();
    fake.onWeights =
        listener -> {
          throw new ModelException("that is enough");
        };
    engine = fake;
    return fake;
  }

  @Test
  void a_kv_type_that_the_model_cannot_have_is_one_error() {
    assertThat(bench(SMALL, "--kv-type", "q8_0")).isEqualTo(2);
    assertThat(err()).startsWith("error: ").contains("q8_0", "not a multiple of 32", "f16");
    assertThat(err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p -1             | --prompt cannot be '-1'; allowed: 0 … 16777216
          -p 256,x          | x
          -n 99999999       | --generate cannot be '99999999'
          -d -5             | --depth cannot be '-5'
          --batch 0         | --batch cannot be '0'; allowed: 1 … 1024
          -r 0              | --repetitions cannot be '0'; allowed: 1 … 10000
          -t 5000           | --threads cannot be '5000'; allowed: 0 … 1024
          --chunk-size -1   | --chunk-size cannot be '-1'
          -p 0 -n 0         | nothing to measure
          --kv-type q4      | --kv-type cannot be 'q4'; allowed: f16
          --format xml      | xml
          --kernels fast    | unknown kernels 'fast'; known are native, vector, scalar
          --synthetic a:1b  | give either a MODEL
          """)
  void bad_values_are_one_clear_error(String arguments, String message) {
    assertThat(bench(List.of(arguments.split(" ")))).isEqualTo(2);
    assertThat(out()).isEmpty();
    assertThat(err()).startsWith("error: ").contains(message);
    assertThat(err().lines().filter(found -> found.startsWith("error"))).hasSize(1);
  }

  @Test
  void errors_are_told_in_chinese_too() {
    locale = Locale.SIMPLIFIED_CHINESE;
    assertThat(bench(List.of("-p", "0", "-n", "0"))).isEqualTo(2);
    assertThat(err()).contains("没有要测量的内容");
    assertThat(bench(List.of("--batch", "0"))).isEqualTo(2);
    assertThat(err()).contains("--batch 不能是 '0'；允许：1 … 1024");
  }

  @Test
  void packing_is_shown_on_a_terminal_while_it_lasts() {
    FakeEngine fake = stoppedWhenLoaded();
    fake.onWeights =
        listener -> {
          pause();
          listener.onWeights(63, 100);
          throw new ModelException("that is enough");
        };
    bench(SMALL);
    assertThat(err()).isEqualTo("error: that is enough\n");
    terminal = true;
    bench(SMALL);
    assertThat(err()).contains("Packing weights 63%").endsWith("\r\033[Kerror: that is enough\n");
    locale = Locale.SIMPLIFIED_CHINESE;
    bench(SMALL);
    assertThat(err()).contains("正在重排权重 63%");
  }

  /** The status line says nothing of work that takes less than 0.4 s. */
  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
