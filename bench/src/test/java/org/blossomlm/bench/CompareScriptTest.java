package org.blossomlm.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Programs of known speed stand in for Blossom and llama.cpp. */
@DisplayName("The script that compares with llama.cpp")
@DisabledOnOs(OS.WINDOWS)
class CompareScriptTest {
  private static final Path SCRIPT = Path.of("peers", "compare").toAbsolutePath();

  @TempDir Path folder;

  private Path model = Path.of("");

  @BeforeEach
  void stand_ins() throws IOException, InterruptedException {
    assumeTrue(nodeIsThere(), "Node.js 20 or newer is not here");
    model = Files.writeString(folder.resolve("m.gguf"), "GGUF and more");
    // Twice as many tokens per second in the second of its runs of a test as in the first.
    program(
        "blossom",
        """
        echo "blossom $*" >>calls
        case $1 in
          --version) echo blossom 9 ;;
          run) echo word ;;
          bench)
            runs=$(grep -cxF "blossom $*" calls)
            cat <<END
            {"results": [{"seconds": [$((4 / runs))], "bandwidth_share": 0.5}],
             "memory": {"peak_bytes": 2097152}, "kernels": "native-test"}
        END
        esac
        """);
    program(
        "llama-bench",
        """
        echo "llama-bench $*" >>calls
        echo '[{"avg_ns": 8000000000, "build_number": 7}]'
        """);
  }

  private static boolean nodeIsThere() throws InterruptedException {
    try {
      Process node = new ProcessBuilder("node", "--version").start();
      String version = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return node.waitFor() == 0 && Integer.parseInt(version.replaceAll("^v|\\..*\\s*", "")) >= 20;
    } catch (IOException e) {
      return false;
    }
  }

  private void program(String name, String body) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What was printed and how it ended. */
  private record Outcome(int status, String out, String err) {}

  private Outcome compare(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(SCRIPT.toString(), "--blossom", folder.resolve("blossom") + ""));
    command.addAll(List.of(arguments));
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    builder.environment().put("BLOSSOM_PEERS", folder.toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), out, Files.readString(err));
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("calls")).stream()
        .map(line -> line.replace(model.toString(), "MODEL"))
        .toList();
  }

  @Test
  void lets_the_programs_take_turns_and_puts_medians_and_ratios_into_a_table() throws Exception {
    Outcome found =
        compare("-t", "3", "-p", "256", "-n", "0", "-r", "2", "--no-cold", model.toString());
    assertThat(found.status()).as(found.err()).isZero();
    String ours = "blossom bench MODEL --format json -r 1 -t 3 -p 256 -n 0 -d 0 --batch 1";
    String theirs = "llama-bench -m MODEL -t 3 -r 1 -o json -p 256 -n 0";
    assertThat(calls()).containsExactly("blossom --version", ours, theirs, theirs, ours);
    assertThat(found.out())
        .contains("### m.gguf")
        .contains("| test | Blossom | llama.cpp (llama-bench) | ratio |")
        // 64 and 128 tokens a second beside 32 and 32.
        .contains(
            "| prompt of 256, tokens/s | 96.0 (64.0 … 128) | 32.0 (32.0 … 32.0) | 3.00 (2.00 … 4.00) |")
        .contains("2 round(s) in alternation", "native-test kernels", "build 7", "machine: ");
  }

  @Test
  void compares_depths_and_batches_with_a_single_sequence() throws Exception {
    Path json = folder.resolve("report.json");
    Outcome found =
        compare(
            "-p",
            "0",
            "-n",
            "16",
            "-d",
            "0,512",
            "-b",
            "8",
            "-r",
            "1",
            "--no-cold",
            "--json",
            json.toString(),
            model.toString());
    assertThat(found.status()).as(found.err()).isZero();
    assertThat(found.out())
        .contains("| depth 512 ÷ depth 0 | 1.00 | 1.00 |")
        // llama-bench decodes one sequence only.
        .contains("| 8 sequences ÷ one | 8.00 | – |")
        .contains("decode 16 at depth 0: Blossom reads at 50.0 % of the bandwidth");
    JsonNode results =
        JsonMapper.shared().readTree(json.toFile()).get("models").get(0).get("results");
    assertThat(results).hasSize(3);
    JsonNode batch = results.get(2);
    assertThat(batch.get("sequences").intValue()).isEqualTo(8);
    JsonNode ours = batch.get("engines").get("Blossom");
    assertThat(ours.get("median").doubleValue()).isEqualTo(16 * 8 / 4.0);
    assertThat(ours.get("runs").get(0).get("peak_memory_bytes").longValue()).isEqualTo(2 << 20);
  }

  @Test
  void times_a_cold_start_from_outside() throws Exception {
    program(
        "blossom", "case $1 in run) sleep 0.3; echo word; sleep 1 ;; *) echo blossom 9 ;; esac\n");
    Outcome found = compare("-p", "0", "-n", "0", "-r", "1", "--format", "json", model.toString());
    assertThat(found.status()).as(found.err()).isZero();
    JsonNode cold =
        JsonMapper.shared().readTree(found.out()).get("models").get(0).get("results").get(0);
    assertThat(cold.get("unit").stringValue()).isEqualTo("seconds");
    JsonNode run = cold.get("engines").get("Blossom").get("runs").get(0);
    assertThat(run.get("seconds").doubleValue()).isGreaterThanOrEqualTo(0.3);
  }

  @Test
  void drives_node_llama_cpp() throws Exception {
    Path dist = Files.createDirectories(folder.resolve("node_modules/node-llama-cpp/dist"));
    Files.writeString(dist.resolveSibling("package.json"), "{\"version\": \"1.2.3\"}");
    Files.writeString(
        dist.resolve("index.js"),
        """
        import { appendFileSync } from "node:fs";
        export const LlamaLogLevel = { error: "error" };
        const log = (what, value) => appendFileSync("calls", `${what} ${JSON.stringify(value)}\\n`);
        const sequence = () => ({
          nextTokenIndex: 0,
          async *evaluate(tokens) {
            this.nextTokenIndex += tokens.length;
            for (;;) {
              await new Promise((done) => setTimeout(done, 1));
              this.nextTokenIndex++;
              yield 7;
            }
          },
          async evaluateWithoutGeneratingNewTokens(tokens) {
            log("fill", tokens.length);
            this.nextTokenIndex = tokens.length;
          },
          async clearHistory() {
            this.nextTokenIndex = 0;
          },
          async eraseContextTokenRanges([{ start }]) {
            this.nextTokenIndex = start;
          },
        });
        export const getLlama = async ({ maxThreads, gpu }) => ({
          llamaCppRelease: { release: "b99" },
          dispose: async () => {},
          loadModel: async () => ({
            tokenize: (text) => [...text].map((c) => c.charCodeAt(0)),
            detokenize: (tokens) => `<${tokens}>`,
            createContext: async ({ contextSize, sequences }) => {
              log("context", { maxThreads, gpu, contextSize, sequences });
              return { getSequence: sequence, currentThreads: maxThreads, flashAttention: true };
            },
          }),
        });
        """);
    Files.writeString(dist.resolve("package.json"), "{\"type\": \"module\"}");
    Files.delete(folder.resolve("llama-bench"));

    Outcome found =
        compare(
            "-t", "2", "-p", "0", "-n", "4", "-d", "0,32", "-b", "3", "-r", "1", model.toString());
    assertThat(found.status()).as(found.out()).isZero();
    assertThat(calls())
        .containsSubsequence(
            "context {\"maxThreads\":2,\"gpu\":false,\"contextSize\":12,\"sequences\":1}",
            "context {\"maxThreads\":2,\"gpu\":false,\"contextSize\":44,\"sequences\":1}",
            "fill 32",
            "context {\"maxThreads\":2,\"gpu\":false,\"contextSize\":12,\"sequences\":3}",
            "context {\"maxThreads\":2,\"gpu\":false,\"contextSize\":4096,\"sequences\":1}");
    assertThat(found.out())
        .contains("llama.cpp (node-llama-cpp): 1.2.3, llama.cpp b99")
        .containsPattern(
            "first token after a cold start, s \\| [0-9.]+ \\| [0-9.]+ \\| [+-][0-9.]+ s")
        .contains("of its cold start before it opens the model");
  }

  @Test
  void goes_on_after_a_failure_and_tells_it() throws Exception {
    program("llama-bench", "echo 'no such model' >&2; exit 3\n");
    Outcome found = compare("-p", "8", "-n", "0", "-r", "2", "--no-cold", model.toString());
    assertThat(found.status()).isEqualTo(1);
    assertThat(found.out())
        .contains("| prompt of 8, tokens/s | 3.00 (2.00 … 4.00) | – | – |")
        .contains("**llama.cpp (llama-bench) failed:** ended with status 3: no such model");
  }

  @Test
  void refuses_what_makes_no_sense() throws Exception {
    String file = model.toString();
    refuses("no model was named");
    refuses("--prompts: found '-1'", "--prompts=-1", file);
    refuses("--rounds: found '0', allowed are whole numbers from 1", "-r", "0", file);
    refuses("--threads: found 'two'", "-t", "two", file);
    refuses("--format: found 'xml', allowed are markdown and json", "--format", "xml", file);
    refuses("Unknown option '--speed'", "--speed", file);
    refuses("there is nothing to measure", "-p", "0", "-n", "0", "--no-cold", file);
    refuses("there is no file", folder.resolve("absent.gguf").toString());
    Path text = Files.writeString(folder.resolve("text.txt"), "Hello");
    refuses("is no GGUF file; it begins with \"Hell\"", text.toString());
    assertThat(folder.resolve("calls")).doesNotExist();
  }

  private void refuses(String message, String... arguments) throws Exception {
    Outcome found = compare(arguments);
    assertThat(found.err()).contains("compare: ").contains(message);
    assertThat(found.status()).isEqualTo(2);
    assertThat(found.out()).isEmpty();
  }
}
